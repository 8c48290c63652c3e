#include "fj_beats.h"

#include <math.h>
#include <stdint.h>

#include "fj_pulse.h"
#include "fj_rises.h"

#define BEFORE_S 0.14f
#define AFTER_S 0.26f
/// Samples of both together.
#define SHAPE_MAX (FJ_PULSE_RATE_MAX_HZ * 2u / 5u + 1u)
/// Of the third steepest rise: under this it is no beat, over FJ_RISES_BEAT it is one, between them nobody can tell.
#define DICROTIC_STEEPNESS 0.3f
/// A beat after a long pause is stronger than one after a short; more than this is motion.
#define STEEPNESS_RATIO_MAX 2.6f
#define LIKENESS_MIN 0.9f
#define LIKENESS_WORST 0.75f
#define LONGEST_S 2.4f
/// The window's ends may be so much further from a beat than the longest interval: more is a beat that was missed, or a pulse that stopped.
#define END_FACTOR 1.3f
#define END_S 0.2f

/// An interval that differs from the one before by more than this part is a change; an irregular heart has so many of them. One that breathing
/// sways, or whose rate has jumped, has few.
#define CHANGE 0.1f
#define CHANGES_MIN 0.4f

/// Keeps the rises that are beats. False: of one nobody can tell, or they are too unequal.
static bool keep_beats(fj_rises *all) {
    const float typical = all->typical;
    float least = INFINITY, greatest = 0.0f;
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        const float steepness = all->steepness[i];
        if (steepness <= FJ_RISES_BEAT * typical) {
            if (steepness > DICROTIC_STEEPNESS * typical) return false;
            continue;
        }
        least = fminf(least, steepness);
        greatest = fmaxf(greatest, steepness);
        all->at[kept++] = all->at[i];
    }
    all->count = kept;
    return kept >= FJ_BEATS_MIN && greatest < STEEPNESS_RATIO_MAX * least;
}

/// The surroundings of a beat without their mean, and with power 1. False: they are not all in the window.
static bool cut_out(const float *x, size_t count, size_t at, size_t before, size_t length, float *shape) {
    if (at < before || at - before + length > count) return false;
    float mean = 0.0f, power = 0.0f;
    for (size_t k = 0; k < length; k++) mean += x[at - before + k];
    mean /= (float)length;
    for (size_t k = 0; k < length; k++) {
        shape[k] = x[at - before + k] - mean;
        power += shape[k] * shape[k];
    }
    const float scale = 1.0f / sqrtf(power);
    for (size_t k = 0; k < length; k++) shape[k] *= scale;
    return true;
}

/// How much the beats look like their mean; 0 if one does not.
static float likeness(const float *x, size_t count, float rate_hz, const fj_rises *beats) {
    const size_t before = (size_t)(rate_hz * BEFORE_S), length = (size_t)(rate_hz * (BEFORE_S + AFTER_S));
    float mean[SHAPE_MAX] = {0}, shape[SHAPE_MAX], power = 0.0f, sum = 0.0f;
    size_t whole = 0;
    for (size_t i = 0; i < beats->count; i++) {
        if (!cut_out(x, count, beats->at[i], before, length, shape)) continue;
        for (size_t k = 0; k < length; k++) mean[k] += shape[k];
        whole++;
    }
    if (whole + 1 < FJ_BEATS_MIN) return 0.0f;
    for (size_t k = 0; k < length; k++) power += mean[k] * mean[k];
    for (size_t i = 0; i < beats->count; i++) {
        if (!cut_out(x, count, beats->at[i], before, length, shape)) continue;
        float alike = 0.0f;
        for (size_t k = 0; k < length; k++) alike += mean[k] * shape[k];
        alike /= sqrtf(power);
        // Written so that NaN is unlike.
        if (!(alike > LIKENESS_WORST)) return 0.0f;
        sum += alike;
    }
    return sum / (float)whole;
}

/// What the times between beats are like.
typedef struct intervals {
    size_t shortest, longest;
    bool is_irregular;
} intervals;

static intervals measure(const fj_rises *beats) {
    intervals found = {.shortest = SIZE_MAX};
    size_t before = 0, changes = 0;
    for (size_t i = 1; i < beats->count; i++) {
        const size_t here = beats->at[i] - beats->at[i - 1], difference = here > before ? here - before : before - here;
        if (i > 1 && (float)difference > CHANGE * (float)before) changes++;
        if (here < found.shortest) found.shortest = here;
        if (here > found.longest) found.longest = here;
        before = here;
    }
    found.is_irregular = (float)changes >= CHANGES_MIN * (float)(beats->count - 2);
    return found;
}

fj_error fj_beats_find(const float *samples, size_t count, float rate_hz, fj_beats *out) {
    if (!samples || !out || !(rate_hz > 0.0f && rate_hz <= (float)FJ_PULSE_RATE_MAX_HZ)) return FJ_ERROR_ARGUMENT;
    fj_rises beats;
    if (!fj_rises_find(samples, count, rate_hz, &beats) || !keep_beats(&beats)) return FJ_ERROR_SENSOR;
    const intervals apart = measure(&beats);
    const size_t first = beats.at[0], last = beats.at[beats.count - 1];
    const float end = END_FACTOR * (float)apart.longest + END_S * rate_hz;
    if ((float)apart.longest > LONGEST_S * rate_hz || (float)first > end || (float)(count - last) > end) return FJ_ERROR_SENSOR;
    const float alike = likeness(samples, count, rate_hz, &beats);
    if (!(alike > LIKENESS_MIN)) return FJ_ERROR_SENSOR;
    const float rate_bpm = 60.0f * rate_hz * (float)(beats.count - 1) / (float)(last - first);
    if (!(rate_bpm >= FJ_PULSE_MIN_BPM && rate_bpm <= FJ_PULSE_MAX_BPM)) return FJ_ERROR_SENSOR;
    *out = (fj_beats){
        .rate_bpm = rate_bpm,
        .slowest_bpm = 60.0f * rate_hz / (float)apart.longest,
        .fastest_bpm = 60.0f * rate_hz / (float)apart.shortest,
        .likeness = alike,
        .is_irregular = apart.is_irregular,
    };
    return FJ_OK;
}
