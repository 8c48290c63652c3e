#include "fj_sensors.h"

#include <math.h>

#include "fj_led_servo.h"

fj_error fj_sensors_init(fj_sensors *sensors, const fj_i2c *bus, const fj_sensors_config *config, uint64_t now_ms) {
    if (!sensors || !bus || !bus->write || !bus->write_read || !config) return FJ_ERROR_ARGUMENT;
    *sensors = (fj_sensors){.bus = bus, .config = *config};
    fj_sensors_bus_was_reset(sensors, now_ms);
    return fj_ppg_init(&sensors->ppg, &config->ppg);
}

void fj_sensors_bus_was_reset(fj_sensors *sensors, uint64_t now_ms) {
    if (!sensors) return;
    sensors->oximeter_health = sensors->thermometer_health = (fj_health){.retry_at_ms = now_ms};
    sensors->stuck = 0;
}

/// Counts what a transfer answered. `error` of a sensor that only asks for time is no failure.
static void note(fj_sensors *sensors, fj_health *health, fj_error error, uint64_t now_ms) {
    health->last_error = error;
    sensors->stuck = (uint8_t)(error != FJ_ERROR_BUS_STUCK ? 0 : sensors->stuck < UINT8_MAX ? sensors->stuck + 1 : UINT8_MAX);
    if (error == FJ_OK) {
        health->failures = 0;
        return;
    }
    if (health->failures < UINT8_MAX) health->failures++;
    if (health->failures < FJ_SENSORS_FAILURES_MAX && health->in_use) return;
    health->in_use = false;
    health->retry_at_ms = now_ms + FJ_SENSORS_RETRY_MS;
}

static bool is_due(const fj_health *health, uint64_t now_ms) { return !health->in_use && now_ms >= health->retry_at_ms; }

static void initialise(fj_sensors *sensors, uint64_t now_ms) {
    if (is_due(&sensors->oximeter_health, now_ms)) {
        const bool swap = sensors->config.swap_red_infrared;
        const fj_error error = fj_max30102_init(&sensors->oximeter, sensors->bus, swap, now_ms);
        sensors->oximeter_health.in_use = error == FJ_OK;
        note(sensors, &sensors->oximeter_health, error, now_ms);
        sensors->mixed = 0;
        fj_sample_clock_restart(&sensors->sample_clock);
        fj_ppg_light(&sensors->ppg, FJ_MAX30102_CURRENT_START * FJ_MAX30102_STEP_MA);
    }
    if (is_due(&sensors->thermometer_health, now_ms)) {
        // Whether it answers shows at its first reading, so failures in a row are counted on.
        fj_mlx90614_init(&sensors->thermometer, sensors->bus, now_ms);
        sensors->thermometer_health.in_use = true;
    }
}

/// Reads the FIFO into `samples`, and counts what the chip converted.
static fj_error read_oximeter(fj_sensors *sensors, uint64_t now_ms) {
    const fj_error error = fj_max30102_read(&sensors->oximeter, now_ms, &sensors->samples);
    const fj_samples *got = &sensors->samples;
    // At its end the chip's counter of lost samples says only that there were many.
    if (error != FJ_OK || got->lost >= FJ_MAX30102_LOST_MAX) fj_sample_clock_restart(&sensors->sample_clock);
    else fj_sample_clock_read(&sensors->sample_clock, now_ms, (uint32_t)got->count + got->lost);
    return error;
}

static void take_samples(fj_sensors *sensors) {
    const fj_samples *got = &sensors->samples;
    for (unsigned i = 0; i < got->count; i++) {
        if (sensors->mixed > 0) {
            sensors->mixed--;
            fj_strip_lost(&sensors->strip, 1);
            continue;
        }
        fj_ppg_push(&sensors->ppg, (float)got->sample[i].infrared, (float)got->sample[i].red);
        fj_strip_push(&sensors->strip, (float)got->sample[i].infrared / sensors->ppg.infrared_ma);
        sensors->level_sum[FJ_INFRARED] += got->sample[i].infrared;
        sensors->level_sum[FJ_RED] += got->sample[i].red;
        sensors->level_count++;
    }
    if (got->lost == 0) return;
    fj_ppg_lost(&sensors->ppg, got->lost);
    fj_strip_lost(&sensors->strip, got->lost);
}

fj_sensors_action fj_sensors_step(fj_sensors *sensors, uint64_t now_ms, bool interrupt_seen) {
    if (!sensors) return FJ_SENSORS_CONTINUE;
    initialise(sensors, now_ms);
    if (sensors->oximeter_health.in_use && fj_max30102_is_due(&sensors->oximeter, now_ms, interrupt_seen)) {
        const fj_error error = read_oximeter(sensors, now_ms);
        note(sensors, &sensors->oximeter_health, error, now_ms);
        if (error == FJ_OK) take_samples(sensors);
        else fj_ppg_lost(&sensors->ppg, UINT32_MAX);  // nobody knows how many
    }
    // One silent sensor may be a broken wire and must not disturb the other; two, or a stuck line, are the bus.
    const bool silent = sensors->oximeter_health.failures >= FJ_SENSORS_FAILURES_MAX
        && sensors->thermometer_health.failures >= FJ_SENSORS_FAILURES_MAX;
    if (!silent && sensors->stuck < FJ_SENSORS_FAILURES_MAX) return FJ_SENSORS_CONTINUE;
    if (sensors->bus_resets > 0 && now_ms - sensors->last_reset_ms < FJ_SENSORS_RETRY_MS) return FJ_SENSORS_CONTINUE;
    sensors->last_reset_ms = now_ms;
    sensors->bus_resets++;
    return FJ_SENSORS_RESET_BUS;
}

typedef struct light {
    uint8_t red, infrared;
} light;

/// The LEDs while nobody wears the sensor: bright enough to see a finger that comes, and back at the start once one is there that the light blinds.
static light search(const fj_sensors *sensors, light now, float infrared_level) {
    const float on = sensors->config.ppg.level_on * (float)now.infrared * FJ_MAX30102_STEP_MA;
    if (infrared_level > FJ_LED_SERVO_HIGH) {
        if (now.infrared == FJ_SENSORS_SEARCH_CURRENT) return (light){FJ_MAX30102_CURRENT_START, FJ_MAX30102_CURRENT_START};
        return (light){now.red, fj_led_servo_next(now.infrared, infrared_level)};
    }
    // Perhaps a finger: the next second decides, by the same light.
    if (infrared_level >= on) return now;
    return (light){FJ_MAX30102_CURRENT_START, FJ_SENSORS_SEARCH_CURRENT};
}

/// Brings both LEDs where the finger needs them, and throws away the samples of the old light.
static void adjust_light(fj_sensors *sensors, fj_reason reason, uint64_t now_ms) {
    fj_max30102 *oximeter = &sensors->oximeter;
    if (sensors->level_count == 0) return;
    const float red_level = (float)sensors->level_sum[FJ_RED] / (float)sensors->level_count;
    const float infrared_level = (float)sensors->level_sum[FJ_INFRARED] / (float)sensors->level_count;
    const light now = {oximeter->red_current, oximeter->infrared_current};
    const light next = reason == FJ_REASON_SENSOR_OFF
        ? search(sensors, now, infrared_level)
        : (light){fj_led_servo_next(now.red, red_level), fj_led_servo_next(now.infrared, infrared_level)};
    const uint8_t red = next.red, infrared = next.infrared;
    if (red == oximeter->red_current && infrared == oximeter->infrared_current) return;
    fj_error error = fj_max30102_set_currents(oximeter, red, infrared);
    if (error == FJ_OK) error = read_oximeter(sensors, now_ms);
    note(sensors, &sensors->oximeter_health, error, now_ms);
    sensors->mixed = FJ_SENSORS_MIXED_SAMPLES;
    fj_ppg_light(&sensors->ppg, (float)oximeter->infrared_current * FJ_MAX30102_STEP_MA);
}

static void take_temperature(fj_sensors *sensors, uint64_t now_ms, fj_second *out) {
    out->skin = (fj_skin){.celsius = NAN, .reason = FJ_REASON_NO_SAMPLES};
    out->ambient_c = NAN;
    if (!sensors->thermometer_health.in_use) return;
    fj_temperatures temperatures;
    const fj_error error = fj_mlx90614_read(&sensors->thermometer, now_ms, &temperatures);
    if (error == FJ_ERROR_NOT_READY) {
        out->skin.reason = FJ_REASON_SETTLING;
        return;
    }
    note(sensors, &sensors->thermometer_health, error, now_ms);
    if (error != FJ_OK) return;
    fj_thermometer_judge(&sensors->worn, &temperatures, &out->skin);
    out->ambient_c = temperatures.ambient_c;
}

fj_error fj_sensors_second(fj_sensors *sensors, uint64_t now_ms, fj_second *out) {
    if (!sensors || !out) return FJ_ERROR_ARGUMENT;
    fj_second second;
    fj_ppg_clock(&sensors->ppg, fj_sample_clock_rate_hz(&sensors->sample_clock));
    fj_error error = fj_ppg_second(&sensors->ppg, now_ms, &second.vitals);
    if (error != FJ_OK) return error;
    fj_strip_close(&sensors->strip, sensors->ppg.clock, &second.strip);
    take_temperature(sensors, now_ms, &second);
    if (sensors->oximeter_health.in_use) {
        // A chip that lost its power for a moment answers, but stands by: no sample in a second.
        if (second.vitals.reason == FJ_REASON_NO_SAMPLES && sensors->level_count == 0 && sensors->mixed == 0)
            sensors->oximeter_health = (fj_health){.retry_at_ms = now_ms, .last_error = FJ_ERROR_NOT_READY};
        else adjust_light(sensors, second.vitals.reason, now_ms);
    }
    sensors->level_sum[FJ_INFRARED] = sensors->level_sum[FJ_RED] = sensors->level_count = 0;
    *out = second;
    return FJ_OK;
}
