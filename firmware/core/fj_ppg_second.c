// What one second gave: first whether anybody wears the sensor, then whether the window can be trusted, then the numbers.
#include <math.h>

#include "fj_beats.h"
#include "fj_ppg.h"

/// Less likeness than this is quality 0.
#define LIKENESS_MIN 0.5f
/// The window is looked at in thirds, each longer than the slowest beat; a third with this many times another's power is motion.
#define PARTS 3u
#define POWER_RATIO_MAX 16.0f
/// Peak to peak of a sine of power 1.
#define SINE_PEAK_TO_PEAK 2.82842712f
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

/// A part of the window.
typedef struct stretch {
    size_t begin, count;
    float internal_hz;
} stretch;

static float power(const float *x, size_t count) {
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++) sum += x[i] * x[i];
    return count > 0 ? sum / (float)count : 0.0f;
}

/// 1 if all parts of the window are equally strong, 0 from POWER_RATIO_MAX on.
static float steadiness(const float *x, size_t count) {
    float weakest = INFINITY, strongest = 0.0f;
    for (size_t part = 0; part < PARTS; part++) {
        const float p = power(x + part * (count / PARTS), count / PARTS);
        weakest = fminf(weakest, p);
        strongest = fmaxf(strongest, p);
    }
    if (!(weakest * POWER_RATIO_MAX > strongest)) return 0.0f;
    return 1.0f - (strongest / weakest - 1.0f) / (POWER_RATIO_MAX - 1.0f);
}

static float mean_level(const fj_ppg *ppg, int channel) {
    const unsigned known = ppg->seconds < FJ_PULSE_WINDOW_S ? ppg->seconds : FJ_PULSE_WINDOW_S;
    float sum = 0.0f;
    for (unsigned i = 0; i < known; i++) sum += ppg->level[channel][i];
    return known > 0 ? sum / (float)known : 0.0f;
}

/// Whether the sensor is on, by the second under way. FJ_REASON_NONE: it can be measured. A bad second spoils the window, whatever it is called.
static fj_reason judge_contact(fj_ppg *ppg, float level) {
    // Without limits everybody is taken to wear it.
    if (ppg->config.level_on <= 0.0f) {
        ppg->contact.state = FJ_CONTACT_ON;
        return FJ_REASON_NONE;
    }
    const fj_contact_second seen = {
        .samples = ppg->now.received,
        .under_off = ppg->now.under_off,
        .under_on = ppg->now.under_on,
        .saturated = ppg->now.saturated,
        .level = level,
    };
    const bool is_good = fj_contact_next(&ppg->contact, &seen);
    // A finger that the blood has left is looked at on, for the pulse that may come back.
    if (!is_good && ppg->watch.state != FJ_PULSE_NONE) fj_ppg_restart(ppg);
    if (ppg->contact.state == FJ_CONTACT_SATURATED) return FJ_REASON_SATURATED;
    if (ppg->contact.state == FJ_CONTACT_OFF) return FJ_REASON_SENSOR_OFF;
    return is_good ? FJ_REASON_NONE : FJ_REASON_POOR_SIGNAL;
}

/// Moves the second under way into the levels and judges the sensor by it. `*level`: per LED current.
static fj_reason close_second(fj_ppg *ppg, float *level) {
    const uint32_t received = ppg->now.received, summed = ppg->now.summed;
    *level = summed > 0 ? ppg->now.sum[FJ_INFRARED] / (float)summed / ppg->infrared_ma : 0.0f;
    if (summed > 0) {
        for (int c = 0; c < FJ_CHANNELS; c++) ppg->level[c][ppg->seconds % FJ_PULSE_WINDOW_S] = ppg->now.sum[c] / (float)summed;
        // Past the window's length only the place matters.
        const unsigned seconds = ppg->seconds + 1u;
        ppg->seconds = (uint8_t)(seconds < 2 * FJ_PULSE_WINDOW_S ? seconds : FJ_PULSE_WINDOW_S);
    }
    const fj_reason reason = (float)received < 0.5f * ppg->config.rate_hz ? FJ_REASON_NO_SAMPLES : judge_contact(ppg, *level);
    ppg->now.sum[FJ_INFRARED] = ppg->now.sum[FJ_RED] = 0.0f;
    ppg->now.summed = ppg->now.received = ppg->now.under_off = ppg->now.under_on = ppg->now.saturated = 0;
    return reason;
}

static fj_reason find_saturation(const fj_ppg *ppg, const stretch *window, fj_vitals *out) {
    const fj_spo2_input input = {
        .infrared = ppg->window[FJ_INFRARED] + window->begin,
        .red = ppg->window[FJ_RED] + window->begin,
        .count = window->count,
        .rate_hz = window->internal_hz,
        .infrared_level = mean_level(ppg, FJ_INFRARED),
        .red_level = mean_level(ppg, FJ_RED),
        .heart_rate_bpm = out->heart_rate,
    };
    fj_spo2 found;
    if (fj_spo2_find(&input, &ppg->config.curve, &found) != FJ_OK) return FJ_REASON_SPO2_UNRELIABLE;
    out->spo2 = found.percent;
    out->r = found.r;
    return FJ_REASON_NONE;
}

/// The best estimate of one second.
typedef struct estimate {
    float rate_bpm, quality;
    fj_reason reason;  // FJ_REASON_NONE: good enough to be given
} estimate;

/// Heart rate and quality of a stretch of the window; `previous_bpm` is what the second before found, 0 for nothing.
static estimate find_pulse(fj_ppg *ppg, const stretch *window, float previous_bpm) {
    const float *infrared = ppg->window[FJ_INFRARED] + window->begin;
    fj_pulse pulse;
    const fj_error error = fj_pulse_find(infrared, window->count, window->internal_hz, ppg->lags, &pulse);
    if (error == FJ_ERROR_RANGE) return (estimate){.reason = FJ_REASON_OUT_OF_RANGE};
    if (error != FJ_OK) return (estimate){.reason = FJ_REASON_POOR_SIGNAL};
    const float likeness = fmaxf(0.0f, (pulse.likeness - LIKENESS_MIN) / (1.0f - LIKENESS_MIN));
    estimate found = {.rate_bpm = pulse.rate_bpm, .quality = 100.0f * likeness * steadiness(infrared, window->count)};
    const bool agrees = fabsf(found.rate_bpm - previous_bpm) <= AGREEMENT * previous_bpm;
    const float beats = (float)window->count / window->internal_hz * found.rate_bpm / 60.0f;
    const float enough = fminf(CERTAIN_QUALITY, ppg->config.quality_min + QUALITY_A_BEAT * fmaxf(0.0f, MANY_BEATS - beats));
    if (!(found.quality >= ppg->config.quality_min && (found.quality >= CERTAIN_QUALITY || (agrees && found.quality >= enough))))
        found.reason = FJ_REASON_POOR_SIGNAL;
    return found;
}

/// The mean rate of a heart that beats irregularly; the second before must have found about the same. `*found` stays where it beats regularly, or
/// where nobody can tell.
static bool count_beats(fj_ppg *ppg, const stretch *window, estimate *found) {
    const float previous_bpm = ppg->beats_bpm;
    fj_beats beats;
    ppg->beats_bpm = 0.0f;
    const float *infrared = ppg->window[FJ_INFRARED] + window->begin;
    if (fj_beats_find(infrared, window->count, window->internal_hz, &beats) != FJ_OK || !beats.is_irregular) return false;
    ppg->beats_bpm = beats.rate_bpm;
    // Some beats of an irregular heart may repeat themselves by chance; what the heart did not do at all is a mistake.
    const bool is_there = found->reason == FJ_REASON_NONE && found->rate_bpm >= (1.0f - RANGE_TOLERANCE) * beats.slowest_bpm
        && found->rate_bpm <= (1.0f + RANGE_TOLERANCE) * beats.fastest_bpm;
    if (is_there) return false;
    const bool agrees = fabsf(beats.rate_bpm - previous_bpm) <= AGREEMENT * previous_bpm;
    *found = (estimate){
        .rate_bpm = beats.rate_bpm,
        .quality = 100.0f * (beats.likeness - LIKENESS_MIN) / (1.0f - LIKENESS_MIN),
        .reason = agrees ? FJ_REASON_NONE : FJ_REASON_POOR_SIGNAL,
    };
    return true;
}

/// The best that can be said of the rate, of the whole `window`, or of its newest part, to which it is then cut.
static estimate find_rate(fj_ppg *ppg, stretch *window, bool *is_regular) {
    const stretch whole = *window;
    estimate found = find_pulse(ppg, &whole, ppg->found_bpm);
    // A rate that changes with each breath, and the seconds after a movement, repeat themselves over a shorter stretch only.
    const size_t shorter = (size_t)(whole.internal_hz * SHORT_WINDOW_S);
    if (found.reason != FJ_REASON_NONE && whole.count > shorter) {
        const stretch newest = {.begin = whole.count - shorter, .count = shorter, .internal_hz = whole.internal_hz};
        const estimate second = find_pulse(ppg, &newest, ppg->found_bpm);
        if (second.reason == FJ_REASON_NONE) *window = newest;
        if (second.reason == FJ_REASON_NONE || second.quality > found.quality) found = second;
    }
    ppg->found_bpm = found.rate_bpm;
    *is_regular = !count_beats(ppg, &whole, &found);
    return found;
}

static void measure(fj_ppg *ppg, fj_vitals *out) {
    const float *infrared = ppg->window[FJ_INFRARED];
    const size_t count = ppg->window_count;
    const float internal_hz = ppg->config.rate_hz / (float)ppg->decimation;
    if ((float)count + 0.5f < internal_hz * (float)FJ_PPG_SHORTEST_S) {
        out->reason = FJ_REASON_SETTLING;
        return;
    }
    const float infrared_power = power(infrared, count), level = mean_level(ppg, FJ_INFRARED);
    const float swing = SINE_PEAK_TO_PEAK * sqrtf(infrared_power);
    // A recording without its constant part (AC-coupled) has no perfusion index, and no SpO2.
    const bool has_level = level > 0.0f && swing < level;
    if (has_level) {
        out->perfusion_index = 100.0f * swing / level;
        ppg->perfused = out->perfusion_index >= (ppg->perfused ? ppg->config.perfusion_off : ppg->config.perfusion_on);
        if (!ppg->perfused) {
            out->reason = FJ_REASON_LOW_PERFUSION;
            return;
        }
    }
    stretch window = {.begin = 0, .count = count, .internal_hz = internal_hz};
    bool is_regular;
    const estimate found = find_rate(ppg, &window, &is_regular);
    out->quality = (uint8_t)(found.quality + 0.5f);
    out->reason = found.reason;
    if (found.reason != FJ_REASON_NONE) return;
    out->heart_rate = found.rate_bpm;
    if (!ppg->config.has_red) return;
    // What is compared there with itself a beat later must come again after that time.
    out->reason = has_level && is_regular ? find_saturation(ppg, &window, out) : FJ_REASON_SPO2_UNRELIABLE;
}

/// Lets the second pass the pulse watch, whose word is above the measurement's: no value stands where there is no pulse.
static void watch_pulse(fj_ppg *ppg, float level, fj_vitals *out) {
    const float internal_hz = ppg->config.rate_hz / (float)ppg->decimation;
    fj_pulse_second seen = {
        .t_ms = out->t_ms,
        .is_on = ppg->contact.state != FJ_CONTACT_OFF,
        .fell_suddenly = ppg->contact.fell_suddenly,
        .level = level,
        .rate_bpm = isnan(out->heart_rate) ? 0.0f : out->heart_rate,
    };
    fj_pulsation found;
    const unsigned stretch_s = fj_pulse_watch_is_quiet(&ppg->watch) ? FJ_PULSE_WINDOW_S : FJ_PULSATION_STRETCH_S;
    seen.is_measured = fj_pulsation_find(ppg->window[FJ_INFRARED], ppg->window_count, internal_hz, stretch_s, ppg->rises, ppg->lags, &found);
    if (seen.is_measured) {
        seen.strength = found.strength / ppg->infrared_ma;
        seen.swing = found.swing / ppg->infrared_ma;
        seen.is_smooth = found.is_smooth;
        seen.weak_bpm = found.weak_bpm;
    }
    const fj_pulse_state state = fj_pulse_watch_next(&ppg->watch, &seen);
    if (state == FJ_PULSE_STARTING && out->reason == FJ_REASON_LOW_PERFUSION) out->reason = FJ_REASON_STARTING;
    if (state != FJ_PULSE_NONE && state != FJ_PULSE_OFF) return;
    out->heart_rate = out->spo2 = out->r = NAN;
    out->quality = 0;
    out->reason = state == FJ_PULSE_NONE ? FJ_REASON_NO_PULSE : FJ_REASON_SENSOR_OFF;
    if (state == FJ_PULSE_OFF) out->perfusion_index = NAN;
}

fj_error fj_ppg_second(fj_ppg *ppg, uint64_t t_ms, fj_vitals *out) {
    if (!ppg || !out) return FJ_ERROR_ARGUMENT;
    fj_vitals vitals = {.t_ms = t_ms, .heart_rate = NAN, .spo2 = NAN, .r = NAN, .perfusion_index = NAN};
    float level;
    vitals.reason = close_second(ppg, &level);
    if (vitals.reason == FJ_REASON_NO_SAMPLES) {
        // Says nothing of the patient: the watch goes on where it was.
        fj_ppg_restart(ppg);
        *out = vitals;
        return FJ_OK;
    }
    // Without contact there is nothing to measure, except in a finger that the blood has left.
    if (vitals.reason == FJ_REASON_NONE || (vitals.reason == FJ_REASON_SENSOR_OFF && ppg->watch.state == FJ_PULSE_NONE)) measure(ppg, &vitals);
    watch_pulse(ppg, level, &vitals);
    *out = vitals;
    return FJ_OK;
}
