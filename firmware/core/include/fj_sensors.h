// Both sensors on one bus: started, read, restarted after failures. What the sampling task calls.
#ifndef FJ_SENSORS_H
#define FJ_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_max30102.h"
#include "fj_mlx90614.h"
#include "fj_ppg.h"
#include "fj_sample_clock.h"
#include "fj_strip.h"
#include "fj_thermometer.h"

/// So many failures in a row take a sensor out of use until it was initialised again.
#define FJ_SENSORS_FAILURES_MAX 3u
/// The pause before a sensor is initialised again, and between two resets of the bus (ms).
#define FJ_SENSORS_RETRY_MS 2000u
/// Samples after a change of LED current that may still hold some of the old light.
#define FJ_SENSORS_MIXED_SAMPLES 3u
/// The infrared LED while nobody wears the sensor, in steps of 0.2 mA: 28.8 mA. Beside so much light the room's counts a quarter of what it does at the
/// start, and a finger that reflects little is seen. The red one then has its start current.
#define FJ_SENSORS_SEARCH_CURRENT 0x90u

typedef enum fj_sensors_action {
    FJ_SENSORS_CONTINUE,
    /// The caller resets the bus (nine clocks, STOP), then calls fj_sensors_bus_was_reset.
    FJ_SENSORS_RESET_BUS,
} fj_sensors_action;

typedef struct fj_sensors_config {
    bool swap_red_infrared;
    fj_ppg_config ppg;
} fj_sensors_config;

/// How one sensor does. A sensor starts out of use, due at once.
typedef struct fj_health {
    bool in_use;
    uint8_t failures;  // in a row
    uint64_t retry_at_ms;
    fj_error last_error;
} fj_health;

/// What a second of both sensors gave.
typedef struct fj_second {
    fj_vitals vitals;
    fj_skin skin;
    float ambient_c;  // NaN if the thermometer gave nothing
    fj_strip_second strip;
} fj_second;

/// All state; private to fj_sensors.c, except the health and counters, which may be read for the device's own report.
typedef struct fj_sensors {
    const fj_i2c *bus;
    fj_sensors_config config;
    fj_max30102 oximeter;
    fj_mlx90614 thermometer;
    fj_thermometer worn;
    fj_ppg ppg;
    fj_sample_clock sample_clock;
    fj_samples samples;  // scratch
    fj_strip_maker strip;
    fj_health oximeter_health, thermometer_health;
    uint64_t last_reset_ms;
    uint32_t bus_resets;
    uint8_t stuck;                                 // transfers in a row that found the bus stuck
    uint8_t mixed;                                 // samples still to be thrown away
    uint32_t level_sum[FJ_CHANNELS], level_count;  // of the second under way
} fj_sensors;

/// Touches no bus: the sensors are initialised by the first step. `now_ms` is monotonic here and below.
fj_error fj_sensors_init(fj_sensors *sensors, const fj_i2c *bus, const fj_sensors_config *config, uint64_t now_ms);

/// To be called on the oximeter's interrupt and at least every 50 ms. Initialises what is due and reads the FIFO into the signal.
fj_sensors_action fj_sensors_step(fj_sensors *sensors, uint64_t now_ms, bool interrupt_seen);

/// After a reset of the bus: both sensors are initialised again by the next step.
void fj_sensors_bus_was_reset(fj_sensors *sensors, uint64_t now_ms);

/// To be called once a second: reads the thermometer, adjusts the LEDs, says what the second gave.
fj_error fj_sensors_second(fj_sensors *sensors, uint64_t now_ms, fj_second *out);

#endif
