// What one second gave: first whether anybody wears the sensor, then whether the window can be trusted, then the numbers.
#include <math.h>

#include "fj_ppg.h"
#include "fj_ppg_rate.h"
#include "fj_sample_clock.h"

/// Peak to peak of a sine of power 1.
#define SINE_PEAK_TO_PEAK 2.82842712f
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

static fj_reason find_saturation(fj_ppg *ppg, const fj_ppg_stretch *window, fj_vitals *out) {
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
    if (fj_inversion_next(&ppg->inversion, found.r) == FJ_INVERSION_LIKELY || isnan(found.percent)) return FJ_REASON_SPO2_UNRELIABLE;
    out->spo2 = found.percent;
    out->r = found.r;
    return FJ_REASON_NONE;
}

/// The window swings suddenly: no heart pumps so much more within seconds; and less so a faster one. `rate_bpm`: 0 for none. For a while; then it is the
/// new pulse.
static bool has_moved(fj_ppg *ppg, float perfusion, float rate_bpm) {
    const bool is_faster = ppg->usual_bpm > 0.0f && rate_bpm > FJ_PPG_MOTION_FASTER * ppg->usual_bpm;
    const float most = (is_faster ? FJ_PPG_MOTION_RATE_JUMP : FJ_PPG_MOTION_JUMP) * ppg->usual_perfusion;
    if (ppg->usual_perfusion <= 0.0f || perfusion <= most) return false;
    if (++ppg->moved_s <= FJ_PPG_MOTION_S) return true;
    ppg->usual_perfusion = perfusion;
    ppg->usual_bpm = rate_bpm;
    ppg->moved_s = 0;
    return false;
}

static void follow_pulse(fj_ppg *ppg, float perfusion, float rate_bpm) {
    if (ppg->usual_perfusion <= 0.0f) ppg->usual_perfusion = perfusion;
    ppg->usual_perfusion += (perfusion - ppg->usual_perfusion) / FJ_PPG_MOTION_USUAL_S;
    ppg->usual_bpm = rate_bpm;
    ppg->moved_s = 0;
}

static void measure(fj_ppg *ppg, fj_vitals *out) {
    const float *infrared = ppg->window[FJ_INFRARED];
    const size_t count = ppg->window_count;
    const float internal_hz = ppg->config.rate_hz / (float)ppg->decimation;
    if ((float)count + 0.5f < internal_hz * (float)FJ_PPG_SHORTEST_S) {
        out->reason = FJ_REASON_SETTLING;
        return;
    }
    const float infrared_power = fj_ppg_power(infrared, count), level = mean_level(ppg, FJ_INFRARED);
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
    if (has_level && has_moved(ppg, out->perfusion_index, 0.0f)) {
        out->reason = FJ_REASON_MOTION;
        return;
    }
    fj_ppg_stretch window = {.begin = 0, .count = count, .internal_hz = internal_hz};
    const fj_ppg_rate found = fj_ppg_find_rate(ppg, &window);
    out->quality = (uint8_t)(found.quality + 0.5f);
    out->reason = found.reason;
    if (found.reason != FJ_REASON_NONE) {
        if (has_level && out->perfusion_index < FJ_PPG_PERFUSION_WEAK) out->reason = FJ_REASON_LOW_PERFUSION;
        return;
    }
    if (has_level && has_moved(ppg, out->perfusion_index, found.rate_bpm)) {
        out->reason = FJ_REASON_MOTION;
        return;
    }
    out->heart_rate = found.rate_bpm;
    if (has_level) follow_pulse(ppg, out->perfusion_index, found.rate_bpm);
    if (!ppg->config.has_red) return;
    if (has_level && out->perfusion_index < FJ_PPG_PERFUSION_SPO2) {
        out->reason = FJ_REASON_LOW_PERFUSION;
        return;
    }
    // What is compared there with itself a beat later must come again after that time.
    out->reason = has_level && found.is_regular ? find_saturation(ppg, &window, out) : FJ_REASON_SPO2_UNRELIABLE;
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
        // Breath has no heart rate, but the watch must know that it is what repeats itself.
        if (found.is_smooth && isnan(out->heart_rate) && (float)out->quality >= ppg->config.quality_min) seen.rate_bpm = ppg->found_bpm;
    }
    const fj_pulse_state state = fj_pulse_watch_next(&ppg->watch, &seen);
    if (state == FJ_PULSE_STARTING && out->reason == FJ_REASON_LOW_PERFUSION) out->reason = FJ_REASON_STARTING;
    if (state != FJ_PULSE_NONE && state != FJ_PULSE_OFF) return;
    out->heart_rate = out->spo2 = out->r = NAN;
    out->quality = 0;
    out->reason = state == FJ_PULSE_NONE ? FJ_REASON_NO_PULSE : FJ_REASON_SENSOR_OFF;
    if (state != FJ_PULSE_OFF) return;
    out->perfusion_index = NAN;
    ppg->usual_perfusion = ppg->usual_bpm = 0.0f;
}

/// All before was reckoned in the configured rate.
static void apply_clock(const fj_ppg *ppg, fj_vitals *out) {
    if (isnan(out->heart_rate)) return;
    if (fabsf(ppg->clock - 1.0f) <= FJ_SAMPLE_CLOCK_TOLERANCE) {
        out->heart_rate *= ppg->clock;
        return;
    }
    out->heart_rate = out->spo2 = out->r = NAN;
    out->quality = 0;
    out->reason = FJ_REASON_SAMPLE_CLOCK;
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
    apply_clock(ppg, &vitals);
    vitals.is_inverted = ppg->inversion.state == FJ_INVERSION_LIKELY;
    *out = vitals;
    return FJ_OK;
}
