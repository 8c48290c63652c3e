// Reads the sensors and works out a result a second. It waits for nobody but the sensors.
#include "bus.h"
#include "device.h"
#include "esp_log.h"
#include "fj_sensors.h"

/// fj_sensors_step wants to be called so often where no interrupt comes (ms).
#define STEP_MS 40
#define SECOND_MS 1000u

static const char tag[] = "sampling";

/// The chip's own working point, with this device's curve and wiring.
static fj_sensors_config configuration(const fj_setup *setup) {
    fj_sensors_config config = {.swap_red_infrared = setup->swap_red_infrared, .ppg = fj_ppg_config_max30102()};
    if (setup->has_curve) config.ppg.curve = setup->curve;
    return config;
}

static void reset_bus(fj_sensors *sensors, const port_bus *bus, uint64_t now_ms) {
    const fj_error error = bus->reset(bus->i2c.context);
    ESP_LOGW(tag, "bus reset %u: %s", (unsigned)sensors->bus_resets, fj_error_name(error));
    fj_sensors_bus_was_reset(sensors, now_ms);
}

static void hand_over(device *device, fj_sensors *sensors, uint64_t now_ms) {
    measured measured;
    if (fj_sensors_second(sensors, now_ms, &measured.second) != FJ_OK) return;
    // A sensor is in use from its initialisation on; it answers once it also gave something.
    measured.oximeter_answers = sensors->oximeter_health.in_use && sensors->oximeter_health.last_error == FJ_OK;
    measured.thermometer_answers = sensors->thermometer_health.in_use && measured.second.ambient_c == measured.second.ambient_c;
    if (xQueueSend(device->seconds, &measured, 0) != pdTRUE) ESP_LOGE(tag, "a second is lost: keeping does not keep up");
}

void sampling_task(void *context) {
    static fj_sensors sensors;
    device *device = context;
    const port *port = device->port;
    const fj_sensors_config config = configuration(device->setup);
    uint64_t now_ms = port->clock.now_ms(port->clock.context), next_ms = now_ms + SECOND_MS;
    const fj_error error = fj_sensors_init(&sensors, &port->bus.i2c, &config, now_ms);
    if (error != FJ_OK) ESP_LOGE(tag, "sensors: %s", fj_error_name(error));  // the watchdog restarts what cannot even begin
    if (bus_wake(xTaskGetCurrentTaskHandle()) != ESP_OK) ESP_LOGW(tag, "no interrupt: the FIFO is read by time");
    device_watch();
    while (error == FJ_OK) {
        device_turns();
        const bool interrupt_seen = ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(STEP_MS)) > 0;
        now_ms = port->clock.now_ms(port->clock.context);
        if (fj_sensors_step(&sensors, now_ms, interrupt_seen) == FJ_SENSORS_RESET_BUS) reset_bus(&sensors, &port->bus, now_ms);
        if (now_ms < next_ms) continue;
        next_ms += SECOND_MS;
        if (next_ms <= now_ms) next_ms = now_ms + SECOND_MS;
        hand_over(device, &sensors, now_ms);
    }
    vTaskSuspend(NULL);
}
