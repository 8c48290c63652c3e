// Oxygen saturation from the pulse waves of red and infrared.
#ifndef FJ_SPO2_H
#define FJ_SPO2_H

#include <stddef.h>

#include "fj_error.h"

/// R outside this is no finger's: under it lies more than any blood carries, over it an SpO2 that no curve was measured at.
#define FJ_SPO2_R_MIN 0.25f
#define FJ_SPO2_R_MAX 1.4f
#define FJ_SPO2_MIN 50.0f
/// Red and infrared must beat together: least correlation of their rises, and greatest standard error of the result (points).
#define FJ_SPO2_CORRELATION_MIN 0.8f
#define FJ_SPO2_ERROR_MAX 1.5f
/// What counts as a rise of the pulse wave (s).
#define FJ_SPO2_RISE_S 0.1f

/// SpO2 = a R^2 + b R + c, in percent. A device's own, because the sensor's, its window's and its mounting's optics decide them.
typedef struct fj_spo2_curve {
    float a, b, c;
} fj_spo2_curve;

/// Two band-passed channels of `count` samples at `rate_hz`, and the constant part (mean) of each before the filter.
typedef struct fj_spo2_input {
    const float *infrared, *red;
    size_t count;
    float rate_hz;
    float infrared_level, red_level;
    float heart_rate_bpm;
} fj_spo2_input;

/// The default: least squares over public recordings of two sensors of this family beside an oximeter, 70 to 98 %: root mean square of the errors 2.3 points.
fj_spo2_curve fj_spo2_curve_default(void);

typedef struct fj_spo2 {
    float percent;
    float r;
} fj_spo2;

/// R = (AC/DC red) / (AC/DC infrared), the AC ratio being the slope of red over infrared. The slope is taken from the rises over
/// FJ_SPO2_RISE_S, where the pulse outweighs breathing, whose ratio is its own. Either channel is multiplied with infrared one beat
/// away, not with itself: what does not return with the beat, noise, then cancels out, which would otherwise pull R towards
/// a wrong value and so show a falling saturation too high (the method of instrumental variables).
/// 7 multiplications a sample. FJ_ERROR_SENSOR: the channels do not beat together, or too little to tell. An R that is no finger's has no percent (NaN).
fj_error fj_spo2_find(const fj_spo2_input *input, const fj_spo2_curve *curve, fj_spo2 *out);

#endif
