// A strip of the signal as it is sent with the alarm that it belongs to (`etat.trace`).
#ifndef FJ_TRACE_H
#define FJ_TRACE_H

#include <stddef.h>

#include "fj_alarm.h"
#include "fj_clock.h"
#include "fj_error.h"
#include "fj_strip.h"

/// A missing point among the differences.
#define FJ_TRACE_MISSING INT8_MIN
/// One step of a difference, in millionths of the strip's mean level: at least and at most.
#define FJ_TRACE_STEP_MIN 1u
#define FJ_TRACE_STEP_MAX 1000000u
/// Strips that wait for the server; while it is away the newest ones are kept.
#define FJ_TRACE_WAITING_MAX 3u

/// What the optical signal can raise: a bit for each.
enum { FJ_TRACE_SPO2 = 1u, FJ_TRACE_HEART_RATE = 2u, FJ_TRACE_NO_PULSE = 4u };

/// A strip of which each point is the one before plus `difference` steps; the first one is the difference from 0, and 0 is the mean level.
typedef struct fj_trace {
    uint64_t t_ms, utc_ms;  // of its end; utc_ms 0: not known when it was measured
    uint32_t sequence;      // tells it from the others of this boot
    uint32_t step;          // millionths of the mean level
    uint16_t rate_hundredths;
    uint16_t count;
    uint8_t begun, ended;  // what was raised or grew worse then, what ended
    int8_t difference[FJ_STRIP_POINTS];
} fj_trace;

/// Packs a strip. No reconstructed point is more than half a step from the real one, because each difference is from what was reconstructed before.
/// FJ_ERROR_EMPTY: no point of it was measured.
fj_error fj_trace_pack(const fj_strip *strip, fj_trace *out);

/// How bad each of the three is.
typedef struct fj_trace_levels {
    fj_alarm_level level[3];
} fj_trace_levels;

fj_trace_levels fj_trace_levels_of(const fj_alarm *alarm);

/// What was raised or grew worse, and what ended, from one second to the next, as bits.
void fj_trace_compare(const fj_trace_levels *before, const fj_trace_levels *after, uint8_t *begun, uint8_t *ended);

/// The strips that the server does not have yet, oldest first. Zeroed is empty. Private.
typedef struct fj_traces {
    fj_trace waiting[FJ_TRACE_WAITING_MAX];
    uint8_t count;
    uint32_t sequence;
    uint32_t on_the_way;  // its sequence, or 0
} fj_traces;

/// Keeps a strip; where there is no room the oldest goes.
void fj_traces_keep(fj_traces *traces, fj_trace *trace);

/// The one to send now, dated where that can be: the same each time that it is sent. NULL: none.
const fj_trace *fj_traces_send(fj_traces *traces, const fj_clock *clock);

/// The request ended. `is_done`: the server has it, or does not want it; else it goes again.
void fj_traces_settle(fj_traces *traces, bool is_done);

#endif
