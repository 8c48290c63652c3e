#include "fj_filter.h"

#include <math.h>

#define PI_F 3.14159265f
#define BUTTERWORTH_2 1.41421356f
// A fourth-order Butterworth is two sections with these dampings: 2 sin(pi/8), 2 sin(3 pi/8).
#define BUTTERWORTH_4A 1.84775907f
#define BUTTERWORTH_4B 0.76536686f

static fj_section section(float corner_hz, float rate_hz, float damping) {
    const float g = tanf(PI_F * corner_hz / rate_hz);
    const float a1 = 1.0f / (1.0f + g * (g + damping));
    return (fj_section){.damping = damping, .a1 = a1, .a2 = g * a1, .a3 = g * g * a1};
}

/// Advances the section; the answer is its low-pass output, `*band` its band-pass output.
static float step(fj_section *s, float input, float *band) {
    const float v3 = input - s->low;
    const float v1 = s->a1 * s->band + s->a2 * v3;
    const float v2 = s->low + s->a2 * s->band + s->a3 * v3;
    s->band = 2.0f * v1 - s->band;
    s->low = 2.0f * v2 - s->low;
    *band = v1;
    return v2;
}

fj_error fj_band_pass_init(fj_band_pass *filter, float rate_hz) {
    if (!filter || !(rate_hz >= FJ_RATE_MIN_HZ && rate_hz <= FJ_RATE_MAX_HZ)) return FJ_ERROR_ARGUMENT;
    filter->high_pass = section(FJ_BAND_LOW_HZ, rate_hz, BUTTERWORTH_2);
    filter->low_pass[0] = section(FJ_BAND_HIGH_HZ, rate_hz, BUTTERWORTH_4A);
    filter->low_pass[1] = section(FJ_BAND_HIGH_HZ, rate_hz, BUTTERWORTH_4B);
    return FJ_OK;
}

void fj_band_pass_rest(fj_band_pass *filter, float level) {
    filter->high_pass.band = 0.0f;
    filter->high_pass.low = level;
    for (int i = 0; i < 2; i++) filter->low_pass[i].band = filter->low_pass[i].low = 0.0f;
}

float fj_band_pass_next(fj_band_pass *filter, float input) {
    float band;
    const float low = step(&filter->high_pass, input, &band);
    const float high = input - filter->high_pass.damping * band - low;
    return step(&filter->low_pass[1], step(&filter->low_pass[0], high, &band), &band);
}
