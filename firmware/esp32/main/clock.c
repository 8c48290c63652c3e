#include "clock.h"

#include <sys/time.h>

#include "esp_check.h"
#include "esp_log.h"
#include "esp_netif_sntp.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "nvram.h"

/// A system clock that is further off than this is set (ms), and how often the time is kept for the next start (ms): 1,500 writes a year.
#define OFF_MAX_MS 2000
#define KEEP_EVERY_MS UINT64_C(21600000)

static const char tag[] = "clock";

typedef struct heard {
    uint64_t at_ms, utc_ms;
} heard;

/// What SNTP said last; of length 1, so that the network's task never waits.
static QueueHandle_t last_heard;

uint64_t clock_now_ms(void) { return (uint64_t)esp_timer_get_time() / 1000; }

static uint64_t now_ms(void *context) {
    (void)context;
    return clock_now_ms();
}

port_clock clock_port(void) { return (port_clock){.context = NULL, .now_ms = now_ms}; }

static uint64_t milliseconds(const struct timeval *time) { return (uint64_t)time->tv_sec * 1000 + (uint64_t)time->tv_usec / 1000; }

static void set_system_clock(uint64_t utc_ms) {
    const struct timeval time = {.tv_sec = (time_t)(utc_ms / 1000), .tv_usec = (suseconds_t)(utc_ms % 1000 * 1000)};
    if (settimeofday(&time, NULL) != 0) ESP_LOGE(tag, "the system's clock cannot be set");
}

/// The latest instant that is certainly past, when this device started.
static uint64_t floor_ms;

void clock_set_floor(void) {
    const uint64_t built_ms = UINT64_C(1000) * FAJMA_BUILD_TIME, kept_ms = nvram_read_utc();
    floor_ms = kept_ms > built_ms ? kept_ms : built_ms;
    set_system_clock(floor_ms);
}

static void on_sntp(struct timeval *time) {
    const heard heard = {.at_ms = clock_now_ms(), .utc_ms = milliseconds(time)};
    xQueueOverwrite(last_heard, &heard);
}

esp_err_t clock_prepare_sntp(void) {
    last_heard = xQueueCreate(1, sizeof(heard));
    if (!last_heard) return ESP_ERR_NO_MEM;
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG_MULTIPLE(0, {});
    config.start = false;
    config.server_from_dhcp = true;
    config.wait_for_sync = false;
    config.sync_cb = on_sntp;
    if (CONFIG_FAJMA_SNTP_SERVER[0]) {
        // DHCP's answer clears the list: the hospital's own is put behind it again.
        config.servers[0] = CONFIG_FAJMA_SNTP_SERVER;
        config.num_of_servers = 1;
        config.renew_servers_after_new_IP = true;
        config.index_of_first_server = 1;
    }
    return esp_netif_sntp_init(&config);
}

void clock_start_sntp(void) {
    const esp_err_t error = esp_netif_sntp_start();
    if (error != ESP_OK) ESP_LOGE(tag, "SNTP does not start: %s", esp_err_to_name(error));
}

void clock_take_sntp(fj_clock *clock) {
    heard heard;
    if (xQueueReceive(last_heard, &heard, 0) != pdTRUE) return;
    const fj_error error = fj_clock_sntp(clock, heard.at_ms, heard.utc_ms);
    if (error != FJ_OK) ESP_LOGW(tag, "SNTP said nonsense: %s", fj_error_name(error));
}

void clock_follow(const fj_clock *clock, bool was_answered) {
    static uint64_t kept_at_ms;
    static bool was_kept, is_at_floor;
    const uint64_t now = clock_now_ms();
    uint64_t utc_ms;
    if (fj_clock_utc(clock, now, &utc_ms) != FJ_OK) return;
    is_at_floor = !clock->is_confirmed && !was_answered && !is_at_floor;
    if (is_at_floor) utc_ms = floor_ms + now;
    struct timeval system;
    gettimeofday(&system, NULL);
    const int64_t off_ms = (int64_t)milliseconds(&system) - (int64_t)utc_ms;
    if (off_ms < -OFF_MAX_MS || off_ms > OFF_MAX_MS) set_system_clock(utc_ms);
    if (!clock->is_confirmed) return;
    if (was_kept && now - kept_at_ms < KEEP_EVERY_MS) return;
    was_kept = true;
    kept_at_ms = now;
    nvram_write_utc(utc_ms);
}
