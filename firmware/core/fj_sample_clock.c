#include "fj_sample_clock.h"

#define MARK_MS 1000u

void fj_sample_clock_restart(fj_sample_clock *clock) {
    if (!clock) return;
    *clock = (fj_sample_clock){.rate_hz = clock->rate_hz};
}

static void mark(fj_sample_clock *clock, uint64_t now_ms) {
    if (clock->marks > 0) clock->newest = (uint8_t)((clock->newest + 1u) % FJ_SAMPLE_CLOCK_MARKS);
    if (clock->marks < FJ_SAMPLE_CLOCK_MARKS) clock->marks++;
    clock->at_ms[clock->newest] = now_ms;
    clock->samples_at[clock->newest] = clock->samples;
}

void fj_sample_clock_read(fj_sample_clock *clock, uint64_t now_ms, uint32_t samples) {
    if (!clock) return;
    if (clock->marks == 0 || now_ms < clock->at_ms[clock->newest]) {
        fj_sample_clock_restart(clock);
        mark(clock, now_ms);
        return;
    }
    clock->samples += samples;
    // Between marks nothing is gained: the oldest one is what makes the span long.
    if (now_ms - clock->at_ms[clock->newest] < MARK_MS) return;
    mark(clock, now_ms);
    const unsigned oldest = (clock->newest + FJ_SAMPLE_CLOCK_MARKS - (clock->marks - 1u)) % FJ_SAMPLE_CLOCK_MARKS;
    const uint64_t span_ms = now_ms - clock->at_ms[oldest];
    if (span_ms >= FJ_SAMPLE_CLOCK_LEAST_MS) clock->rate_hz = 1000.0f * (float)(clock->samples - clock->samples_at[oldest]) / (float)span_ms;
}

float fj_sample_clock_rate_hz(const fj_sample_clock *clock) { return clock ? clock->rate_hz : 0.0f; }
