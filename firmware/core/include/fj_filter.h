// The band-pass that leaves a pulse: 0.5 to 5 Hz, for one channel at its own sampling rate.
#ifndef FJ_FILTER_H
#define FJ_FILTER_H

#include "fj_error.h"

/// Corners of the band (Hz): slower is breathing and drift, faster is noise and mains light.
#define FJ_BAND_LOW_HZ 0.5f
#define FJ_BAND_HIGH_HZ 5.0f

/// Sampling rates that the filter and all above it accept (Hz): a sensor set to 25 may really have a little less.
#define FJ_RATE_MIN_HZ 24.0f
#define FJ_RATE_MAX_HZ 400.0f

/// One second-order section in trapezoidal state-variable form (V. Zavalishin, "The Art of VA Filter Design", chapter 4): unlike a
/// direct form it stays accurate in single precision with a corner 800 times below the sampling rate and a large constant.
typedef struct fj_section {
    float damping, a1, a2, a3;
    float band, low;
} fj_section;

/// Second-order Butterworth high-pass, then fourth-order Butterworth low-pass (two sections). 13 multiplications a sample, doublings
/// not counted.
typedef struct fj_band_pass {
    fj_section high_pass, low_pass[2];
} fj_band_pass;

/// `rate_hz` from FJ_RATE_MIN_HZ to FJ_RATE_MAX_HZ. The filter then stands as if it had seen 0 for ever.
fj_error fj_band_pass_init(fj_band_pass *filter, float rate_hz);

/// Stands as if it had seen `level` for ever, so that the first sample makes no step.
void fj_band_pass_rest(fj_band_pass *filter, float level);

/// The next output for the next input, in the input's unit.
float fj_band_pass_next(fj_band_pass *filter, float input);

#endif
