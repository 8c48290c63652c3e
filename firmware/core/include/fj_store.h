// All records that were not delivered yet: the ring in RAM, and behind it the log in flash.
#ifndef FJ_STORE_H
#define FJ_STORE_H

#include "fj_clock.h"
#include "fj_log.h"
#include "fj_ring.h"
#include "fj_sender.h"

/// The ring must hold what comes while a request is on its way.
#define FJ_STORE_RING_MIN 32u
/// The newest record is live until it was sent, and up to this age (ms).
#define FJ_STORE_LIVE_MS 2500u
/// A record that was not sent for so long goes from RAM into the flash (ms): what a cut of power may cost, beside what is on its way.
#define FJ_STORE_SPILL_AFTER_MS 5000u

typedef enum fj_store_part { FJ_STORE_NOTHING, FJ_STORE_LIVE, FJ_STORE_RING, FJ_STORE_LOG } fj_store_part;

/// The records of the request that is being made or on its way.
typedef struct fj_store_batch {
    fj_store_part part;
    uint32_t count;
    fj_log_place first, last, candidate, from;                   // in the log
    uint32_t first_sequence, last_sequence, candidate_sequence;  // in the ring
    size_t index;
} fj_store_batch;

/// Not for two tasks at once: the caller has a lock. Private, except the counters.
typedef struct fj_store {
    fj_ring ring;
    fj_log log;
    bool has_log;
    const fj_clock *clock;
    uint32_t boot;
    fj_store_batch batch;
    uint32_t newest_sequence;
    uint32_t put_aside;  // records that the server will never take, since init
    uint32_t undatable;  // records of an earlier boot that never learned the time, since init
    uint32_t unkept;     // records for which neither RAM nor flash had room, since init
    uint32_t arrived;    // records that the log dropped while they were on their way, but that arrived
} fj_store;

/// `records` is the ring's memory, of FJ_STORE_RING_MIN records or more. `flash` NULL: no log. A log that cannot be read is not used, and
/// the error is answered; the store works all the same.
fj_error fj_store_init(fj_store *store, fj_record *records, size_t capacity, const fj_flash *flash, const fj_clock *clock, uint32_t boot);

/// Takes in the newest record. What has no values is only kept until the next one comes: there is nothing to send later.
fj_error fj_store_keep(fj_store *store, const fj_record *record);

/// Moves what is waiting for too long into the flash; to be called once a second. `now_ms` is monotonic here and below.
void fj_store_spill(fj_store *store, uint64_t now_ms);

/// Moves everything into the flash, before a restart.
void fj_store_flush(fj_store *store);

/// Records lost since init for whatever reason, except those put aside: `perdues`.
uint32_t fj_store_lost(const fj_store *store);

bool fj_store_has_live(const fj_store *store, uint64_t now_ms);

/// Anything else to send? Nothing before UTC is known: only then can it be dated the same way each time. Drops what can never be dated.
bool fj_store_has_backlog(fj_store *store, uint64_t now_ms);

/// Begins a batch: the live record, or (`live` false) the oldest ones, all from the log or all from the ring.
void fj_store_begin(fj_store *store, bool live);

/// The next record for the batch, dated where it can be; fj_store_take puts it in. FJ_ERROR_EMPTY: no more.
fj_error fj_store_next(fj_store *store, fj_record *out);
void fj_store_take(fj_store *store);

/// Ends the batch: deletes exactly what it held, or keeps it.
void fj_store_settle(fj_store *store, fj_verdict verdict);

#endif
