#include "fj_record.h"

#include <math.h>

#include "fj_bytes.h"
#include "fj_crc32.h"

#define VERSION 1u
/// Where things lie: mark, version, boot, sequence, both times, values, R, reasons, room for more, checksum.
enum { AT_VERSION = 1, AT_BOOT = 2, AT_SEQUENCE = 6, AT_T = 10, AT_UTC = 16, AT_VALUES = 22, AT_R = 34, AT_REASONS = 36, AT_SPARE = 38, AT_CRC = 44 };

_Static_assert(AT_VALUES + 2 * FJ_VITAL_COUNT == AT_R, "a vital more or less is another version");
_Static_assert(AT_CRC + 4 == FJ_RECORD_BYTES, "the checksum ends the record");

static int16_t rounded(float value, float scale, int16_t least, int16_t greatest) {
    const float scaled = floorf(value * scale + 0.5f);
    // Written so that NaN is absent.
    return scaled >= (float)least && scaled <= (float)greatest ? (int16_t)scaled : FJ_RECORD_ABSENT;
}

fj_error fj_record_make(const fj_second *second, uint32_t boot, uint32_t sequence, uint64_t utc_ms, fj_record *out) {
    if (!second || !out) return FJ_ERROR_ARGUMENT;
    const fj_vitals *vitals = &second->vitals;
    const bool worn = vitals->reason != FJ_REASON_SENSOR_OFF && vitals->reason != FJ_REASON_NO_SAMPLES;
    const float value[FJ_VITAL_COUNT] = {
        [FJ_VITAL_SPO2] = vitals->spo2,
        [FJ_VITAL_HEART_RATE] = vitals->heart_rate,
        [FJ_VITAL_TEMPERATURE] = second->skin.celsius,
        [FJ_VITAL_PERFUSION_INDEX] = vitals->perfusion_index,
        [FJ_VITAL_SIGNAL_QUALITY] = worn ? (float)vitals->quality : NAN,
        [FJ_VITAL_AMBIENT_TEMPERATURE] = second->ambient_c,
    };
    fj_record record = {
        .boot = boot,
        .sequence = sequence,
        .t_ms = vitals->t_ms,
        .utc_ms = utc_ms,
        .r = rounded(vitals->r, 1e4f, 0, INT16_MAX),
        .pulse_reason = vitals->reason,
        .skin_reason = second->skin.reason,
    };
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) {
        const fj_vital_properties *properties = fj_vital_of(i);
        record.value[i] = rounded(value[i], 100.0f, properties->least, properties->greatest);
    }
    *out = record;
    return FJ_OK;
}

unsigned fj_record_values(const fj_record *record) {
    unsigned count = 0;
    for (unsigned i = 0; record && i < FJ_VITAL_COUNT; i++) count += record->value[i] != FJ_RECORD_ABSENT;
    return count;
}

fj_reason fj_record_reason(const fj_record *record, fj_vital vital) {
    if (!record || (unsigned)vital >= FJ_VITAL_COUNT || record->value[vital] != FJ_RECORD_ABSENT) return FJ_REASON_NONE;
    const bool is_skin = vital == FJ_VITAL_TEMPERATURE || vital == FJ_VITAL_AMBIENT_TEMPERATURE;
    // The room's temperature does not need a patient: it is absent where the thermometer gives nothing.
    if (vital == FJ_VITAL_AMBIENT_TEMPERATURE && record->skin_reason != FJ_REASON_SETTLING) return FJ_REASON_NO_SAMPLES;
    const fj_reason reason = is_skin ? record->skin_reason : record->pulse_reason;
    // Measured, and refused because no patient can have it.
    return reason == FJ_REASON_NONE ? FJ_REASON_OUT_OF_RANGE : reason;
}

fj_error fj_record_pack(const fj_record *record, uint8_t *bytes) {
    if (!record || !bytes) return FJ_ERROR_ARGUMENT;
    if (record->t_ms > FJ_RECORD_TIME_MAX || record->utc_ms > FJ_RECORD_TIME_MAX) return FJ_ERROR_RANGE;
    if ((unsigned)record->pulse_reason > UINT8_MAX || (unsigned)record->skin_reason > UINT8_MAX) return FJ_ERROR_RANGE;
    uint8_t *at = bytes;
    *at++ = FJ_RECORD_KEPT;
    *at++ = VERSION;
    at = fj_bytes_put(at, record->boot, 4);
    at = fj_bytes_put(at, record->sequence, 4);
    at = fj_bytes_put(at, record->t_ms, 6);
    at = fj_bytes_put(at, record->utc_ms, 6);
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) at = fj_bytes_put(at, (uint16_t)record->value[i], 2);
    at = fj_bytes_put(at, (uint16_t)record->r, 2);
    *at++ = (uint8_t)record->pulse_reason;
    *at++ = (uint8_t)record->skin_reason;
    at = fj_bytes_put(at, 0, AT_CRC - AT_SPARE);
    fj_bytes_put(at, fj_crc32(bytes + AT_VERSION, AT_CRC - AT_VERSION), 4);
    return FJ_OK;
}

static int16_t signed16(const uint8_t *at) {
    const int32_t number = (int32_t)fj_bytes_get(at, 2);
    return (int16_t)(number > INT16_MAX ? number - 0x10000 : number);
}

fj_error fj_record_unpack(const uint8_t *bytes, fj_record *out) {
    if (!bytes || !out) return FJ_ERROR_ARGUMENT;
    if (fj_crc32(bytes + AT_VERSION, AT_CRC - AT_VERSION) != fj_bytes_get(bytes + AT_CRC, 4)) return FJ_ERROR_CHECKSUM;
    if (bytes[AT_VERSION] != VERSION) return FJ_ERROR_FORMAT;
    fj_record record = {
        .boot = (uint32_t)fj_bytes_get(bytes + AT_BOOT, 4),
        .sequence = (uint32_t)fj_bytes_get(bytes + AT_SEQUENCE, 4),
        .t_ms = fj_bytes_get(bytes + AT_T, 6),
        .utc_ms = fj_bytes_get(bytes + AT_UTC, 6),
        .r = signed16(bytes + AT_R),
        .pulse_reason = (fj_reason)bytes[AT_REASONS],
        .skin_reason = (fj_reason)bytes[AT_REASONS + 1],
    };
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) record.value[i] = signed16(bytes + AT_VALUES + 2 * i);
    *out = record;
    return FJ_OK;
}
