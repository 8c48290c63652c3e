// Brings reports to the server: the live one first, then what could not be sent before.
#include "clock.h"
#include "device.h"
#include "esp_log.h"
#include "nvram.h"

/// One report: some 19 records of six readings. 64 KB would be a quarter of what an ESP32 has.
#define BODY_MAX 12800u
/// Without an event the core is asked again after this (ms).
#define ASK_AGAIN_MS 1000u

static const char tag[] = "sending";

static fj_send_action next(device *device, char *body, size_t *length) {
    const port *port = device->port;
    device_lock(device);
    clock_take_sntp(&device->clock);
    const fj_send_action action = fj_uplink_next(&device->uplink, port->clock.now_ms(port->clock.context), body, BODY_MAX, length);
    device_unlock(device);
    return action;
}

static void take_answer(device *device, const port_reply *reply) {
    const port *port = device->port;
    device_lock(device);
    const uint64_t now_ms = port->clock.now_ms(port->clock.context);
    const bool has_new_rules = fj_uplink_answered(&device->uplink, now_ms, reply->status, reply->retry_after_s, reply->body, reply->length);
    const fj_rules rules = device->uplink.rules;
    const fj_clock clock = device->clock;
    device_unlock(device);
    if (reply->status != 201) ESP_LOGW(tag, "answer %u", reply->status);
    if (has_new_rules) nvram_write_rules(&rules);
    clock_follow(&clock, reply->status != 0);
}

void sending_task(void *context) {
    static char body[BODY_MAX];
    device *device = context;
    const port *port = device->port;
    device_watch();
    for (;;) {
        device_turns();
        size_t length = 0;
        fj_send_action action = {.kind = FJ_SEND_WAIT};
        if (!device->is_faulty && port->server.is_reachable(port->server.context)) action = next(device, body, &length);
        // FJ_SEND_ABORT cannot be: a request ends before this task asks again.
        if (action.kind != FJ_SEND_LIVE && action.kind != FJ_SEND_BATCH) {
            ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(ASK_AGAIN_MS));
            continue;
        }
        port_reply reply;
        port->server.post(port->server.context, body, length, &reply);
        take_answer(device, &reply);
    }
}
