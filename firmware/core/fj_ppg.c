#include "fj_ppg.h"

#include <math.h>
#include <string.h>

#include "fj_max30102.h"

fj_ppg_config fj_ppg_config_max30102(void) {
    return (fj_ppg_config){
        .rate_hz = 100.0f,
        .has_red = true,
        // An open sensor reads its own crosstalk and the room's light, up to 650 counts per mA; a dark finger over 1,900.
        .level_off = 1000.0f,
        .level_on = 1400.0f,
        .infrared_ma = FJ_MAX30102_CURRENT_START * FJ_MAX30102_STEP_MA,
        .saturation = 260000.0f,  // of 262,143
        .perfusion_off = 0.04f,
        .perfusion_on = 0.05f,
        .quality_min = 40.0f,
        .curve = fj_spo2_curve_default(),
    };
}

fj_ppg_config fj_ppg_config_recording(float rate_hz, bool has_red) {
    fj_ppg_config config = fj_ppg_config_max30102();
    config.rate_hz = rate_hz;
    config.has_red = has_red;
    config.level_off = config.level_on = config.saturation = 0.0f;
    config.infrared_ma = 1.0f;
    return config;
}

static bool is_valid(const fj_ppg_config *c) {
    return c->rate_hz >= FJ_RATE_MIN_HZ && c->rate_hz <= FJ_RATE_MAX_HZ && c->level_off >= 0.0f && c->level_on >= c->level_off
        && c->infrared_ma > 0.0f && c->saturation >= 0.0f && c->perfusion_off >= 0.0f && c->perfusion_on >= c->perfusion_off && c->quality_min >= 0.0f
        && c->quality_min <= 100.0f && isfinite(c->curve.a) && isfinite(c->curve.b) && isfinite(c->curve.c);
}

fj_error fj_ppg_init(fj_ppg *ppg, const fj_ppg_config *config) {
    if (!ppg || !config || !is_valid(config)) return FJ_ERROR_ARGUMENT;
    *ppg = (fj_ppg){.config = *config, .perfused = true, .infrared_ma = config->infrared_ma, .clock = 1.0f};
    // A whole divisor needs no interpolation, and the band-pass before it leaves nothing to alias.
    ppg->decimation = (uint16_t)ceilf(config->rate_hz / (float)FJ_PULSE_RATE_MAX_HZ);
    ppg->window_max = (uint16_t)(config->rate_hz / (float)ppg->decimation * (float)FJ_PULSE_WINDOW_S);
    for (int c = 0; c < FJ_CHANNELS; c++) fj_band_pass_init(&ppg->band_pass[c], config->rate_hz);
    return fj_ppg_restart(ppg);
}

fj_error fj_ppg_restart(fj_ppg *ppg) {
    if (!ppg) return FJ_ERROR_ARGUMENT;
    ppg->missing = ppg->since_start = 0;
    ppg->window_count = ppg->phase = 0;
    ppg->seconds = 0;
    ppg->found_bpm = ppg->beats_bpm = ppg->given_bpm = 0.0f;
    ppg->now.sum[FJ_INFRARED] = ppg->now.sum[FJ_RED] = 0.0f;
    ppg->now.summed = 0;
    return FJ_OK;
}

fj_error fj_ppg_light(fj_ppg *ppg, float infrared_ma) {
    if (!ppg || !(infrared_ma > 0.0f)) return FJ_ERROR_ARGUMENT;
    ppg->infrared_ma = infrared_ma;
    return fj_ppg_restart(ppg);
}

fj_error fj_ppg_clock(fj_ppg *ppg, float rate_hz) {
    if (!ppg || !(rate_hz >= 0.0f)) return FJ_ERROR_ARGUMENT;
    if (rate_hz > 0.0f) ppg->clock = rate_hz / ppg->config.rate_hz;
    return FJ_OK;
}

/// Appends to the windows, the oldest sample leaving. Moving 1.6 KB fifty times a second costs less than a ring would in every lag.
static void append(fj_ppg *ppg, const float filtered[FJ_CHANNELS]) {
    if (ppg->window_count == ppg->window_max) {
        ppg->window_count--;
        for (int c = 0; c < FJ_CHANNELS; c++) memmove(&ppg->window[c][0], &ppg->window[c][1], ppg->window_count * sizeof ppg->window[c][0]);
    }
    for (int c = 0; c < FJ_CHANNELS; c++) ppg->window[c][ppg->window_count] = filtered[c];
    ppg->window_count++;
}

/// A part of the last sample that the next one may be away from it, of what it may within 10 ms.
static float jump_part(const fj_ppg *ppg, float within_10_ms) { return within_10_ms * fmaxf(1.0f, FJ_MAX30102_RATE_HZ / ppg->config.rate_hz); }

static void follow_jump(fj_ppg *ppg, int channel, float sample) {
    const float last = ppg->last[channel];
    if (ppg->since_start == 0) ppg->usual_jump[channel] = jump_part(ppg, FJ_PPG_JUMP_MOST) / FJ_PPG_JUMP_TIMES;
    else if (last > 0.0f)
        ppg->usual_jump[channel] += (fminf(fabsf(sample - last) / last, 1.0f) - ppg->usual_jump[channel])
            / (FJ_PPG_JUMP_USUAL_S * ppg->config.rate_hz);
}

static void take(fj_ppg *ppg, const float sample[FJ_CHANNELS]) {
    float filtered[FJ_CHANNELS] = {0};
    for (int c = 0; c < (ppg->config.has_red ? FJ_CHANNELS : 1); c++) {
        if (ppg->since_start == 0) fj_band_pass_rest(&ppg->band_pass[c], sample[c]);
        filtered[c] = fj_band_pass_next(&ppg->band_pass[c], sample[c]);
        ppg->now.sum[c] += sample[c];
        follow_jump(ppg, c, sample[c]);
        ppg->last[c] = sample[c];
    }
    ppg->now.summed++;
    if ((float)ppg->since_start < ppg->config.rate_hz * (float)FJ_PPG_SETTLE_S) {
        ppg->since_start++;
    } else if (++ppg->phase >= ppg->decimation) {
        ppg->phase = 0;
        append(ppg, filtered);
    }
}

/// The samples that were lost, on a straight line from the last one to `sample`; or a fresh start.
static void bridge(fj_ppg *ppg, const float sample[FJ_CHANNELS]) {
    const uint32_t missing = ppg->missing;
    ppg->missing = 0;
    if (missing == 0 || ppg->since_start == 0) return;
    if ((float)missing > ppg->config.rate_hz * FJ_PPG_BRIDGE_S) {
        fj_ppg_restart(ppg);
        return;
    }
    const float from[FJ_CHANNELS] = {ppg->last[FJ_INFRARED], ppg->last[FJ_RED]};
    for (uint32_t i = 1; i <= missing; i++) {
        const float part = (float)i / (float)(missing + 1);
        const float between[FJ_CHANNELS] = {
            from[FJ_INFRARED] + part * (sample[FJ_INFRARED] - from[FJ_INFRARED]), from[FJ_RED] + part * (sample[FJ_RED] - from[FJ_RED])};
        take(ppg, between);
    }
}

static bool is_saturated(const fj_ppg *ppg, const float sample[FJ_CHANNELS]) {
    const float limit = ppg->config.saturation;
    return limit > 0.0f && (sample[FJ_INFRARED] >= limit || sample[FJ_RED] >= limit);
}

/// Counts what the sample says of sensor and converter.
static void count(fj_ppg *ppg, const float sample[FJ_CHANNELS]) {
    const fj_ppg_config *config = &ppg->config;
    ppg->now.received++;
    if (sample[FJ_INFRARED] < config->level_off * ppg->infrared_ma) ppg->now.under_off++;
    if (sample[FJ_INFRARED] < config->level_on * ppg->infrared_ma) ppg->now.under_on++;
    if (is_saturated(ppg, sample)) ppg->now.saturated++;
}

/// One bad sample among good ones.
static bool is_outlier(const fj_ppg *ppg, const float sample[FJ_CHANNELS]) {
    if (ppg->config.level_on <= 0.0f || ppg->since_start == 0 || (float)ppg->missing > ppg->config.rate_hz * FJ_PPG_BRIDGE_S) return false;
    if (is_saturated(ppg, sample)) return true;
    for (int c = 0; c < (ppg->config.has_red ? FJ_CHANNELS : 1); c++) {
        const float jump = fminf(jump_part(ppg, FJ_PPG_JUMP_MOST), fmaxf(jump_part(ppg, FJ_PPG_JUMP_LEAST), FJ_PPG_JUMP_TIMES * ppg->usual_jump[c]));
        // While samples were lost the signal went on.
        const float most = fminf(FJ_PPG_JUMP_MAX, jump * (float)(ppg->missing + 1));
        if (fabsf(sample[c] - ppg->last[c]) > most * fabsf(ppg->last[c])) return true;
    }
    return false;
}

fj_error fj_ppg_push(fj_ppg *ppg, float infrared, float red) {
    if (!ppg) return FJ_ERROR_ARGUMENT;
    const float sample[FJ_CHANNELS] = {infrared, ppg->config.has_red ? red : 0.0f};
    // Beyond any converter, and where squares would overflow, a number is as good as none.
    for (int c = 0; c < FJ_CHANNELS; c++)
        if (!(fabsf(sample[c]) <= FJ_PPG_SAMPLE_MAX)) return fj_ppg_lost(ppg, 1);
    count(ppg, sample);
    if (is_outlier(ppg, sample)) return fj_ppg_lost(ppg, 1);
    bridge(ppg, sample);
    take(ppg, sample);
    return FJ_OK;
}

fj_error fj_ppg_lost(fj_ppg *ppg, uint32_t samples) {
    if (!ppg) return FJ_ERROR_ARGUMENT;
    ppg->missing = samples > UINT32_MAX - ppg->missing ? UINT32_MAX : ppg->missing + samples;
    return FJ_OK;
}
