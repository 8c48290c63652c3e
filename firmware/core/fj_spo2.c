#include "fj_spo2.h"

#include <math.h>
#include <stdbool.h>

#include "fj_filter.h"

/// Sums over the rises of a window: of products at the same instant, and of products one beat apart.
typedef struct sums {
    float infrared, red, both;
    float over_infrared, over_red;
} sums;

static sums sum_rises(const fj_spo2_input *in, size_t span, size_t beat) {
    sums s = {0};
    for (size_t i = span; i < in->count; i++) {
        const float infrared = in->infrared[i] - in->infrared[i - span], red = in->red[i] - in->red[i - span];
        s.both += infrared * red;
        s.infrared += infrared * infrared;
        s.red += red * red;
        if (i < span + beat) continue;
        const float infrared_before = in->infrared[i - beat] - in->infrared[i - beat - span];
        const float red_before = in->red[i - beat] - in->red[i - beat - span];
        s.over_infrared += 2.0f * infrared * infrared_before;
        s.over_red += red * infrared_before + red_before * infrared;
    }
    return s;
}

fj_spo2_curve fj_spo2_curve_default(void) { return (fj_spo2_curve){.a = 0.0f, .b = -35.6f, .c = 113.1f}; }

fj_error fj_spo2_find(const fj_spo2_input *in, const fj_spo2_curve *curve, fj_spo2 *out) {
    if (!in || !curve || !out || !in->infrared || !in->red || !(in->rate_hz > 0.0f) || !(in->heart_rate_bpm > 0.0f)) return FJ_ERROR_ARGUMENT;
    if (!(in->infrared_level > 0.0f && in->red_level > 0.0f)) return FJ_ERROR_SENSOR;
    const float beat = in->rate_hz * 60.0f / in->heart_rate_bpm + 0.5f;
    if (!(beat < (float)in->count)) return FJ_ERROR_SENSOR;
    const sums s = sum_rises(in, (size_t)(in->rate_hz * FJ_SPO2_RISE_S), (size_t)beat);
    // Divided one by one, because the product of two powers may overflow.
    const float alike = s.both / s.infrared * (s.both / s.red);
    if (!(s.both > 0.0f && alike >= FJ_SPO2_CORRELATION_MIN * FJ_SPO2_CORRELATION_MIN)) return FJ_ERROR_SENSOR;

    const float r = s.over_red / s.over_infrared * (in->infrared_level / in->red_level);
    const float percent = (curve->a * r + curve->b) * r + curve->c;
    // The standard error of a slope is slope x sqrt((1/correlation^2 - 1) / n), with two independent samples a period of the
    // band's upper corner; the curve's own slope turns it into points of saturation.
    const float independent = 2.0f * FJ_BAND_HIGH_HZ * (float)in->count / in->rate_hz;
    const float slope_error = r * sqrtf(fmaxf(1.0f / alike - 1.0f, 0.0f) / independent);
    const float error = fabsf(2.0f * curve->a * r + curve->b) * slope_error;
    // Written so that NaN is refused.
    if (!(r > 0.0f && error <= FJ_SPO2_ERROR_MAX)) return FJ_ERROR_SENSOR;
    const bool is_finger = r >= FJ_SPO2_R_MIN && r <= FJ_SPO2_R_MAX && percent >= FJ_SPO2_MIN;
    *out = (fj_spo2){.percent = is_finger ? fminf(percent, 100.0f) : NAN, .r = r};
    return FJ_OK;
}
