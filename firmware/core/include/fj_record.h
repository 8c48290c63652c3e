// What one second gave, as it is kept and sent: the same numbers whether it goes out at once or after a night in the flash.
#ifndef FJ_RECORD_H
#define FJ_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_sensors.h"
#include "fj_vital.h"

/// A packed record. 85 of them and a header of 16 bytes fill a sector of 4 KiB.
#define FJ_RECORD_BYTES 48u
/// The first byte stays outside the checksum, because its bits are cleared in place when the record was dealt with.
#define FJ_RECORD_KEPT 0xFFu
/// An absent value.
#define FJ_RECORD_ABSENT INT16_MIN
/// Times are kept in 48 bits: until the year 10889 (ms).
#define FJ_RECORD_TIME_MAX ((UINT64_C(1) << 48) - 1u)

typedef struct fj_record {
    uint32_t boot;                  // counts the device's starts
    uint32_t sequence;              // grows by one with each record of a boot
    uint64_t t_ms;                  // monotonic, since that boot
    uint64_t utc_ms;                // since 1970, or 0: not known when it was measured
    int16_t value[FJ_VITAL_COUNT];  // hundredths of the vital's unit, or FJ_RECORD_ABSENT
    int16_t r;                      // ratio of ratios, ten-thousandths, or FJ_RECORD_ABSENT
    fj_reason pulse_reason, skin_reason;
} fj_record;

/// Rounds a second to a record. What does not fit into a record or is outside the vital's plausible range is absent, because
/// the server would refuse it. The signal's quality is absent where nobody wears the sensor.
fj_error fj_record_make(const fj_second *second, uint32_t boot, uint32_t sequence, uint64_t utc_ms, fj_record *out);

/// How many values the record has: the readings that it is sent as.
unsigned fj_record_values(const fj_record *record);

/// Why the record has no value of the vital. FJ_REASON_NONE: it has one. Never FJ_REASON_NONE for an absent one.
fj_reason fj_record_reason(const fj_record *record, fj_vital vital);

/// Packs into FJ_RECORD_BYTES, little-endian, with a CRC-32 at the end and FJ_RECORD_KEPT in front. FJ_ERROR_RANGE: a time over
/// FJ_RECORD_TIME_MAX or no reason of ours.
fj_error fj_record_pack(const fj_record *record, uint8_t *bytes);

/// The opposite, whatever the first byte is. FJ_ERROR_CHECKSUM: torn, spoiled or never written; FJ_ERROR_FORMAT: of another version.
fj_error fj_record_unpack(const uint8_t *bytes, fj_record *out);

#endif
