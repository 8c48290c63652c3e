// Writes a flash image as the device's core leaves it: test_device_log.py reads it with firmware/read-log. The names follow on standard error.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fj_log.h"
#include "fj_vital.h"

#define SECTORS 3u

static uint8_t image[SECTORS * FJ_FLASH_SECTOR_BYTES];

static fj_error read_flash(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    (void)context;
    memcpy(bytes, image + address, length);
    return FJ_OK;
}

static fj_error program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    (void)context;
    for (size_t i = 0; i < length; i++) image[address + i] &= bytes[i];
    return FJ_OK;
}

static fj_error erase(void *context, uint32_t sector) {
    (void)context;
    memset(image + sector * FJ_FLASH_SECTOR_BYTES, 0xFF, FJ_FLASH_SECTOR_BYTES);
    return FJ_OK;
}

int main(void) {
    const fj_flash flash = {NULL, SECTORS, read_flash, program, erase};
    fj_log log;
    memset(image, 0xA5, sizeof image);
    if (fj_log_init(&log, &flash) != FJ_OK) return 1;
    // Four sectors' worth: the oldest one is gone, and the newest lies before the others.
    for (uint32_t i = 0; i < 4 * FJ_LOG_SLOTS; i++) {
        const fj_second second = {
            .vitals = {.t_ms = i * 1000, .spo2 = 97.25f, .heart_rate = 72, .r = 0.5f, .perfusion_index = 1, .quality = 90},
            .skin = {.celsius = NAN, .reason = FJ_REASON_SENSOR_OFF},
            .ambient_c = -1.5f};
        fj_record record;
        if (fj_record_make(&second, 7, i, i % 2 ? UINT64_C(1795860000250) + i : 0, &record) != FJ_OK) return 1;
        if (fj_log_append(&log, &record) != FJ_OK) return 1;
    }
    fj_log_settle(&log, log.read, FJ_LOG_DELIVERED);
    fj_log_settle(&log, (fj_log_place){log.read.sector, log.read.slot + 1}, FJ_LOG_PUT_ASIDE);
    image[FJ_LOG_HEADER_BYTES + 5 * FJ_RECORD_BYTES + 20] ^= 1;  // torn
    fwrite(image, 1, sizeof image, stdout);
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) fprintf(stderr, "%s\n", fj_vital_of(i)->name);
    for (int i = FJ_REASON_NONE; i < FJ_REASON_COUNT; i++) fprintf(stderr, "%s\n", fj_reason_name((fj_reason)i));
    return 0;
}
