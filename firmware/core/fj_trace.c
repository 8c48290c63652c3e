#include "fj_trace.h"

#include <math.h>

/// The largest difference; the smallest one is FJ_TRACE_MISSING.
#define DIFFERENCE_MAX 127
/// Of a level under this (counts per mA) parts say nothing: an open sensor in the dark.
#define LEVEL_MIN 1.0f

static float mean(const fj_strip *strip, unsigned *measured) {
    float sum = 0.0f;
    *measured = 0;
    for (unsigned i = 0; i < strip->count; i++) {
        if (isnan(strip->point[i])) continue;
        sum += strip->point[i];
        ++*measured;
    }
    return *measured > 0 ? sum / (float)*measured : 0.0f;
}

/// The smallest step with which the largest difference still fits.
static uint32_t step_for(const fj_strip *strip, float level) {
    float largest = 0.0f, before = level;
    for (unsigned i = 0; i < strip->count; i++) {
        if (isnan(strip->point[i])) continue;
        largest = fmaxf(largest, fabsf(strip->point[i] - before));
        before = strip->point[i];
    }
    // One unit of room, because each difference is from a rounded point.
    const float step = ceilf(1e6f * largest / level / (float)(DIFFERENCE_MAX - 1));
    if (!(step >= (float)FJ_TRACE_STEP_MIN)) return FJ_TRACE_STEP_MIN;
    return step <= (float)FJ_TRACE_STEP_MAX ? (uint32_t)step : FJ_TRACE_STEP_MAX;
}

fj_error fj_trace_pack(const fj_strip *strip, fj_trace *out) {
    if (!strip || !out || strip->count > FJ_STRIP_POINTS) return FJ_ERROR_ARGUMENT;
    unsigned measured;
    const float level = fmaxf(mean(strip, &measured), LEVEL_MIN);
    if (measured == 0) return FJ_ERROR_EMPTY;
    fj_trace trace = {.step = step_for(strip, level), .count = strip->count, .rate_hundredths = (uint16_t)(strip->rate_hz * 100.0f + 0.5f)};
    const float unit = (float)trace.step * level / 1e6f;
    int32_t reached = 0;
    for (unsigned i = 0; i < strip->count; i++) {
        if (isnan(strip->point[i])) {
            trace.difference[i] = FJ_TRACE_MISSING;
            continue;
        }
        const float steps = floorf((strip->point[i] - level) / unit + 0.5f) - (float)reached;
        // Only a light a million times as bright as the mean does not fit.
        const int32_t difference = (int32_t)fmaxf(fminf(steps, (float)DIFFERENCE_MAX), -(float)DIFFERENCE_MAX);
        trace.difference[i] = (int8_t)difference;
        reached += difference;
    }
    *out = trace;
    return FJ_OK;
}

static fj_alarm_level worst(const fj_condition side[FJ_ALARM_SIDES]) {
    return side[FJ_SIDE_LOW].raised > side[FJ_SIDE_HIGH].raised ? side[FJ_SIDE_LOW].raised : side[FJ_SIDE_HIGH].raised;
}

fj_trace_levels fj_trace_levels_of(const fj_alarm *alarm) {
    fj_trace_levels levels = {{FJ_ALARM_NONE, FJ_ALARM_NONE, FJ_ALARM_NONE}};
    if (!alarm) return levels;
    levels.level[0] = worst(alarm->condition[FJ_VITAL_SPO2]);
    levels.level[1] = worst(alarm->condition[FJ_VITAL_HEART_RATE]);
    levels.level[2] = alarm->no_pulse.state == FJ_NO_PULSE_RAISED ? FJ_ALARM_ERROR : FJ_ALARM_NONE;
    return levels;
}

void fj_trace_compare(const fj_trace_levels *before, const fj_trace_levels *after, uint8_t *begun, uint8_t *ended) {
    *begun = *ended = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (after->level[i] > before->level[i]) *begun |= (uint8_t)(1u << i);
        if (after->level[i] == FJ_ALARM_NONE && before->level[i] != FJ_ALARM_NONE) *ended |= (uint8_t)(1u << i);
    }
}

static void remove_oldest(fj_traces *traces) {
    for (unsigned i = 1; i < traces->count; i++) traces->waiting[i - 1] = traces->waiting[i];
    traces->count--;
}

void fj_traces_keep(fj_traces *traces, fj_trace *trace) {
    if (!traces || !trace) return;
    if (traces->count == FJ_TRACE_WAITING_MAX) remove_oldest(traces);
    trace->sequence = ++traces->sequence;
    traces->waiting[traces->count++] = *trace;
}

const fj_trace *fj_traces_send(fj_traces *traces, const fj_clock *clock) {
    if (!traces || traces->count == 0) return NULL;
    fj_trace *oldest = &traces->waiting[0];
    uint64_t utc_ms;
    if (oldest->utc_ms == 0 && fj_clock_date(clock, oldest->t_ms, &utc_ms) == FJ_OK) oldest->utc_ms = utc_ms;
    traces->on_the_way = oldest->sequence;
    return oldest;
}

void fj_traces_settle(fj_traces *traces, bool is_done) {
    if (!traces) return;
    // One that had to make room meanwhile is not there any more.
    if (is_done && traces->on_the_way > 0 && traces->count > 0 && traces->waiting[0].sequence == traces->on_the_way) remove_oldest(traces);
    traces->on_the_way = 0;
}
