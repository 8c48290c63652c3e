#include "fj_ppg_rate.h"

#include <math.h>

#include "fj_beats.h"
#include "fj_rises.h"
#include "fj_second_view.h"

/// Less likeness than this is quality 0; of single beats, and of rises.
#define LIKENESS_MIN 0.5f
#define BEATS_LIKENESS_MIN 0.9f
/// The rises must repeat themselves as well as this to give a rate, and as well as that to speak against counted beats.
#define RISES_LIKENESS_MIN 0.75f
#define RISES_LIKENESS_AGAINST 0.6f
/// A rate of the rises may lie under breath of many times its steepness.
#define RISES_STEEP 0.1f
/// The window is looked at in thirds, each longer than the slowest beat; a third with this many times another's power is motion.
#define PARTS 3u
#define POWER_RATIO_MAX 16.0f
/// The newest stretch that is tried alone when the whole window is poor (s).
#define SHORT_WINDOW_S 4.0f
/// Under this quality noise may look like a pulse once, but hardly twice in the same place: the second before must have found
/// the same rate, within this part of it.
#define CERTAIN_QUALITY 75.0f
#define AGREEMENT 0.1f
/// A rate outside those of single beats by this part is none of theirs.
#define RANGE_TOLERANCE 0.05f
/// The fewer beats a stretch shows, the better they must repeat: more quality for each beat that it lacks.
#define MANY_BEATS 8.0f
#define QUALITY_A_BEAT 5.0f
/// Counted beats that differ from the newest stretch by more than this part of its rate contradict it.
#define CONTRADICTION 0.1f
/// A newest stretch whose rate differs from the one given last by more than this part of it needs counted beats.
#define STEP 0.4f
/// More likeness than this no irregular heart has; with every second beat early the wave repeats itself at half the rate, within this part.
#define REPEATED 0.85f
#define PAIRS 0.06f

float fj_ppg_power(const float *x, size_t count) {
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++) sum += x[i] * x[i];
    return count > 0 ? sum / (float)count : 0.0f;
}

/// 1 if all parts of the window are equally strong, 0 from POWER_RATIO_MAX on.
static float steadiness(const float *x, size_t count) {
    float weakest = INFINITY, strongest = 0.0f;
    for (size_t part = 0; part < PARTS; part++) {
        const float p = fj_ppg_power(x + part * (count / PARTS), count / PARTS);
        weakest = fminf(weakest, p);
        strongest = fmaxf(strongest, p);
    }
    if (!(weakest * POWER_RATIO_MAX > strongest)) return 0.0f;
    return 1.0f - (strongest / weakest - 1.0f) / (POWER_RATIO_MAX - 1.0f);
}

static bool agrees(float rate_bpm, float previous_bpm) { return fabsf(rate_bpm - previous_bpm) <= AGREEMENT * previous_bpm; }

static const float *samples(const fj_ppg *ppg, const fj_ppg_stretch *window) { return ppg->window[FJ_INFRARED] + window->begin; }

/// The counted rises agree, and there is no sign of a faster pulse under breath.
static bool is_confirmed(fj_ppg *ppg, const fj_ppg_stretch *window, float rate_bpm) {
    const float *x = samples(ppg, window), hz = window->internal_hz;
    return fj_second_view_counts(x, window->count, hz, rate_bpm, FJ_SECOND_VIEW_STEEP)
        && !fj_second_view_is_breath(x, window->count, hz, rate_bpm, ppg->rises)
        && !fj_second_view_has_other(x, window->count, hz, rate_bpm, ppg->rises, ppg->lags);
}

/// Heart rate and quality of a stretch of the window; `previous_bpm` is what the second before found, 0 for nothing.
static fj_ppg_rate find_pulse(fj_ppg *ppg, const fj_ppg_stretch *window, float previous_bpm) {
    const float *infrared = samples(ppg, window);
    fj_pulse pulse;
    const fj_error error = fj_pulse_find(infrared, window->count, window->internal_hz, ppg->lags, &pulse);
    if (error == FJ_ERROR_RANGE) return (fj_ppg_rate){.reason = FJ_REASON_OUT_OF_RANGE};
    if (error != FJ_OK) return (fj_ppg_rate){.reason = FJ_REASON_POOR_SIGNAL};
    const float likeness = fmaxf(0.0f, (pulse.likeness - LIKENESS_MIN) / (1.0f - LIKENESS_MIN));
    fj_ppg_rate found = {
        .rate_bpm = pulse.rate_bpm,
        .likeness = pulse.likeness,
        .quality = 100.0f * likeness * steadiness(infrared, window->count),
        .is_regular = true,
    };
    const float beats = (float)window->count / window->internal_hz * found.rate_bpm / 60.0f;
    const float enough = fminf(CERTAIN_QUALITY, ppg->config.quality_min + QUALITY_A_BEAT * fmaxf(0.0f, MANY_BEATS - beats));
    const bool is_alike = found.quality >= CERTAIN_QUALITY || (agrees(found.rate_bpm, previous_bpm) && found.quality >= enough);
    if (!(found.quality >= ppg->config.quality_min && is_alike && is_confirmed(ppg, window, found.rate_bpm))) found.reason = FJ_REASON_POOR_SIGNAL;
    return found;
}

/// What repeats itself in the rises, where breath is weaker than in the wave. False: nothing does.
static bool find_in_rises(fj_ppg *ppg, const fj_ppg_stretch *window, fj_pulse *out) {
    const float *x = samples(ppg, window);
    const size_t span = fj_rises_span(window->internal_hz);
    for (size_t i = span; i < window->count; i++) ppg->rises[i - span] = x[i] - x[i - span];
    return fj_pulse_find(ppg->rises, window->count - span, window->internal_hz, ppg->lags, out) == FJ_OK;
}

/// A pulse under breath that outweighs it. `*found` stays where there is none.
static void look_under_breath(fj_ppg *ppg, const fj_ppg_stretch *window, fj_ppg_rate *found) {
    fj_pulse pulse;
    if (!find_in_rises(ppg, window, &pulse) || pulse.likeness < RISES_LIKENESS_MIN
        || !fj_second_view_counts(samples(ppg, window), window->count, window->internal_hz, pulse.rate_bpm, RISES_STEEP)
        || fj_second_view_is_breath(samples(ppg, window), window->count, window->internal_hz, pulse.rate_bpm, ppg->rises)
        || fj_second_view_has_other(samples(ppg, window), window->count, window->internal_hz, pulse.rate_bpm, ppg->rises, ppg->lags))
        return;
    *found = (fj_ppg_rate){
        .rate_bpm = pulse.rate_bpm,
        .quality = 100.0f * (pulse.likeness - LIKENESS_MIN) / (1.0f - LIKENESS_MIN),
        .reason = agrees(pulse.rate_bpm, ppg->found_bpm) ? FJ_REASON_NONE : FJ_REASON_POOR_SIGNAL,
        .is_regular = true,
    };
}

/// The mean of the counted beats; the second before must have found about the same.
static fj_ppg_rate mean_of(const fj_beats *beats, float previous_bpm) {
    return (fj_ppg_rate){
        .rate_bpm = beats->rate_bpm,
        .quality = 100.0f * (beats->likeness - BEATS_LIKENESS_MIN) / (1.0f - BEATS_LIKENESS_MIN),
        .reason = beats->is_irregular && agrees(beats->rate_bpm, previous_bpm) ? FJ_REASON_NONE : FJ_REASON_POOR_SIGNAL,
    };
}

/// The beats are not all of them: the rises repeat themselves at another rate, or the slope turns more often than the heart beats.
static bool is_doubtful(fj_ppg *ppg, const fj_ppg_stretch *window, const fj_beats *beats) {
    if (fj_second_view_turns(samples(ppg, window), window->count, window->internal_hz, beats->rate_bpm, ppg->rises)) return true;
    fj_pulse pulse;
    return find_in_rises(ppg, window, &pulse) && pulse.likeness >= RISES_LIKENESS_AGAINST
        && fabsf(pulse.rate_bpm - beats->rate_bpm) > FJ_SECOND_VIEW_AGREEMENT * beats->rate_bpm;
}

/// The wave repeats itself too well for a heart that beats irregularly, unless every second beat is early.
static bool is_repeated(const fj_ppg_rate *whole, const fj_beats *beats) {
    const float once = fabsf(whole->rate_bpm - beats->rate_bpm), twice = fabsf(2.0f * whole->rate_bpm - beats->rate_bpm);
    return whole->likeness > REPEATED && once > FJ_SECOND_VIEW_AGREEMENT * beats->rate_bpm && twice > PAIRS * beats->rate_bpm;
}

/// The mean rate of a heart that beats irregularly. `*found` stays where it beats regularly, or where nobody can tell. `whole`: what repeats itself.
static void count_beats(fj_ppg *ppg, const fj_ppg_stretch *window, const fj_beats *beats, const fj_ppg_rate *whole, fj_ppg_rate *found) {
    if (!beats->is_irregular) return;
    // Some beats of an irregular heart may repeat themselves by chance; what the heart did not do at all is a mistake.
    const bool is_there = found->reason == FJ_REASON_NONE && found->rate_bpm >= (1.0f - RANGE_TOLERANCE) * beats->slowest_bpm
        && found->rate_bpm <= (1.0f + RANGE_TOLERANCE) * beats->fastest_bpm;
    if (!is_there && !is_repeated(whole, beats) && !is_doubtful(ppg, window, beats)) *found = mean_of(beats, ppg->beats_before_bpm);
}

/// Where the beats of the whole window cannot be told apart, its newest stretch may speak for it: the second before found the same, no beat is missing in
/// the window, and what was given of late is not a rate from which no heart comes within a window.
static bool may_stand_alone(const fj_ppg *ppg, const fj_ppg_stretch *whole, float rate_bpm) {
    const bool was_given = ppg->given_bpm > 0.0f && ppg->given_s < FJ_PULSE_WINDOW_S;
    return agrees(rate_bpm, ppg->found_bpm) && !(was_given && fabsf(ppg->given_bpm - rate_bpm) > STEP * rate_bpm)
        && !fj_second_view_pauses(samples(ppg, whole), whole->count, whole->internal_hz, rate_bpm);
}

/// The newest stretch, which may be clear where the whole window is not. True: it says all there is to say, in `*found`.
static bool look_at_newest(fj_ppg *ppg, const fj_ppg_stretch *whole, const fj_beats *beats, fj_ppg_stretch *window, fj_ppg_rate *found) {
    const size_t shorter = (size_t)(whole->internal_hz * SHORT_WINDOW_S);
    if (whole->count <= shorter) return false;
    const fj_ppg_stretch newest = {.begin = whole->count - shorter, .count = shorter, .internal_hz = whole->internal_hz};
    fj_ppg_rate second = find_pulse(ppg, &newest, ppg->found_bpm);
    if (second.reason == FJ_REASON_NONE) {
        if (!beats && !may_stand_alone(ppg, whole, second.rate_bpm)) second.reason = FJ_REASON_POOR_SIGNAL;
        else if (beats && fabsf(beats->rate_bpm - second.rate_bpm) > CONTRADICTION * second.rate_bpm) {
            ppg->found_bpm = second.rate_bpm;
            *found = mean_of(beats, ppg->beats_before_bpm);
            return true;
        } else *window = newest;
    }
    if (second.reason == FJ_REASON_NONE || second.quality > found->quality) *found = second;
    return false;
}

static fj_ppg_rate find_rate(fj_ppg *ppg, fj_ppg_stretch *window) {
    const fj_ppg_stretch whole = *window;
    fj_beats beats;
    const bool is_countable = fj_beats_find(samples(ppg, &whole), whole.count, whole.internal_hz, &beats) == FJ_OK;
    ppg->beats_before_bpm = ppg->beats_bpm;
    ppg->beats_bpm = is_countable ? beats.rate_bpm : 0.0f;
    const fj_ppg_rate first = find_pulse(ppg, &whole, ppg->found_bpm);
    fj_ppg_rate found = first;
    if (found.reason != FJ_REASON_NONE && look_at_newest(ppg, &whole, is_countable ? &beats : NULL, window, &found)) return found;
    if (found.reason != FJ_REASON_NONE) look_under_breath(ppg, &whole, &found);
    ppg->found_bpm = found.rate_bpm;
    if (is_countable) count_beats(ppg, &whole, &beats, &first, &found);
    return found;
}

fj_ppg_rate fj_ppg_find_rate(fj_ppg *ppg, fj_ppg_stretch *window) {
    const fj_ppg_rate found = find_rate(ppg, window);
    if (found.reason == FJ_REASON_NONE) {
        ppg->given_bpm = found.rate_bpm;
        ppg->given_s = 0;
    } else if (ppg->given_s < UINT8_MAX) ppg->given_s++;
    return found;
}
