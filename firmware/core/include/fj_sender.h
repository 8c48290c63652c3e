// When to send what, and what an answer means: pure, events and time in, what to do out. One request at a time.
#ifndef FJ_SENDER_H
#define FJ_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_error.h"

/// A request without an answer is given up after this (ms).
#define FJ_SENDER_TIMEOUT_MS 10000u
/// The pause after a failure is random between FJ_SENDER_PAUSE_MIN_MS and a bound ("full jitter", so that a ward's devices do not come
/// back all at once) that begins with FJ_SENDER_BACKOFF_FIRST_MS and doubles up to FJ_SENDER_BACKOFF_LAST_MS.
#define FJ_SENDER_PAUSE_MIN_MS 100u
#define FJ_SENDER_BACKOFF_FIRST_MS 1000u
#define FJ_SENDER_BACKOFF_LAST_MS 60000u
/// The most records of a batch: each has up to six readings, a report up to 1,000.
#define FJ_SENDER_BATCH_MAX 160u
/// So often in a row the server may say of the backlog, while it takes live reports, that nobody wore the device (409), until that is believed.
#define FJ_SENDER_CONFLICTS_MAX 10u

/// The server counts as heard for so long (ms): on a device that nobody wears reports are rare, but not as rare.
#define FJ_SENDER_HEARD_MS 180000u

/// A source of random bits, the port's.
typedef struct fj_random {
    void *context;
    uint32_t (*next)(void *context);
} fj_random;

typedef enum fj_send {
    FJ_SEND_WAIT,   // until an event or `until_ms`
    FJ_SEND_LIVE,   // send the newest record, now
    FJ_SEND_BATCH,  // send the oldest `records_max` records, now
    FJ_SEND_ABORT,  // give up the request that is on its way, and keep what it carried
} fj_send;

typedef struct fj_send_action {
    fj_send kind;
    uint32_t records_max;
    uint64_t until_ms;
} fj_send_action;

/// What became of a request.
typedef struct fj_outcome {
    uint16_t status;         // HTTP's, or 0: no answer
    uint32_t retry_after_s;  // 0: none
    bool is_ours;            // the body was an answer as fj_answer_parse reads it
    bool is_counted;         // and it accounts for every reading that was sent
} fj_outcome;

/// What to do with the records that the request carried.
typedef enum fj_verdict { FJ_VERDICT_KEEP, FJ_VERDICT_DELIVERED, FJ_VERDICT_PUT_ASIDE } fj_verdict;

/// Private, except what the last five say.
typedef struct fj_sender {
    fj_random random;
    fj_send on_the_way;  // FJ_SEND_WAIT: nothing
    uint64_t deadline_ms, retry_at_ms, batch_retry_at_ms;
    uint32_t batch_max;
    uint8_t failures, batch_failures, conflicts;  // in a row
    uint64_t accepted_ms;                         // when a report was last accepted
    uint32_t accepted;                            // reports, since init
    /// When the server last answered the device's key as such: took a report, or said that nobody wears the device. 0 of `understood`: never since init.
    uint64_t understood_ms;
    uint32_t understood;
    uint32_t refused;  // reports whose records were put aside, since init
} fj_sender;

fj_error fj_sender_init(fj_sender *sender, fj_random random, uint64_t now_ms);

/// What to do now. With FJ_SEND_LIVE and FJ_SEND_BATCH the request counts as on its way, until fj_sender_answered or FJ_SEND_ABORT. A live
/// record goes before any batch; while the server does not take live reports, no batch is tried unless there is nothing live.
fj_send_action fj_sender_next(fj_sender *sender, uint64_t now_ms, bool has_live, bool has_backlog);

/// The request that is on its way came to an end; `records` is how many it carried. Only FJ_VERDICT_DELIVERED is a 2xx that counted them.
/// FJ_VERDICT_PUT_ASIDE is what no repetition would mend: a 4xx other than 401, 408, 409 and 429, of a single record, because a
/// batch is first halved to find the one at fault. FJ_VERDICT_KEEP without a request on its way.
fj_verdict fj_sender_answered(fj_sender *sender, uint64_t now_ms, const fj_outcome *outcome, uint32_t records);

/// Whether the server spoke with this device lately, be it worn or not.
bool fj_sender_is_heard(const fj_sender *sender, uint64_t now_ms);

#endif
