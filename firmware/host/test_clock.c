// esp32/main/clock.c: one wrong answer of SNTP must not lock a device out.
#include <stdint.h>
#include <sys/time.h>

#include "expect.h"

static uint64_t now_us, system_ms;

static int stand_in_settimeofday(const struct timeval *time) {
    system_ms = (uint64_t)time->tv_sec * 1000u + (uint64_t)time->tv_usec / 1000u;
    return 0;
}
#define settimeofday(time, zone) stand_in_settimeofday(time)
#define gettimeofday(time, zone) \
    (*(time) = (struct timeval){.tv_sec = (time_t)(system_ms / 1000u), .tv_usec = (suseconds_t)(system_ms % 1000u * 1000u)})
#define CONFIG_FAJMA_SNTP_SERVER ""
#define FAJMA_BUILD_TIME 1764000000
#include "../esp32/main/clock.c"

static uint64_t kept;
uint64_t nvram_read_utc(void) { return kept; }
void nvram_write_utc(uint64_t utc_ms) { kept = utc_ms; }
int64_t esp_timer_get_time(void) { return (int64_t)now_us; }
esp_err_t esp_netif_sntp_init(const esp_sntp_config_t *config) { return config->sync_cb == on_sntp && !config->start ? ESP_OK : ESP_FAIL; }
esp_err_t esp_netif_sntp_start(void) { return ESP_OK; }

#define TRUTH UINT64_C(1780000000000)
#define YEARS UINT64_C(94608000000)

static void say(uint64_t utc_ms) {
    struct timeval time = {.tv_sec = (time_t)(utc_ms / 1000u)};
    on_sntp(&time);
}

int main(void) {
    fj_clock clock = {0};
    EXPECT(clock_prepare_sntp() == ESP_OK, "SNTP is prepared");
    clock_set_floor();
    EXPECT(system_ms == UINT64_C(1764000000000), "the floor is the build's time in a new device");
    now_us = 10000000;
    say(TRUTH + YEARS);
    clock_take_sntp(&clock);
    clock_follow(&clock, true);
    EXPECT(system_ms >= TRUTH + YEARS && kept == 0, "SNTP's time is used for the first connection, and not kept");
    // Certificates seem to be expired: the request fails, and the next is judged by the floor.
    clock_follow(&clock, false);
    EXPECT(system_ms < TRUTH, "after a failure the floor judges");
    clock_follow(&clock, false);
    EXPECT(system_ms >= TRUTH + YEARS, "and after another one SNTP's time again");
    clock_follow(&clock, false);
    EXPECT(system_ms < TRUTH && kept == 0, "in turns, and nothing is kept");
    // By the floor the connection works, and the server says the time.
    now_us = 20000000;
    fj_clock_server(&clock, 19900, 20000, TRUTH);
    clock_follow(&clock, true);
    EXPECT(system_ms >= TRUTH && system_ms < TRUTH + 1000, "the server's time holds over SNTP's");
    EXPECT(kept >= TRUTH && kept < TRUTH + 1000, "and is kept, because it is confirmed");
    uint64_t utc_ms;
    EXPECT(fj_clock_date(&clock, 5000, &utc_ms) == FJ_OK && utc_ms < TRUTH, "what was measured before is not dated by the wrong time");
    say(TRUTH + YEARS);
    clock_take_sntp(&clock);
    now_us = 30000000;
    clock_follow(&clock, false);
    EXPECT(system_ms < TRUTH + 60000, "SNTP moves a confirmed clock no further than a minute, and failures do not move it");
    say(TRUTH + 10500);
    clock_take_sntp(&clock);
    clock_follow(&clock, true);
    EXPECT(system_ms >= TRUTH + 9000 && system_ms < TRUTH + 12000, "a small correction is taken");
    now_us += UINT64_C(22000000000);
    clock_follow(&clock, true);
    EXPECT(kept > TRUTH + 21000000, "and kept some hours later");
    free(last_heard->entry);
    free(last_heard);
    return ended();
}
