// The infrared thermometer MLX90614, over SMBus Read Word with PEC.
#ifndef FJ_MLX90614_H
#define FJ_MLX90614_H

#include <stdint.h>

#include "fj_i2c.h"

#define FJ_MLX90614_ADDRESS 0x5Au

/// The datasheet promises valid data 0.25 s after power-up; its digital filter needs several conversions more.
#define FJ_MLX90614_WARM_UP_MS 1000u

/// What the chip is specified for (°C): its own temperature, and what it looks at.
#define FJ_MLX90614_AMBIENT_MIN_C (-40.0f)
#define FJ_MLX90614_AMBIENT_MAX_C 125.0f
#define FJ_MLX90614_OBJECT_MIN_C (-70.0f)
#define FJ_MLX90614_OBJECT_MAX_C 380.0f

typedef struct fj_mlx90614 {
    const fj_i2c *bus;
    uint64_t ready_at_ms;
} fj_mlx90614;

typedef struct fj_temperatures {
    float object_c;
    float ambient_c;
} fj_temperatures;

/// Notes the moment of power-up (or of the reset of a stuck bus) and touches no bus. `now_ms` is monotonic.
fj_error fj_mlx90614_init(fj_mlx90614 *sensor, const fj_i2c *bus, uint64_t now_ms);

/// Both temperatures, each with its PEC checked, its error bit clear and in the chip's range; or neither.
/// FJ_ERROR_NOT_READY during the warm-up.
fj_error fj_mlx90614_read(fj_mlx90614 *sensor, uint64_t now_ms, fj_temperatures *out);

#endif
