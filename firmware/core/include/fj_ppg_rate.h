// Which rate a window of signal shows, and whether it can be given. Private to fj_ppg*.c.
#ifndef FJ_PPG_RATE_H
#define FJ_PPG_RATE_H

#include <stdbool.h>
#include <stddef.h>

#include "fj_ppg.h"

/// A part of the window.
typedef struct fj_ppg_stretch {
    size_t begin, count;
    float internal_hz;
} fj_ppg_stretch;

/// The best that can be said of the rate of one second.
typedef struct fj_ppg_rate {
    float rate_bpm, likeness, quality;
    fj_reason reason;  // FJ_REASON_NONE: good enough to be given
    bool is_regular;   // the wave returns with the beat
} fj_ppg_rate;

/// Mean of the squares.
float fj_ppg_power(const float *x, size_t count);

/// Gives a rate where two views agree: what repeats itself in the wave, or in its rises, and the counted rises (fj_second_view.h); or where every beat is
/// clear and can be counted (fj_beats.h). Of the whole `window`, or of its newest part, to which it is then cut.
fj_ppg_rate fj_ppg_find_rate(fj_ppg *ppg, fj_ppg_stretch *window);

#endif
