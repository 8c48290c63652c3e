#include "fj_second_view.h"

#include <math.h>

#include "fj_pulse.h"
#include "fj_rises.h"

#define PI_F 3.14159265f
/// Peak to peak of a sine of power 1.
#define SINE_PEAK_TO_PEAK 2.82842712f
/// Of the third steepest rise: over this it may be a beat, unless it follows one so soon (s) that it is the second wave of that.
#define UNCLEAR 0.3f
#define DICROTIC_S 0.45f
/// The window's ends may be so much further from a beat than the period.
#define END_FACTOR 1.3f
#define END_S 0.2f
/// Where, after a beat and before the next (s), nothing may rise on average by this part of a beat; the second wave of a beat rises more, and comes no
/// later than this after a beat of a pulse that is not slow.
#define BETWEEN_AFTER_S 0.4f
#define BETWEEN_BEFORE_S 0.25f
#define BETWEEN 0.12f
#define BETWEEN_SECOND_WAVE 0.25f
#define SECOND_WAVE_S 0.45f
#define SLOW_PERIOD_S 1.3f
/// Beats that are so many periods apart have one missing between them.
#define PAUSE 1.75f
/// Rates (bpm) under which breath is looked for, and under which the whole margin is asked for. Without its half, or its third, a pulse's wave is by
/// this part rougher than a sine.
#define BREATH_BELOW_BPM 85.0f
#define BREATH_WHOLE_BPM 55.0f
#define ROUGHER_HALF 0.15f
#define ROUGHER_THIRD 0.27f
/// Breath's rate is found a little off where a pulse rides on it: its period is looked for in these places. In all but the first a pulse's own overtones
/// stay, so that no multiple of the rate counts, within this part.
static const float nearby[] = {1.0f, 0.94f, 0.97f, 1.03f, 1.06f};
#define OTHER_LIKENESS_NEARBY 0.9f
#define OTHER_NEARBY_S 4.0f
/// A wave that leaves less than this part of its power at the first place is one pulse: the others are not looked at.
#define OTHER_POWER 0.1f
#define OTHER_MULTIPLE 0.07f
#define OTHER_FASTER 1.2f
#define TURNS_MAX 1.25f

static float power_of(const float *x, size_t count) {
    float power = 0.0f;
    for (size_t i = 0; i < count; i++) power += x[i] * x[i];
    return power / (float)count;
}

static float swing_of(const float *x, size_t count) { return SINE_PEAK_TO_PEAK * sqrtf(power_of(x, count)); }

/// The rises that are at least `least` of the typical one come every `period` samples.
static bool count_agrees(const fj_rises *all, size_t count, float rate_hz, float period, float least) {
    size_t first = 0, last = 0, beats = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (all->steepness[i] < least * all->typical) continue;
        const bool is_dicrotic = beats > 0 && all->steepness[i] < FJ_RISES_BEAT * all->typical && (float)(all->at[i] - last) < DICROTIC_S * rate_hz;
        if (is_dicrotic) continue;
        if (beats == 0) first = all->at[i];
        last = all->at[i];
        beats++;
    }
    if (beats < 3) return false;
    const float mean = (float)(last - first) / (float)(beats - 1), end = END_FACTOR * period + END_S * rate_hz;
    return fabsf(mean - period) <= FJ_SECOND_VIEW_AGREEMENT * period && (float)first <= end && (float)(count - last) <= end;
}

/// The mean rise so many samples after the beats.
static float mean_rise_after(const float *x, size_t count, const fj_rises *all, size_t span, size_t after) {
    float sum = 0.0f;
    size_t beats = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (all->steepness[i] < FJ_RISES_BEAT * all->typical || all->at[i] + after >= count) continue;
        sum += all->direction * (x[all->at[i] + after] - x[all->at[i] + after - span]);
        beats++;
    }
    return beats > 0 ? sum / (float)beats : 0.0f;
}

/// Every second beat may be weak: on average something rises where no second wave of a beat does.
static bool has_between(const float *x, size_t count, float rate_hz, float period, const fj_rises *all) {
    const size_t span = fj_rises_span(rate_hz), from = (size_t)(BETWEEN_AFTER_S * rate_hz);
    const bool is_slow = period >= SLOW_PERIOD_S * rate_hz;
    float before = INFINITY, here = INFINITY;
    for (size_t after = from; (float)after + BETWEEN_BEFORE_S * rate_hz < period + 1.0f; after++) {
        const float next = mean_rise_after(x, count, all, span, after);
        const float most = (is_slow || (float)after <= SECOND_WAVE_S * rate_hz ? BETWEEN_SECOND_WAVE : BETWEEN) * all->typical;
        if (here >= before && here > next && here > most && here < INFINITY) return true;
        before = here;
        here = next;
    }
    return false;
}

bool fj_second_view_counts(const float *samples, size_t count, float rate_hz, float rate_bpm, float steep) {
    fj_rises all;
    if (!(rate_bpm > 0.0f) || !fj_rises_find(samples, count, rate_hz, &all) || all.typical < steep * swing_of(samples, count)) return false;
    const float period = 60.0f * rate_hz / rate_bpm;
    return count_agrees(&all, count, rate_hz, period, FJ_RISES_BEAT) && count_agrees(&all, count, rate_hz, period, UNCLEAR)
        && !has_between(samples, count, rate_hz, period, &all);
}

/// What is left of the wave without what repeats itself after `lag` samples; the answer is how many samples.
static size_t take_away(const float *x, size_t count, float lag, float *left) {
    const size_t whole = (size_t)lag;
    const float rest = lag - (float)whole;
    size_t n = 0;
    for (size_t i = 0; i + whole + 1 < count; i++) left[n++] = x[i] - x[i + whole] - rest * (x[i + whole + 1] - x[i + whole]);
    return n;
}

/// How rough a wave is beside a sine of `rate_bpm`: the power of its slope's turns, over its own, in parts of the sine's.
static float roughness(const float *x, size_t count, float rate_hz, float rate_bpm) {
    const size_t span = fj_rises_span(rate_hz);
    if (count <= 2 * span) return 0.0f;
    float power = 0.0f, turned = 0.0f;
    for (size_t i = 0; i < count; i++) power += x[i] * x[i];
    for (size_t i = 2 * span; i < count; i++) {
        const float turn = x[i] - 2.0f * x[i - span] + x[i - 2 * span];
        turned += turn * turn;
    }
    const float half = sinf(PI_F * rate_bpm / 60.0f * (float)span / rate_hz);
    return sqrtf(turned / (float)(count - 2 * span) / (power / (float)count)) / (4.0f * half * half);
}

bool fj_second_view_is_breath(const float *samples, size_t count, float rate_hz, float rate_bpm, float *scratch) {
    const float margin = fminf((BREATH_BELOW_BPM - rate_bpm) / (BREATH_BELOW_BPM - BREATH_WHOLE_BPM), 1.0f);
    if (margin <= 0.0f) return false;
    const float period = 60.0f * rate_hz / rate_bpm;
    const float half = roughness(scratch, take_away(samples, count, period / 2.0f, scratch), rate_hz, rate_bpm);
    if (half < 1.0f + ROUGHER_HALF * margin) return true;
    return roughness(scratch, take_away(samples, count, period / 3.0f, scratch), rate_hz, rate_bpm) < 1.0f + ROUGHER_THIRD * margin;
}

bool fj_second_view_has_other(const float *samples, size_t count, float rate_hz, float rate_bpm, float *scratch, float *lags) {
    bool is_single = false;
    for (size_t place = 0; place < sizeof nearby / sizeof *nearby; place++) {
        fj_pulse other;
        const size_t n = take_away(samples, count, 60.0f * rate_hz / rate_bpm * nearby[place], scratch);
        if (place == 0) is_single = n == 0 || power_of(scratch, n) < OTHER_POWER * power_of(samples, count);
        else if (is_single) return false;
        // The newest of it, because this is the most that a second costs.
        const size_t newest = place > 0 && (float)n > OTHER_NEARBY_S * rate_hz ? (size_t)(OTHER_NEARBY_S * rate_hz) : n;
        if (fj_pulse_find(scratch + (n - newest), newest, rate_hz, lags, &other) != FJ_OK) continue;
        const float times = other.rate_bpm / rate_bpm;
        const bool is_alike = other.likeness > (place == 0 ? FJ_SECOND_VIEW_OTHER : OTHER_LIKENESS_NEARBY);
        if (is_alike && times > OTHER_FASTER && (place == 0 || fabsf(times - roundf(times)) > OTHER_MULTIPLE * times)) return true;
    }
    return false;
}

bool fj_second_view_pauses(const float *samples, size_t count, float rate_hz, float rate_bpm) {
    fj_rises all;
    if (!fj_rises_find(samples, count, rate_hz, &all)) return true;
    const float most = PAUSE * 60.0f * rate_hz / rate_bpm;
    size_t last = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (all.steepness[i] < FJ_RISES_BEAT * all.typical) continue;
        if ((float)(all.at[i] - last) > most) return true;
        last = all.at[i];
    }
    return (float)(count - last) > most;
}

bool fj_second_view_turns(const float *samples, size_t count, float rate_hz, float rate_bpm, float *scratch) {
    const size_t span = fj_rises_span(rate_hz);
    fj_rises all;
    for (size_t i = span; i < count; i++) scratch[i - span] = samples[i] - samples[i - span];
    if (count <= span || !fj_rises_find(scratch, count - span, rate_hz, &all)) return true;
    size_t turns = 0;
    for (size_t i = 0; i < all.count; i++) turns += all.steepness[i] >= FJ_RISES_BEAT * all.typical;
    return (float)turns * 60.0f * rate_hz > TURNS_MAX * rate_bpm * (float)(count - span);
}
