// All that keeps and sends, put together: what the port's two tasks and the simulator call. The sampling task hands in seconds, the
// sending task asks what to do, does it, and says what came of it; both under one lock of the caller's.
#ifndef FJ_UPLINK_H
#define FJ_UPLINK_H

#include "fj_alarm.h"
#include "fj_answer.h"
#include "fj_report.h"
#include "fj_store.h"

/// The details of the state go with the first report, with every so many-th, and when a record was lost.
#define FJ_UPLINK_DETAILS_EVERY 60u

/// What the port knows of the device; texts live as long as the uplink.
typedef struct fj_uplink_device {
    const char *firmware, *reset_reason;
    int32_t battery, rssi;  // or FJ_REPORT_UNKNOWN
    uint32_t free_heap;
    bool has_curve;  // this device was set up with a curve of its own
    fj_spo2_curve curve;
} fj_uplink_device;

/// Private, except `rules` (to be loaded after init, and stored when an answer brought new ones), `alarm`, the counters and the sender's.
typedef struct fj_uplink {
    fj_store *store;
    fj_clock *clock;
    fj_sender sender;
    fj_rules rules;
    fj_alarm alarm;
    fj_uplink_device device;
    uint32_t record_sequence, report_sequence;
    uint32_t detached;
    fj_reason reason[FJ_VITAL_COUNT];  // of the newest second
    bool is_inverted;                  // likewise
    fj_strip strip;                    // of the last seconds
    fj_traces traces;
    uint32_t lost_told;  // the count of lost records that went with the last details
    bool has_greeted;    // a report was accepted since init
    uint64_t sent_ms;
    uint32_t sent_readings, sent_records;
    uint32_t rejected;  // readings that the server named in `rejetees`, since init
} fj_uplink;

/// `store` and `clock` are the caller's, initialised, and the same as the store's own. `now_ms` is monotonic here and below.
fj_error fj_uplink_init(fj_uplink *uplink, fj_store *store, fj_clock *clock, fj_random random, uint64_t now_ms);

/// What the port knows of the device, for the next reports.
fj_error fj_uplink_describe(fj_uplink *uplink, const fj_uplink_device *device);

/// A second was measured: keeps it and lets it pass the alarm. What the optical signal raises or ends thereby takes a strip of it along with the next report.
fj_error fj_uplink_measured(fj_uplink *uplink, const fj_second *second, uint64_t now_ms);

/// What to do. With FJ_SEND_LIVE and FJ_SEND_BATCH the first `*length` bytes of `body` are to be posted now; FJ_SEND_ABORT: give up the request.
/// As long as UTC is not known, the first report has no readings: its answer tells the time, and a reading that is dated before it leaves has
/// the same instant when it is sent again. Only where that answer tells none, readings go with their age.
fj_send_action fj_uplink_next(fj_uplink *uplink, uint64_t now_ms, char *body, size_t capacity, size_t *length);

/// The request ended: HTTP's status (0: no answer), Retry-After in seconds (0: none) and the body. True: new rules were received, and the
/// caller stores `uplink->rules`.
bool fj_uplink_answered(fj_uplink *uplink, uint64_t now_ms, uint16_t status, uint32_t retry_after_s, const char *body, size_t length);

/// Somebody at the bedside pressed the button: ends the alarms of a sensor that was taken off.
void fj_uplink_pressed(fj_uplink *uplink);

/// What LED and buzzer show now.
fj_alarm_level fj_uplink_alarm(const fj_uplink *uplink, uint64_t now_ms);

#endif
