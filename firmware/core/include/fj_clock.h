// From the monotonic clock to UTC. Without a source there is no UTC at all: never 1970.
#ifndef FJ_CLOCK_H
#define FJ_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_error.h"

/// What no source may say (ms since 1970): before 2025 nothing ran this program, and 2100 is a broken clock.
#define FJ_CLOCK_EARLIEST_MS UINT64_C(1735689600000)
#define FJ_CLOCK_LATEST_MS UINT64_C(4102444800000)
/// A smaller difference is made up for slowly, so that no second is shorter or longer than another by more than a 200th; a
/// greater one at once, and counted (ms).
#define FJ_CLOCK_STEP_MS 1000
/// Slewing changes one millisecond of so many.
#define FJ_CLOCK_SLEW_ONE_IN 200
/// For so long after SNTP spoke the server's time is not listened to (ms): it is only as good as the way of one report.
#define FJ_CLOCK_SNTP_HOLDS_MS UINT64_C(86400000)
/// SNTP, which anybody on the network may answer, moves a clock that an authenticated answer has confirmed by no more than this (ms); and where it is further off
/// than this, the authenticated answer holds.
#define FJ_CLOCK_SNTP_MOVES_MAX_MS 60000
/// A report on its way for longer tells no time (ms).
#define FJ_CLOCK_WAY_MAX_MS 5000u

/// All state; zeroed is a clock that knows nothing. Private, except the counter, `known` and `is_confirmed`.
typedef struct fj_clock {
    bool known, has_sntp;
    bool is_confirmed;                    // by an authenticated answer, since init
    int64_t first_offset_ms;              // UTC minus monotonic as first heard
    int64_t offset_ms, target_offset_ms;  // from `since_ms` on the offset goes towards the target
    uint64_t since_ms, sntp_at_ms;
    uint32_t steps;
} fj_clock;

/// SNTP said that it is `utc_ms` now. FJ_ERROR_RANGE: nonsense, or too far from what was confirmed: nothing changed. `now_ms` is monotonic here and below.
fj_error fj_clock_sntp(fj_clock *clock, uint64_t now_ms, uint64_t utc_ms);

/// An answer to a report sent at `sent_ms` said so in `heure_serveur`; taken as the time half-way, and believed to that precision.
/// FJ_ERROR_NOT_READY: not needed, or too long on the way.
fj_error fj_clock_server(fj_clock *clock, uint64_t sent_ms, uint64_t now_ms, uint64_t utc_ms);

/// FJ_ERROR_NOT_READY: nobody said yet.
fj_error fj_clock_utc(const fj_clock *clock, uint64_t now_ms, uint64_t *utc_ms);

/// The instant of something measured in this boot before UTC was known. The same answer however often and whenever it is asked, because
/// an instant is a reading's identity: a record that is sent twice must carry it twice. FJ_ERROR_NOT_READY; FJ_ERROR_RANGE.
fj_error fj_clock_date(const fj_clock *clock, uint64_t t_ms, uint64_t *utc_ms);

#endif
