// Single beats in a window of the pulse wave, for hearts that beat irregularly (atrial fibrillation): nothing repeats there after a period, but each beat
// looks like the others.
#ifndef FJ_BEATS_H
#define FJ_BEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "fj_error.h"

/// Fewer give no rate.
#define FJ_BEATS_MIN 5u

typedef struct fj_beats {
    float rate_bpm;                  // mean over the beats of the window
    float slowest_bpm, fastest_bpm;  // from one beat to the next
    /// How well each beat resembles the mean of all, on average: 1 exactly.
    float likeness;
    /// The time between beats changes nearly every time: their mean is all that can be said.
    bool is_irregular;
} fj_beats;

/// A beat is a steep rise over 0.1 s (either way up); every rise of the window must clearly be one or clearly none, all must be about as
/// steep, look alike from 0.14 s before to 0.26 s after, and reach from one end of the window to the other. Movements and noise do not.
/// `samples` is band-passed, `rate_hz` at most FJ_PULSE_RATE_MAX_HZ. About 12 multiplications a sample.
/// FJ_ERROR_SENSOR: no such beats.
fj_error fj_beats_find(const float *samples, size_t count, float rate_hz, fj_beats *out);

#endif
