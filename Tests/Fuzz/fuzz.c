// Whatever comes from outside the core, made up by libFuzzer: an answer, JSON, records, a flash as it is found after a cut of power, reports. Built with
// AddressSanitizer and UndefinedBehaviorSanitizer, so that a read past a buffer ends the run. The first byte chooses the target.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fj_answer.h"
#include "fj_json.h"
#include "fj_sensors.h"
#include "fj_store.h"
#include "fj_time.h"
#include "fj_uplink.h"

#define SECTORS 2u
#define FLASH_BYTES (SECTORS * FJ_FLASH_SECTOR_BYTES)
#define RING 64u

/// What must hold whatever comes in.
static void must(bool ok) {
    if (!ok) abort();
}

static uint8_t flash_bytes[FLASH_BYTES];

static fj_error flash_read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    (void)context;
    must(address + length <= FLASH_BYTES);
    memcpy(bytes, flash_bytes + address, length);
    return FJ_OK;
}

static fj_error flash_program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    (void)context;
    must(address + length <= FLASH_BYTES && address / FJ_FLASH_SECTOR_BYTES == (address + length - 1) / FJ_FLASH_SECTOR_BYTES);
    for (size_t i = 0; i < length; i++) flash_bytes[address + i] &= bytes[i];
    return FJ_OK;
}

static fj_error flash_erase(void *context, uint32_t sector) {
    (void)context;
    must(sector < SECTORS);
    memset(flash_bytes + sector * FJ_FLASH_SECTOR_BYTES, 0xFF, FJ_FLASH_SECTOR_BYTES);
    return FJ_OK;
}

static uint32_t next_random(void *context) {
    (void)context;
    return 1;
}

/// Exactly as long as the input, on the heap, so that a byte too far is seen.
static char *copy(const uint8_t *data, size_t size) {
    char *bytes = malloc(size > 0 ? size : 1);
    if (bytes && size > 0) memcpy(bytes, data, size);
    return bytes;
}

static void parse(const uint8_t *data, size_t size) {
    char *body = copy(data, size);
    fj_answer answer;
    memset(&answer, 0xA5, sizeof answer);
    if (fj_answer_parse(body, size, &answer) == FJ_OK && answer.has_rules) must(fj_rules_check(&answer.rules) == FJ_OK);
    uint32_t seconds = 0;
    if (fj_answer_retry_after(body, size, &seconds) == FJ_OK) must(seconds <= FJ_ANSWER_RETRY_AFTER_MAX_S);
    uint64_t utc;
    if (fj_time_parse(body, size, &utc) == FJ_OK) must(utc <= FJ_TIME_MAX);
    fj_json json = {.bytes = body, .length = size};
    fj_json_skip(&json);
    must(json.at <= size || json.failed);
    free(body);
}

/// The input, and some of its beginnings: what the network has cut off.
static void fuzz_answer(const uint8_t *data, size_t size) {
    parse(data, size);
    for (size_t cut = 1, length = size; cut <= 16 && length > 0; cut++) parse(data, length -= 1 + data[length - 1] % cut % length);
}

static fj_record record_of(const uint8_t *data) {
    fj_record record;
    fj_second second;
    memset(&second, 0, sizeof second);
    float value[5];
    memcpy(value, data, sizeof value);
    second.vitals = (fj_vitals){
        .t_ms = data[20] * UINT64_C(70000),
        .heart_rate = value[0],
        .spo2 = value[1],
        .r = value[2],
        .perfusion_index = value[3],
        .quality = data[21],
        .reason = (fj_reason)(data[22] % FJ_REASON_COUNT)};
    second.skin.celsius = value[4];
    second.ambient_c = value[2];
    must(fj_record_make(&second, 1, data[23], data[24] & 1 ? UINT64_C(1790000000000) + data[25] : 0, &record) == FJ_OK);
    return record;
}

static void fuzz_record(const uint8_t *data, size_t size) {
    uint8_t bytes[FJ_RECORD_BYTES], again[FJ_RECORD_BYTES];
    fj_record record, back;
    if (size >= FJ_RECORD_BYTES && fj_record_unpack(data, &record) == FJ_OK && fj_record_pack(&record, again) == FJ_OK)
        must(fj_record_unpack(again, &back) == FJ_OK && back.sequence == record.sequence);
    if (size < 32) return;
    record = record_of(data);
    must(fj_record_pack(&record, bytes) == FJ_OK && fj_record_unpack(bytes, &back) == FJ_OK);
    must(fj_record_values(&back) == fj_record_values(&record));
}

static void fuzz_report(const uint8_t *data, size_t size) {
    if (size < 64) return;
    const size_t capacity = FJ_REPORT_BODY_MIN + data[0] * 16u;
    char *body = malloc(capacity), text[40];
    if (!body) return;
    memcpy(text, data + 24, sizeof text - 1);
    text[sizeof text - 1] = 0;
    fj_report report;
    must(fj_report_begin(&report, body, capacity) == FJ_OK);
    for (size_t at = 0; at + 32 <= size; at += 8) {
        const fj_record record = record_of(data + at);
        fj_report_add(&report, &record, data[at] * UINT64_C(100000));
    }
    fj_report_state state = {.battery = data[1], .firmware = text, .reset_reason = text, .has_details = true, .detached = data[2]};
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) state.reason[i] = (fj_reason)(data[3 + i] % (FJ_REASON_COUNT + 1));
    size_t length = 0;
    must(fj_report_end(&report, &state, &length) == FJ_OK && length <= capacity);
    // It is JSON, by the core's own reader.
    fj_json json = {.bytes = body, .length = length};
    must(fj_json_skip(&json) && fj_json_end(&json));
    free(body);
}

/// A flash of anything, mounted, used, and mounted again: it takes records and gives them back.
static void fuzz_log(const uint8_t *data, size_t size) {
    static fj_record ring[RING];
    static char body[FJ_REPORT_BODY_MAX];
    static fj_store store;
    static fj_uplink uplink;
    for (size_t i = 0; i < FLASH_BYTES; i++) flash_bytes[i] = size > 0 && i / 3 < size ? data[i / 3] : 0xFF;
    // Headers and records whose checksums are right, so that the way goes on.
    for (size_t at = 0; size >= 32 && at + 32 <= size && at < 1024; at += 32) {
        const fj_record record = record_of(data + at);
        const size_t slot = data[at + 26] % FJ_LOG_SLOTS;
        fj_record_pack(&record, flash_bytes + FJ_LOG_HEADER_BYTES + (data[at + 27] & 1u) * FJ_FLASH_SECTOR_BYTES + slot * FJ_RECORD_BYTES);
    }
    const fj_flash flash = {NULL, SECTORS, flash_read, flash_program, flash_erase};
    fj_clock clock = {0};
    must(fj_store_init(&store, ring, RING, &flash, &clock, 3) == FJ_OK);
    must(fj_uplink_init(&uplink, &store, &clock, (fj_random){NULL, next_random}, 0) == FJ_OK);
    fj_clock_sntp(&clock, 0, UINT64_C(1790000000000));
    for (size_t at = 0; at + 32 <= size && at < 6400; at += 32) {
        const uint64_t now = at * 40;
        fj_second second;
        memset(&second, 0, sizeof second);
        memcpy(&second.vitals.heart_rate, data + at, 4);
        second.vitals.spo2 = 97.0f;
        second.vitals.t_ms = now;
        second.skin.celsius = second.ambient_c = NAN;
        must(fj_uplink_measured(&uplink, &second, now) == FJ_OK);
        if (data[at + 8] & 1) fj_store_spill(&store, now + 6000);
        size_t length = 0;
        const fj_send_action action = fj_uplink_next(&uplink, now, body, sizeof body, &length);
        must(length <= sizeof body);
        if (action.kind != FJ_SEND_LIVE && action.kind != FJ_SEND_BATCH) continue;
        char answer[] = "{\"recues\":000000}";
        for (uint32_t count = uplink.sent_readings, i = 15; count > 0; count /= 10) answer[i--] = (char)('0' + count % 10);
        // No leading zeros in JSON.
        size_t first = 10;
        while (first < 15 && answer[first] == '0') answer[first++] = ' ';
        fj_uplink_answered(&uplink, now, data[at + 9] & 3 ? 201 : 400, 0, answer, sizeof answer - 1);
    }
    fj_store_flush(&store);
    fj_log log;
    must(fj_log_init(&log, &flash) == FJ_OK);
    fj_record record;
    fj_log_place place, from = log.read;
    for (unsigned found = 0; fj_log_find(&log, from, &place, &record) == FJ_OK; found++) {
        must(found < SECTORS * FJ_LOG_SLOTS);
        from = (fj_log_place){place.sector, place.slot + 1};
    }
}

/// Any samples, of any size: no value outside what a heart and blood can have.
static void fuzz_signal(const uint8_t *data, size_t size) {
    static fj_ppg ppg;
    const fj_ppg_config config = size > 0 && data[0] & 1 ? fj_ppg_config_max30102() : fj_ppg_config_recording(25.0f, true);
    must(fj_ppg_init(&ppg, &config) == FJ_OK);
    uint64_t t = 0;
    for (size_t at = 0; at + 8 <= size; at += 4) {
        float infrared, red;
        memcpy(&infrared, data + at, 4);
        memcpy(&red, data + at + 4, 4);
        fj_ppg_push(&ppg, data[at] & 2 ? infrared : (float)(data[at] * 1000), data[at] & 4 ? red : (float)(data[at + 1] * 900));
        if (data[at] == 0) fj_ppg_lost(&ppg, data[at + 1]);
        if (data[at] == 1) fj_ppg_clock(&ppg, (float)data[at + 1]);
        if (at % 100 != 0) continue;
        fj_vitals vitals;
        must(fj_ppg_second(&ppg, t += 1000, &vitals) == FJ_OK);
        must(isnan(vitals.heart_rate) || (vitals.heart_rate > 22.8f && vitals.heart_rate < 266.0f));
        must(isnan(vitals.spo2) || (vitals.spo2 >= FJ_SPO2_MIN && vitals.spo2 <= 100.0f));
        must(vitals.quality <= 100 && (vitals.reason == FJ_REASON_NONE) == !(isnan(vitals.heart_rate) || isnan(vitals.spo2)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) return 0;
    switch (data[0] % 5) {
    case 0: fuzz_answer(data + 1, size - 1); break;
    case 1: fuzz_record(data + 1, size - 1); break;
    case 2: fuzz_report(data + 1, size - 1); break;
    case 3: fuzz_log(data + 1, size - 1); break;
    default: fuzz_signal(data + 1, size - 1); break;
    }
    return 0;
}
