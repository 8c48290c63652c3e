// Keeps what was measured, alarms at the bedside, shows how the device does, judges a new image.
#include "battery.h"
#include "device.h"
#include "esp_app_desc.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "fj_battery.h"
#include "lamps.h"
#include "nvram.h"
#include "network.h"

/// Sampling says something every second; after this its silence is a fault (ms).
#define SILENCE_MAX_MS 2500
/// How often battery and signal strength are looked at (s).
#define LOOK_EVERY_S 10u

static const char tag[] = "keeping";

static const char *reset_reason(void) {
    switch (esp_reset_reason()) {
    case ESP_RST_POWERON: return "power_on";
    case ESP_RST_EXT: return "pin";
    case ESP_RST_SW: return "software";
    case ESP_RST_PANIC: return "panic";
    case ESP_RST_INT_WDT: return "interrupt_watchdog";
    case ESP_RST_TASK_WDT: return "task_watchdog";
    case ESP_RST_WDT: return "watchdog";
    case ESP_RST_BROWNOUT: return "brownout";
    case ESP_RST_PWR_GLITCH: return "power_glitch";
    default: return "other";
    }
}

/// What this task remembers from second to second.
typedef struct memo {
    uint32_t seconds;
    bool has_measured, ota_is_settled;
    int32_t battery;
} memo;

/// Battery, signal strength and memory, for the next reports.
static void describe(device *device, memo *memo) {
    if (memo->seconds++ % LOOK_EVERY_S != 0) return;
    memo->battery = battery_percent();
    const fj_uplink_device seen = {
        .firmware = esp_app_get_description()->version,
        .reset_reason = reset_reason(),
        .battery = memo->battery,
        .rssi = network_rssi(),
        .free_heap = esp_get_free_heap_size(),
        .has_curve = device->setup->has_curve,
        .curve = device->setup->curve,
    };
    device_lock(device);
    fj_uplink_describe(&device->uplink, &seen);
    device_unlock(device);
}

static void judge_image(device *device, memo *memo, const measured *measured, bool was_understood, uint64_t now_ms) {
    if (memo->ota_is_settled) return;
    fj_ota_note(&device->ota, measured && measured->oximeter_answers, measured && measured->thermometer_answers, was_understood);
    const fj_ota_verdict verdict = fj_ota_judge(&device->ota, now_ms);
    if (verdict == FJ_OTA_ON_TRIAL) return;
    memo->ota_is_settled = true;
    if (verdict == FJ_OTA_KEEP) {
        const esp_err_t error = esp_ota_mark_app_valid_cancel_rollback();
        if (error != ESP_OK) ESP_LOGE(tag, "the image cannot be kept: %s", esp_err_to_name(error));
        return;
    }
    ESP_LOGE(tag, "this image did not prove itself: back to the one before");
    device_lock(device);
    fj_store_flush(&device->store);
    const esp_err_t error = esp_ota_mark_app_invalid_rollback_and_reboot();
    // There is none before: better this one than none.
    device_unlock(device);
    ESP_LOGE(tag, "no way back: %s", esp_err_to_name(error));
}

/// Restarts for the button, and for an update when nobody wears the device and nothing alarms.
static void restart_where_wanted(device *device, const measured *measured, fj_alarm_level alarm) {
    if (lamps_reset_is_wanted()) {
        ESP_LOGW(tag, "set-up erased by the button");
        esp_err_t error = nvram_forget();
        if (error == ESP_OK) error = network_forget();
        if (error != ESP_OK) ESP_LOGE(tag, "not all is erased: %s", esp_err_to_name(error));
        device_restart(device);
    }
    if (measured) {
        const bool is_worn = measured->second.vitals.reason != FJ_REASON_SENSOR_OFF || measured->second.skin.reason == FJ_REASON_NONE;
        fj_ota_pass(&device->ota, is_worn);
    }
    if (atomic_load(&device->update_is_ready) && fj_ota_may_restart(&device->ota) && alarm == FJ_ALARM_NONE) device_restart(device);
}

static fj_device_state state_of(const device *device, const memo *memo, const measured *measured, bool was_heard) {
    return (fj_device_state){
        .is_known = memo->has_measured && was_heard,
        .is_set_up = true,
        .is_faulty = device->is_faulty,
        .sensors_answer = measured && measured->oximeter_answers && measured->thermometer_answers,
        .is_worn = measured && measured->second.vitals.reason != FJ_REASON_SENSOR_OFF,
        .is_online = atomic_load(&device->is_online),
        .battery_is_low = memo->battery != FJ_REPORT_UNKNOWN && memo->battery < FJ_BATTERY_LOW_PERCENT,
    };
}

static void turn(device *device, memo *memo, const measured *measured) {
    const port *port = device->port;
    const uint64_t now_ms = port->clock.now_ms(port->clock.context);
    describe(device, memo);  // before the first report goes
    device_lock(device);
    fj_error error = FJ_OK;
    if (lamps_take_press()) fj_uplink_pressed(&device->uplink);
    if (measured) error = fj_uplink_measured(&device->uplink, &measured->second, now_ms);
    const fj_alarm_level alarm = fj_uplink_alarm(&device->uplink, now_ms);
    const bool was_accepted = device->uplink.sender.accepted > 0, was_understood = device->uplink.sender.understood > 0;
    const bool is_heard = fj_sender_is_heard(&device->uplink.sender, now_ms);
    const bool is_out_of_reach = now_ms - device->uplink.sender.accepted_ms >= FJ_ALARM_OUT_OF_REACH_MS;
    device_unlock(device);
    if (error != FJ_OK) ESP_LOGE(tag, "a second is not kept: %s", fj_error_name(error));
    if (measured) {
        memo->has_measured = true;
        xTaskNotifyGive(device->sending);
    } else ESP_LOGE(tag, "nothing from sampling");
    atomic_store(&device->is_online, was_accepted && !is_out_of_reach);
    atomic_store(&device->is_heard, is_heard);
    judge_image(device, memo, measured, was_understood, now_ms);
    fj_device_state state = state_of(device, memo, measured, was_accepted || is_out_of_reach);
    state.alarm = alarm;
    port->indicator.show(port->indicator.context, fj_indication_of(&state));
    restart_where_wanted(device, measured, alarm);
}

void keeping_task(void *context) {
    device *device = context;
    memo memo = {.battery = FJ_REPORT_UNKNOWN};
    device_watch();
    for (;;) {
        device_turns();
        measured measured;
        const bool has_second = xQueueReceive(device->seconds, &measured, pdMS_TO_TICKS(SILENCE_MAX_MS)) == pdTRUE;
        turn(device, &memo, has_second ? &measured : NULL);
    }
}
