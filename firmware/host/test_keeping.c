// esp32/main/keeping.c: a new image on trial, restarts, and what the server's answers mean for them.
#include <math.h>
#include <setjmp.h>
#include <string.h>

#include "../esp32/main/keeping.c"
#include "expect.h"

static uint64_t now_ms;
static unsigned kept, rolled_back, restarted, forgotten;
static bool wants_reset;
static jmp_buf restarts;

uint64_t stand_in_now_ms(void *context) {
    (void)context;
    return now_ms;
}
int32_t battery_percent(void) { return 90; }
int32_t network_rssi(void) { return -60; }
esp_err_t network_forget(void) { return ESP_OK; }
esp_err_t nvram_forget(void) {
    forgotten++;
    return ESP_OK;
}
bool lamps_reset_is_wanted(void) { return wants_reset; }
bool lamps_take_press(void) { return false; }
const esp_app_desc_t *esp_app_get_description(void) {
    static const esp_app_desc_t description = {.version = "1.2.0"};
    return &description;
}
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void) {
    kept++;
    return ESP_OK;
}
esp_err_t esp_ota_mark_app_invalid_rollback_and_reboot(void) {
    rolled_back++;
    return ESP_FAIL;
}
void device_lock(device *device) { (void)device; }
void device_unlock(device *device) { (void)device; }
void device_watch(void) {}
void device_turns(void) {}
void device_restart(device *device) {
    (void)device;
    restarted++;
    longjmp(restarts, 1);
}

static uint32_t next_random(void *context) {
    (void)context;
    return 0;
}

static fj_indication shown;
static void show(void *context, fj_indication indication) {
    (void)context;
    shown = indication;
}

static fj_record ring[DEVICE_RING_RECORDS];
static port ports = {.clock = {.now_ms = stand_in_now_ms}, .random = {.next = next_random}, .indicator = {.show = show}};
static device it;
static memo remembered;
static char body[4096];

static void begin(bool on_trial) {
    static fj_setup setup;
    now_ms = 0;
    kept = rolled_back = restarted = 0;
    memset(&it, 0, sizeof it);
    remembered = (memo){.battery = FJ_REPORT_UNKNOWN};
    it.port = &ports;
    it.setup = &setup;
    fj_store_init(&it.store, ring, DEVICE_RING_RECORDS, NULL, &it.clock, 1);
    fj_uplink_init(&it.uplink, &it.store, &it.clock, ports.random, 0);
    fj_ota_init(&it.ota, on_trial, 0);
}

/// So many seconds of measuring and sending. `status`: what the server answers; 0: it is away.
static void run(unsigned seconds, uint16_t status, bool is_worn, bool sensors_answer) {
    static const char took[] = "{\"recues\":0,\"doublons\":0,\"rejetees\":[]}";
    for (unsigned i = 0; i < seconds; i++) {
        now_ms += 1000;
        measured seen = {.oximeter_answers = sensors_answer, .thermometer_answers = sensors_answer};
        seen.second.vitals = (fj_vitals){.t_ms = now_ms, .heart_rate = NAN, .spo2 = NAN, .r = NAN, .perfusion_index = NAN};
        seen.second.vitals.reason = is_worn ? FJ_REASON_POOR_SIGNAL : FJ_REASON_SENSOR_OFF;
        seen.second.skin = (fj_skin){.celsius = NAN, .reason = FJ_REASON_SENSOR_OFF};
        seen.second.ambient_c = NAN;
        turn(&it, &remembered, &seen);
        size_t length = 0;
        const fj_send_action action = fj_uplink_next(&it.uplink, now_ms, body, sizeof body, &length);
        if (action.kind == FJ_SEND_LIVE || action.kind == FJ_SEND_BATCH) fj_uplink_answered(&it.uplink, now_ms, status, 0, took, sizeof took - 1);
    }
}

int main(void) {
    begin(true);
    run(10, 201, false, true);
    EXPECT(kept == 1 && rolled_back == 0, "an image whose sensors and server answer is kept");
    begin(true);
    run(30, 409, false, true);
    EXPECT(kept == 1 && rolled_back == 0, "also on the shelf, where the server says that nobody wears it");
    EXPECT(atomic_load(&it.is_heard) && !atomic_load(&it.is_online), "such a device is heard, so that it looks for images and authorities");
    begin(true);
    run(301, 0, false, true);
    EXPECT(kept == 0 && rolled_back == 1 && !atomic_load(&it.is_heard), "without a server it goes back after five minutes");
    begin(true);
    run(301, 401, false, true);
    EXPECT(kept == 0 && rolled_back == 1, "a key that is refused is no proof");
    begin(true);
    run(301, 201, false, false);
    EXPECT(kept == 0 && rolled_back == 1, "sensors that do not answer are none either");
    begin(false);
    run(400, 0, false, true);
    EXPECT(rolled_back == 0, "an image that was kept before is not judged again");
    begin(false);
    run(30, 409, false, true);
    run(200, 0, false, true);
    EXPECT(!atomic_load(&it.is_heard), "a server that went away is not heard for ever");
    // A restart into a new image.
    begin(false);
    atomic_store(&it.update_is_ready, true);
    if (setjmp(restarts) == 0) {
        run(300, 201, true, true);
        EXPECT(restarted == 0, "never on a patient");
        run(59, 201, false, true);
        EXPECT(restarted == 0, "nor at once after one");
        run(30, 201, false, true);
        EXPECT(false, "it restarts once nobody wears it for a minute");
    }
    EXPECT(restarted == 1, "once");
    begin(false);
    wants_reset = true;
    if (setjmp(restarts) == 0) run(1, 201, true, true);
    EXPECT(forgotten == 1 && restarted == 1, "the button erases the set-up and restarts");
    return ended();
}
