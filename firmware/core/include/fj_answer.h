// What the server answered to a report.
#ifndef FJ_ANSWER_H
#define FJ_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fj_alarm.h"

/// A longer answer is refused: 1,000 rejected readings and every rule fit.
#define FJ_ANSWER_BODY_MAX 131072u
/// A longer Retry-After is cut to this (s): a slip of somebody's finger must not silence a device for a day.
#define FJ_ANSWER_RETRY_AFTER_MAX_S 600u
/// A longer cuff is cut to this (ms): the longest that somebody can say at the bedside.
#define FJ_ANSWER_CUFF_MAX_MS 90000u

typedef struct fj_answer {
    uint32_t received;  // `recues`: readings that the server has now, those it had already among them
    uint32_t duplicates;
    uint32_t rejected;  // how many it named in `rejetees`: it will never take them
    bool has_time, has_rules;
    uint64_t server_utc_ms;
    uint32_t cuff_ms;  // `brassard_ms`: for how long a cuff still stops the pulse; 0: none does
    fj_rules rules;
} fj_answer;

/// Reads the body of a 2xx answer. Unknown members are passed over; a rule of a vital that the device does not measure, of another priority
/// or without a limit is left out; rules that make no sense as a whole leave `has_rules` false, and keep no count from being
/// believed. FJ_ERROR_FORMAT: no JSON object with `recues`: not our server, whatever its status was.
fj_error fj_answer_parse(const char *body, size_t length, fj_answer *out);

/// Reads a Retry-After in seconds. FJ_ERROR_FORMAT: anything else, a date among it: the server and nginx send seconds.
fj_error fj_answer_retry_after(const char *text, size_t length, uint32_t *seconds);

#endif
