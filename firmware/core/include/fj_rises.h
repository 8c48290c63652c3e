// The steep places of a pulse wave: what is counted where beats are counted.
#ifndef FJ_RISES_H
#define FJ_RISES_H

#include <stdbool.h>
#include <stddef.h>

/// The most that are looked at: 8 s at 250 bpm.
#define FJ_RISES_MAX 40u
/// The span of a rise (s).
#define FJ_RISES_SPAN_S 0.1f
/// Of the third steepest rise: over this it is a beat.
#define FJ_RISES_BEAT 0.45f

typedef struct fj_rises {
    size_t at[FJ_RISES_MAX];
    float steepness[FJ_RISES_MAX];
    size_t count;
    float typical;    // the third steepest
    float direction;  // 1, or -1 where the wave is the other way up
} fj_rises;

/// The samples of a rise at `rate_hz`.
size_t fj_rises_span(float rate_hz);

/// The steepest places of `count` samples, either way up, the steeper of two that are closer than a beat of the fastest heart. Takes about 4 additions a
/// sample. False: too few samples or too many rises.
bool fj_rises_find(const float *samples, size_t count, float rate_hz, fj_rises *out);

#endif
