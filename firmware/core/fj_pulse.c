#include "fj_pulse.h"

#include <stdbool.h>

/// A peak a little beyond the limits (bpm, as a factor) is the limit's own, moved by noise.
#define LIMIT_TOLERANCE 1.01f

static void correlate(const float *x, size_t count, float *lags, size_t lag_count) {
    float energy = 0.0f;
    for (size_t i = 0; i < count; i++) energy += x[i] * x[i];
    energy *= 2.0f;
    for (size_t lag = 0; lag < lag_count; lag++) {
        if (lag > 0) energy -= x[count - lag] * x[count - lag] + x[lag - 1] * x[lag - 1];
        float sum = 0.0f;
        for (size_t i = 0; i + lag < count; i++) sum += x[i] * x[i + lag];
        lags[lag] = energy > 0.0f ? 2.0f * sum / energy : 0.0f;
    }
}

static bool is_peak(const float *lags, size_t k) { return lags[k] >= lags[k - 1] && lags[k] > lags[k + 1]; }

/// Did a peak near `period`/2 or `period`/3 nearly win? Within a tenth; the first lag looked at is `begin`.
static bool has_rival(const float *lags, size_t begin, size_t period, float highest) {
    for (size_t part = 2; part <= 3; part++)
        for (size_t k = begin; k < period; k++) {
            const size_t times = k * part, distance = times > period ? times - period : period - times;
            if (distance * 10 <= period && is_peak(lags, k) && lags[k] > FJ_PULSE_RIVAL_PEAK * highest) return true;
        }
    return false;
}

fj_error fj_pulse_find(const float *samples, size_t count, float rate_hz, float *lags, fj_pulse *out) {
    if (!samples || !lags || !out || count > FJ_PULSE_SAMPLES_MAX || !(rate_hz > 0.0f && rate_hz <= (float)FJ_PULSE_RATE_MAX_HZ))
        return FJ_ERROR_ARGUMENT;
    size_t lag_count = (size_t)(rate_hz * 60.0f / FJ_PULSE_MIN_BPM) + 3;
    // A third of the window: two beats of an irregular heart may be alike by chance, three hardly.
    if (lag_count > count / 3) lag_count = count / 3;
    if (lag_count < 3) return FJ_ERROR_SENSOR;
    correlate(samples, count, lags, lag_count);

    size_t begin = 1;
    while (begin < lag_count && lags[begin] > 0.0f) begin++;
    // The highest value counts although it may be the last one, no peak: then the true period is longer than the lags.
    float highest = 0.0f;
    for (size_t k = begin; k < lag_count; k++)
        if (lags[k] > highest) highest = lags[k];
    size_t first = begin;
    while (first + 1 < lag_count && !(is_peak(lags, first) && lags[first] >= FJ_PULSE_FIRST_PEAK * highest)) first++;
    if (first + 1 >= lag_count || !(highest > 0.0f) || has_rival(lags, begin, first, highest)) return FJ_ERROR_SENSOR;

    const float before = lags[first - 1], peak = lags[first], after = lags[first + 1];
    const float shift = 0.5f * (before - after) / (before - 2.0f * peak + after);
    const float rate_bpm = 60.0f * rate_hz / ((float)first + shift);
    if (!(rate_bpm >= FJ_PULSE_MIN_BPM / LIMIT_TOLERANCE && rate_bpm <= FJ_PULSE_MAX_BPM * LIMIT_TOLERANCE)) return FJ_ERROR_RANGE;
    *out = (fj_pulse){.rate_bpm = rate_bpm, .likeness = peak};
    return FJ_OK;
}
