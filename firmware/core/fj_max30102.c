#include "fj_max30102.h"

#include <stddef.h>

// Registers and bits after the datasheet (Maxim 19-7740).
#define INTERRUPT_STATUS_1 0x00u
#define INTERRUPT_ENABLE_1 0x02u
#define FIFO_WRITE_POINTER 0x04u
#define FIFO_OVERFLOWS 0x05u
#define FIFO_READ_POINTER 0x06u
#define FIFO_DATA 0x07u
#define FIFO_CONFIG 0x08u
#define MODE_CONFIG 0x09u
#define SPO2_CONFIG 0x0Au
#define LED1_CURRENT 0x0Cu  // red on the original part
#define LED2_CURRENT 0x0Du
#define PART_ID 0xFFu

#define EXPECTED_PART 0x15u
#define A_FULL 0x80u
#define MODE_RESET 0x40u
#define MODE_SPO2 0x03u
#define FIFO_NO_AVERAGE_STOP_WHEN_FULL_AT_17 0x0Fu
#define RANGE_4096_NA_RATE_100_PULSE_411_US 0x27u
#define POINTER_MASK 0x1Fu

#define CHANNEL_BYTES 3u
#define SAMPLE_BYTES (2u * CHANNEL_BYTES)

static fj_error write(const fj_max30102 *sensor, uint8_t reg, uint8_t value) {
    return fj_i2c_write_register(sensor->bus, FJ_MAX30102_ADDRESS, reg, value);
}

static fj_error read(const fj_max30102 *sensor, uint8_t reg, uint8_t *bytes, size_t length) {
    return fj_i2c_read_registers(sensor->bus, FJ_MAX30102_ADDRESS, reg, bytes, length);
}

static fj_error reset(const fj_max30102 *sensor) {
    fj_error error = write(sensor, MODE_CONFIG, MODE_RESET);
    for (unsigned look = 0; error == FJ_OK && look < FJ_MAX30102_RESET_LOOKS; look++) {
        uint8_t mode;
        error = read(sensor, MODE_CONFIG, &mode, 1);
        if (error == FJ_OK && !(mode & MODE_RESET)) return FJ_OK;
    }
    return error == FJ_OK ? FJ_ERROR_NOT_READY : error;
}

static fj_error set_up(const fj_max30102 *sensor) {
    const struct {
        uint8_t reg, value;
    } settings[] = {
        {INTERRUPT_ENABLE_1, A_FULL},
        {FIFO_CONFIG, FIFO_NO_AVERAGE_STOP_WHEN_FULL_AT_17},
        {SPO2_CONFIG, RANGE_4096_NA_RATE_100_PULSE_411_US},
        {LED1_CURRENT, sensor->swap_red_infrared ? sensor->infrared_current : sensor->red_current},
        {LED2_CURRENT, sensor->swap_red_infrared ? sensor->red_current : sensor->infrared_current},
        {MODE_CONFIG, MODE_SPO2},
        // After the change of mode: what the FIFO holds from before is not in the new mode's layout.
        {FIFO_WRITE_POINTER, 0},
        {FIFO_OVERFLOWS, 0},
        {FIFO_READ_POINTER, 0},
    };
    fj_error error = FJ_OK;
    for (size_t i = 0; error == FJ_OK && i < sizeof settings / sizeof *settings; i++) error = write(sensor, settings[i].reg, settings[i].value);
    return error;
}

fj_error fj_max30102_init(fj_max30102 *sensor, const fj_i2c *bus, bool swap_red_infrared, uint64_t now_ms) {
    if (!sensor || !bus) return FJ_ERROR_ARGUMENT;
    const fj_max30102 fresh = {
        .bus = bus,
        .swap_red_infrared = swap_red_infrared,
        .red_current = FJ_MAX30102_CURRENT_START,
        .infrared_current = FJ_MAX30102_CURRENT_START,
        .last_read_ms = now_ms,
    };
    uint8_t part;
    fj_error error = read(&fresh, PART_ID, &part, 1);
    if (error == FJ_OK && part != EXPECTED_PART) error = FJ_ERROR_WRONG_PART;
    if (error == FJ_OK) error = reset(&fresh);
    if (error == FJ_OK) error = set_up(&fresh);
    if (error == FJ_OK) *sensor = fresh;
    return error;
}

bool fj_max30102_is_due(const fj_max30102 *sensor, uint64_t now_ms, bool interrupt_seen) {
    return sensor && (interrupt_seen || now_ms - sensor->last_read_ms >= FJ_MAX30102_FALLBACK_MS);
}

static uint32_t channel(const uint8_t *bytes) { return ((uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2]) & FJ_MAX30102_SAMPLE_MAX; }

fj_error fj_max30102_read(fj_max30102 *sensor, uint64_t now_ms, fj_samples *out) {
    if (!sensor || !sensor->bus || !out) return FJ_ERROR_ARGUMENT;
    sensor->last_read_ms = now_ms;  // failed or not: the next try is the fallback's
    uint8_t status;                 // reading it takes back the interrupt
    uint8_t pointers[3];            // write pointer, overflows, read pointer
    fj_error error = read(sensor, INTERRUPT_STATUS_1, &status, 1);
    if (error == FJ_OK) error = read(sensor, FIFO_WRITE_POINTER, pointers, sizeof pointers);
    if (error != FJ_OK) return error;
    const unsigned overflows = pointers[1] & POINTER_MASK;
    unsigned count = (pointers[0] - (unsigned)pointers[2]) & POINTER_MASK;
    // Equal pointers are an empty FIFO or a full one. A full one that has lost nothing yet is taken for empty, and found full
    // a sample later; the interrupt's flag would tell it now, but may be left from before the last read.
    if (count == 0 && overflows > 0) count = FJ_MAX30102_FIFO_SAMPLES;

    uint8_t bytes[FJ_MAX30102_FIFO_SAMPLES * SAMPLE_BYTES];
    if (count > 0) error = read(sensor, FIFO_DATA, bytes, count * SAMPLE_BYTES);
    if (error != FJ_OK) return error;
    for (unsigned i = 0; i < count; i++) {
        const uint32_t first = channel(bytes + i * SAMPLE_BYTES), second = channel(bytes + i * SAMPLE_BYTES + CHANNEL_BYTES);
        out->sample[i] = sensor->swap_red_infrared ? (fj_sample){.red = second, .infrared = first} : (fj_sample){.red = first, .infrared = second};
    }
    out->count = (uint8_t)count;
    out->lost = (uint8_t)overflows;
    sensor->lost += overflows;
    return FJ_OK;
}

static uint8_t within_limits(uint8_t current) {
    if (current < FJ_MAX30102_CURRENT_MIN) return FJ_MAX30102_CURRENT_MIN;
    return current > FJ_MAX30102_CURRENT_MAX ? FJ_MAX30102_CURRENT_MAX : current;
}

fj_error fj_max30102_set_currents(fj_max30102 *sensor, uint8_t red, uint8_t infrared) {
    if (!sensor || !sensor->bus) return FJ_ERROR_ARGUMENT;
    red = within_limits(red);
    infrared = within_limits(infrared);
    const bool swap = sensor->swap_red_infrared;
    fj_error error = write(sensor, LED1_CURRENT, swap ? infrared : red);
    if (error == FJ_OK) error = write(sensor, LED2_CURRENT, swap ? red : infrared);
    if (error != FJ_OK) return error;
    sensor->red_current = red;
    sensor->infrared_current = infrared;
    return FJ_OK;
}
