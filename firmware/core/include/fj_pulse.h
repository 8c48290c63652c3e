// The period of a pulse wave, from its autocorrelation.
#ifndef FJ_PULSE_H
#define FJ_PULSE_H

#include <stddef.h>

#include "fj_error.h"

/// The heart rates that are reported (bpm).
#define FJ_PULSE_MIN_BPM 25.0f
#define FJ_PULSE_MAX_BPM 250.0f

/// The window's sampling rate is at most this (Hz); its length at most FJ_PULSE_WINDOW_S.
#define FJ_PULSE_RATE_MAX_HZ 50u
#define FJ_PULSE_WINDOW_S 8u
#define FJ_PULSE_SAMPLES_MAX (FJ_PULSE_RATE_MAX_HZ * FJ_PULSE_WINDOW_S)

/// Lags up to one period of the slowest rate and two samples more, to see that its peak is one.
#define FJ_PULSE_LAGS_MAX (FJ_PULSE_RATE_MAX_HZ * 60u / 25u + 3u)

/// The first peak that reaches this part of the highest one is the period: a multiple of the period is as good a peak.
#define FJ_PULSE_FIRST_PEAK 0.85f

/// A peak at a half or a third of the chosen lag that reaches this part of the highest makes the choice a guess: no period.
#define FJ_PULSE_RIVAL_PEAK 0.5f

typedef struct fj_pulse {
    float rate_bpm;
    /// How well the wave repeats after one period: 1 exactly, 0 not at all.
    float likeness;
} fj_pulse;

/// Normalised autocorrelation n(k) = 2 sum x[i]x[i+k] / sum (x[i]^2 + x[i+k]^2), which is at most 1 at every lag (P. McLeod and
/// G. Wyvill, "A smarter way to find pitch", 2005); its first peak after it has been negative that reaches
/// FJ_PULSE_FIRST_PEAK of the highest; the lag refined by a parabola through three points. The period must fit into the window three times.
/// `samples` is band-passed, `count` at most FJ_PULSE_SAMPLES_MAX, `rate_hz` at most FJ_PULSE_RATE_MAX_HZ; `lags` is scratch of
/// FJ_PULSE_LAGS_MAX floats. About count x 2.4 x rate_hz multiplications: 41,000 for 8 s at 50 Hz.
/// FJ_ERROR_SENSOR: no period, or an ambiguous one; FJ_ERROR_RANGE: a period that is no heart's.
fj_error fj_pulse_find(const float *samples, size_t count, float rate_hz, float *lags, fj_pulse *out);

#endif
