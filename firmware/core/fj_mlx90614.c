#include "fj_mlx90614.h"

#include <stddef.h>

#include "fj_pec.h"

#define COMMAND_AMBIENT 0x06u
#define COMMAND_OBJECT 0x07u
#define ERROR_BIT 0x8000u

fj_error fj_mlx90614_init(fj_mlx90614 *sensor, const fj_i2c *bus, uint64_t now_ms) {
    if (!sensor || !bus) return FJ_ERROR_ARGUMENT;
    *sensor = (fj_mlx90614){.bus = bus, .ready_at_ms = now_ms + FJ_MLX90614_WARM_UP_MS};
    return FJ_OK;
}

/// One Read Word. The linear RAM holds 0.02 K a step (datasheet, "RAM memory").
static fj_error read_celsius(const fj_i2c *bus, uint8_t command, float min_c, float max_c, float *out) {
    uint8_t answer[3];  // low, high, PEC
    fj_error error = fj_i2c_read_registers(bus, FJ_MLX90614_ADDRESS, command, answer, sizeof answer);
    if (error != FJ_OK) return error;
    const uint8_t covered[] = {(uint8_t)(FJ_MLX90614_ADDRESS << 1), command, (uint8_t)(FJ_MLX90614_ADDRESS << 1 | 1u), answer[0], answer[1]};
    if (fj_pec(covered, sizeof covered) != answer[2]) return FJ_ERROR_CHECKSUM;
    const unsigned raw = (unsigned)answer[0] | (unsigned)answer[1] << 8;
    if (raw & ERROR_BIT) return FJ_ERROR_SENSOR;
    const float celsius = (float)raw * 0.02f - 273.15f;
    if (celsius < min_c || celsius > max_c) return FJ_ERROR_RANGE;
    *out = celsius;
    return FJ_OK;
}

fj_error fj_mlx90614_read(fj_mlx90614 *sensor, uint64_t now_ms, fj_temperatures *out) {
    if (!sensor || !sensor->bus || !out) return FJ_ERROR_ARGUMENT;
    if (now_ms < sensor->ready_at_ms) return FJ_ERROR_NOT_READY;
    fj_temperatures both;
    fj_error error = read_celsius(sensor->bus, COMMAND_AMBIENT, FJ_MLX90614_AMBIENT_MIN_C, FJ_MLX90614_AMBIENT_MAX_C, &both.ambient_c);
    if (error != FJ_OK) return error;
    error = read_celsius(sensor->bus, COMMAND_OBJECT, FJ_MLX90614_OBJECT_MIN_C, FJ_MLX90614_OBJECT_MAX_C, &both.object_c);
    if (error != FJ_OK) return error;
    *out = both;
    return FJ_OK;
}
