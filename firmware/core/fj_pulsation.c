#include "fj_pulsation.h"

#include <math.h>

/// Peak to peak of a sine of power 1.
#define SINE_PEAK_TO_PEAK 2.82842712f

static float greatest_change(const float *samples, size_t begin, size_t count, size_t span) {
    float greatest = 0.0f;
    for (size_t i = begin > span ? begin : span; i < count; i++) greatest = fmaxf(greatest, fabsf(samples[i] - samples[i - span]));
    return greatest;
}

/// Peak to peak of a sine of the samples' power about their mean.
static float swing_of(const float *samples, size_t count) {
    float mean = 0.0f, power = 0.0f;
    for (size_t i = 0; i < count; i++) mean += samples[i];
    mean /= (float)count;
    for (size_t i = 0; i < count; i++) power += (samples[i] - mean) * (samples[i] - mean);
    return SINE_PEAK_TO_PEAK * sqrtf(power / (float)count);
}

bool fj_pulsation_find(const float *samples, size_t count, float rate_hz, unsigned stretch_s, float *rises, float *lags, fj_pulsation *out) {
    if (!samples || !rises || !lags || !out || count > FJ_PULSE_SAMPLES_MAX || !(rate_hz > 0.0f && rate_hz <= (float)FJ_PULSE_RATE_MAX_HZ))
        return false;
    const size_t span = rate_hz * FJ_PULSATION_RISE_S >= 1.0f ? (size_t)(rate_hz * FJ_PULSATION_RISE_S) : 1;
    const size_t second = (size_t)rate_hz, stretch = (size_t)(rate_hz * (float)stretch_s);
    if (count < second + span) return false;
    *out = (fj_pulsation){
        .strength = greatest_change(samples, count - second, count, span),
        .swing = swing_of(samples + count - second, second),
    };
    if (count < stretch) return true;
    const float *newest = samples + count - stretch;
    out->is_smooth = greatest_change(newest, 0, stretch, span) < FJ_PULSATION_STEEPNESS_MIN * swing_of(newest, stretch);
    const size_t length = stretch - span;
    for (size_t i = 0; i < length; i++) rises[i] = newest[i + span] - newest[i];
    fj_pulse pulse;
    if (fj_pulse_find(rises, length, rate_hz, lags, &pulse) == FJ_OK && pulse.likeness >= FJ_PULSATION_LIKENESS_MIN) out->weak_bpm = pulse.rate_bpm;
    return true;
}
