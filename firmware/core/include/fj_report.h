// Records as the server's JSON: the body of POST /api/iot/data/, third shape.
#ifndef FJ_REPORT_H
#define FJ_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fj_record.h"
#include "fj_trace.h"

/// What one report may hold, by the contract and by what a server behind a small nginx takes.
#define FJ_REPORT_READINGS_MAX 1000u
#define FJ_REPORT_BODY_MAX 65536u
/// `etat` at its longest with all that closes the body; so much is kept free while readings are added.
#define FJ_REPORT_STATE_BYTES 1536u
/// A body with one record needs no more: a buffer must have at least so much.
#define FJ_REPORT_BODY_MIN 2560u
/// Longer texts of the state are cut.
#define FJ_REPORT_TEXT_MAX 64u
/// A number of the state that is not known, and so left out.
#define FJ_REPORT_UNKNOWN INT32_MIN
/// An older record is not sent without a timestamp (ms): the server takes 30 days.
#define FJ_REPORT_AGE_MAX_MS UINT64_C(2592000000)

/// What the device says of itself.
typedef struct fj_report_state {
    int32_t battery;       // %, or FJ_REPORT_UNKNOWN
    int32_t rssi;          // dBm, or FJ_REPORT_UNKNOWN
    const char *firmware;  // NULL: left out
    uint32_t boot, sequence;
    /// Why it started, what memory is free and how many records were lost: sent only with `has_details`, because they seldom change and
    /// reports without them are read much faster by the server.
    bool has_details;
    const char *reset_reason;  // NULL: left out
    uint32_t free_heap;        // bytes
    uint32_t dropped;
    bool has_curve;  // a curve of the device's own is in use; with the details
    fj_spo2_curve curve;
    bool is_inverted;                  // red and infrared seem to be the other way round
    uint32_t detached;                 // a bit for each fj_vital whose sensor is off
    fj_reason reason[FJ_VITAL_COUNT];  // why there is no value of each vital now; FJ_REASON_NONE: there is one
    uint64_t utc_ms;                   // 0: not known
    uint32_t rules_version;            // 0: holds none
    const fj_trace *trace;             // NULL: none
    uint64_t trace_age_ms;             // where the trace has no instant
} fj_report_state;

/// A report that is being written. Private, except the counters.
typedef struct fj_report {
    char *body;  // the caller's
    size_t capacity, length;
    uint32_t readings, records;
} fj_report;

/// Begins a report in `capacity` bytes (FJ_REPORT_BODY_MIN or more; what is over FJ_REPORT_BODY_MAX is not used).
fj_error fj_report_begin(fj_report *report, char *body, size_t capacity);

/// Adds a record's values, dated by its `utc_ms`, or, if that is 0, by its age: `now_ms` is monotonic in the record's own boot. A record without
/// values adds nothing. FJ_ERROR_SPACE: no room for all of it, nothing added. FJ_ERROR_RANGE: from the future, too old, or a time that cannot be written.
fj_error fj_report_add(fj_report *report, const fj_record *record, uint64_t now_ms);

/// Ends the report; `*length` is that of the body, which has no NUL. Characters of texts that JSON would want escaped, and all beyond
/// ASCII, become '?'. FJ_ERROR_RANGE: a time that cannot be written.
fj_error fj_report_end(fj_report *report, const fj_report_state *state, size_t *length);

#endif
