// The core on the target's architecture: a short selection of what the Swift tests prove on the host. Exits with 0 if all is as it should be.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fj_ota.h"
#include "fj_sensors.h"
#include "fj_uplink.h"

#define SECTORS 2u
#define RING 64u

static uint8_t flash_bytes[SECTORS * FJ_FLASH_SECTOR_BYTES];
static fj_record ring[RING];
static char body[4096];
static fj_ppg ppg;
static fj_store store;
static fj_uplink uplink;
static fj_clock device_clock;
static unsigned passed, failed;

static void expect(bool ok, const char *what) {
    if (ok) passed++;
    else failed++;
    if (!ok) printf("failed: %s\n", what);
}

static fj_error flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    (void)context;
    memcpy(bytes, flash_bytes + address, length);
    return FJ_OK;
}

static fj_error flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    (void)context;
    for (size_t i = 0; i < length; i++) flash_bytes[address + i] &= bytes[i];
    return FJ_OK;
}

static fj_error flash_erase(void *context, uint32_t sector) {
    (void)context;
    memset(flash_bytes + sector * FJ_FLASH_SECTOR_BYTES, 0xFF, FJ_FLASH_SECTOR_BYTES);
    return FJ_OK;
}

static const fj_flash flash = {NULL, SECTORS, flash_read, flash_program, flash_erase};

static uint32_t next_random(void *context) {
    (void)context;
    return 12345;
}

/// What the core may take for a second of signal: three tenths of an ESP32-C3 at 160 MHz, which has no floating-point unit.
#define INSTRUCTIONS_MAX 48000000u

static uint32_t spent, spent_most;

static uint32_t instructions(void) {
    uint32_t count;
    __asm__ volatile(".option push\n.option arch, +zicsr\ncsrr %0, instret\n.option pop" : "=r"(count));
    return count;
}

static void push(float infrared, float red) {
    const uint32_t before = instructions();
    fj_ppg_push(&ppg, infrared, red);
    spent += instructions() - before;
}

static void close_second(uint64_t t_ms, fj_vitals *out) {
    const uint32_t before = instructions();
    fj_ppg_second(&ppg, t_ms, out);
    spent += instructions() - before;
    if (spent > spent_most) spent_most = spent;
    spent = 0;
}

/// Ten seconds of a synthetic finger at 75 bpm; the last second's result.
static fj_vitals measure(void) {
    const fj_ppg_config config = fj_ppg_config_max30102();
    fj_vitals vitals = {0};
    fj_ppg_init(&ppg, &config);
    for (int i = 0; i < 1000; i++) {
        // Steep on one side, as a beat is and a breath is not.
        const float turn = 6.2831853f * 1.25f * (float)i / 100.0f;
        const float wave = sinf(turn) - 0.5f * sinf(2.0f * turn) + 0.25f * sinf(3.0f * turn);
        push(120000.0f + 1200.0f * wave, 110000.0f + 550.0f * wave);
        if (i % 100 == 99) close_second((uint64_t)(i + 1) * 10, &vitals);
    }
    return vitals;
}

/// The rate after 12 s of a beat of `beats_bpm` (0: none) on breath of 40 a minute that swings as much; NaN: none is given.
static float rate_on_breath(float beats_bpm) {
    const fj_ppg_config config = fj_ppg_config_recording(100.0f, false);
    fj_vitals vitals = {0};
    fj_ppg_init(&ppg, &config);
    for (int i = 0; i < 1200; i++) {
        const float s = (float)i / 100.0f, turn = 6.2831853f * beats_bpm / 60.0f * s;
        const float beat = sinf(turn) - 0.5f * sinf(2.0f * turn) + 0.25f * sinf(3.0f * turn);
        push(100000.0f + 400.0f * beat + 500.0f * sinf(6.2831853f * 40.0f / 60.0f * s), 0.0f);
        if (i % 100 == 99) close_second((uint64_t)(i + 1) * 10, &vitals);
    }
    return vitals.heart_rate;
}

/// The last second of a finger at 75 bpm and R 0.5, the chip sampling at `rate_hz`; every other second has a spike in both channels.
static fj_vitals measure_on_clone(float rate_hz, bool is_swapped, int seconds) {
    const fj_ppg_config config = fj_ppg_config_max30102();
    fj_vitals vitals = {0};
    fj_ppg_init(&ppg, &config);
    fj_ppg_clock(&ppg, rate_hz);
    float due = 0.0f, turn = 0.0f;
    for (int second = 0; second < seconds; second++) {
        for (due += rate_hz; due >= 1.0f; due -= 1.0f) {
            turn += 6.2831853f * 1.25f / rate_hz;
            const float wave = sinf(turn) - 0.5f * sinf(2.0f * turn) + 0.25f * sinf(3.0f * turn);
            const float spike = second % 2 == 0 && due < 50.0f && due >= 49.0f ? 1.1f : 1.0f;
            const float infrared = 120000.0f + 1200.0f * wave, red = 110000.0f + 550.0f * wave;
            push(spike * (is_swapped ? red : infrared), spike * (is_swapped ? infrared : red));
        }
        close_second((uint64_t)(second + 1) * 1000, &vitals);
    }
    return vitals;
}

static void check_clones(void) {
    for (float rate_hz = 96.0f; rate_hz <= 104.0f; rate_hz += 8.0f) {
        const fj_vitals vitals = measure_on_clone(rate_hz, false, 12);
        expect(fabsf(vitals.heart_rate - 75.0f) < 1.0f, "the rate of a chip with a clock of its own, with spikes");
        expect(fabsf(vitals.spo2 - (113.1f - 35.6f * 0.5f)) < 1.0f, "saturation by the default curve");
    }
    expect(measure_on_clone(90.0f, false, 8).reason == FJ_REASON_SAMPLE_CLOCK, "no rate of a chip that is 10 % off");
    const fj_vitals swapped = measure_on_clone(100.0f, true, 28);
    expect(swapped.is_inverted && isnan(swapped.spo2) && fabsf(swapped.heart_rate - 75.0f) < 1.0f, "swapped LEDs are found");
}

int main(void) {
    expect(fabsf(measure().heart_rate - 75.0f) < 1.0f, "a clear pulse");
    const uint32_t clear = spent_most;
    for (float rate = 60.0f; rate <= 240.0f; rate += 10.0f) {
        const float found = rate_on_breath(rate);
        expect(isnan(found) || fabsf(found - rate) < 2.0f, "no other rate than the pulse's under breath");
    }
    expect(fabsf(rate_on_breath(100.0f) - 100.0f) < 2.0f, "a pulse under breath");
    expect(isnan(rate_on_breath(0.0f)), "breath is no pulse");
    check_clones();
    const fj_second second = {.vitals = measure(), .skin = {.celsius = 36.5f}, .ambient_c = 23.0f};
    expect(fabsf(second.vitals.heart_rate - 75.0f) < 1.0f, "heart rate");
    expect(second.vitals.spo2 > 90.0f, "saturation");

    memset(flash_bytes, 0xA5, sizeof flash_bytes);
    expect(fj_store_init(&store, ring, RING, &flash, &device_clock, 1) == FJ_OK, "store");
    expect(fj_uplink_init(&uplink, &store, &device_clock, (fj_random){NULL, next_random}, 0) == FJ_OK, "uplink");
    fj_clock_sntp(&device_clock, 0, UINT64_C(1790000000000));
    for (unsigned i = 0; i < 60; i++) fj_uplink_measured(&uplink, &second, 10000);
    fj_store_flush(&store);
    // As after a cut of power, in the middle of writing the last record.
    flash_bytes[FJ_LOG_HEADER_BYTES + 59 * FJ_RECORD_BYTES + 20] = 0;
    flash_bytes[FJ_FLASH_SECTOR_BYTES - 1] = 0;
    expect(fj_store_init(&store, ring, RING, &flash, &device_clock, 1) == FJ_OK, "recovery");
    size_t length = 0;
    expect(fj_uplink_next(&uplink, 20000, body, sizeof body, &length).kind == FJ_SEND_BATCH, "a batch");
    expect(length > 0 && strncmp(body, "{\"mesures\":[{\"type_donnee\":\"spo2\",\"valeur\":", 43) == 0, "report");
    expect(strstr(body, "\"timestamp\":\"2026-09-21T14:13:30.000Z\"") != NULL, "instant");
    printf(
        "RAM of the core: %u bytes, of the ring: %u\n",
        (unsigned)(sizeof(fj_sensors) + sizeof(fj_uplink) + sizeof(fj_store) + sizeof(fj_clock) + sizeof(fj_ota)), (unsigned)sizeof ring);
    expect(sizeof(fj_sensors) + sizeof(fj_uplink) + sizeof(fj_store) + sizeof(fj_clock) + sizeof(fj_ota) <= 16384, "RAM budget");
    printf("instructions a second of signal: %u of a clear pulse, %u at most\n", (unsigned)clear, (unsigned)spent_most);
    expect(spent_most > 100000 && spent_most <= INSTRUCTIONS_MAX, "budget of instructions");
    printf("%u passed, %u failed\n", passed, failed);
    exit(failed > 0);
}
