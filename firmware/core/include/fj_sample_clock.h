// How fast a sensor really samples, by the system's timer: its own oscillator is not exact, and a clone may run at another rate than it was set to.
#ifndef FJ_SAMPLE_CLOCK_H
#define FJ_SAMPLE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/// The rate is that of the last so many seconds, and known from so many on (ms).
#define FJ_SAMPLE_CLOCK_SPAN_MS 8000u
#define FJ_SAMPLE_CLOCK_LEAST_MS 2000u
/// A sensor that is further from its nominal rate than this part of it is broken, or another one: no rate is computed from it.
#define FJ_SAMPLE_CLOCK_TOLERANCE 0.05f
/// One mark a second over the span, and the one before it.
#define FJ_SAMPLE_CLOCK_MARKS (FJ_SAMPLE_CLOCK_SPAN_MS / 1000u + 1u)

/// Zeroed knows nothing. Private.
typedef struct fj_sample_clock {
    uint64_t at_ms[FJ_SAMPLE_CLOCK_MARKS];
    uint32_t samples_at[FJ_SAMPLE_CLOCK_MARKS];
    uint32_t samples;  // since the first mark
    uint8_t marks, newest;
    float rate_hz;
} fj_sample_clock;

/// The count of samples is not known any more (a failed transfer, an overflow without a number). The rate stays until another one is known.
void fj_sample_clock_restart(fj_sample_clock *clock);

/// All samples that were converted up to `now_ms` have been read: `samples` of them since the call before.
void fj_sample_clock_read(fj_sample_clock *clock, uint64_t now_ms, uint32_t samples);

/// Samples a second; 0: not known yet. Good to a sample over the span: 0.13 % at 100 Hz.
float fj_sample_clock_rate_hz(const fj_sample_clock *clock);

#endif
