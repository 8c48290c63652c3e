// A second view of a rate that the autocorrelation found: a wrong rate is worse than none. Breath, every second beat and chance repeat themselves too.
// All take band-passed samples, `count` at most FJ_PULSE_SAMPLES_MAX, `rate_hz` at most FJ_PULSE_RATE_MAX_HZ.
#ifndef FJ_SECOND_VIEW_H
#define FJ_SECOND_VIEW_H

#include <stdbool.h>
#include <stddef.h>

/// The mean of the counted intervals may differ so much from the period.
#define FJ_SECOND_VIEW_AGREEMENT 0.12f
/// A pulse is at least so steep, of the wave's swing (peak to peak of a sine of its power).
#define FJ_SECOND_VIEW_STEEP 0.6f
/// What else repeats itself once the rate is taken away must not be more alike than this.
#define FJ_SECOND_VIEW_OTHER 0.8f

/// Counted rises come as often as `rate_bpm` says, with and without those that may be beats or not, and between them is no other, on average.
/// `steep`: the least steepness, of the swing.
bool fj_second_view_counts(const float *samples, size_t count, float rate_hz, float rate_bpm, float steep);

/// Under 85 bpm: what is left of the wave without a rate of twice, or three times, as much is as smooth as a sine. Then a faster pulse rides on breath:
/// a slow pulse has steep beats of its own. `scratch`: as many floats as samples.
bool fj_second_view_is_breath(const float *samples, size_t count, float rate_hz, float rate_bpm, float *scratch);

/// Without what repeats itself at `rate_bpm`, or nearly so, something faster does. `scratch` as above; `lags`: FJ_PULSE_LAGS_MAX floats.
bool fj_second_view_has_other(const float *samples, size_t count, float rate_hz, float rate_bpm, float *scratch, float *lags);

/// Somewhere in the window a beat of a pulse of `rate_bpm` is missing: steep rises are nearly two periods apart.
bool fj_second_view_pauses(const float *samples, size_t count, float rate_hz, float rate_bpm);

/// The slope turns more often than 5 times in 4 beats. `scratch` as above.
bool fj_second_view_turns(const float *samples, size_t count, float rate_hz, float rate_bpm, float *scratch);

#endif
