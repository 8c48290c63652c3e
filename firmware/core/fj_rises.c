#include "fj_rises.h"

#include <math.h>

/// Two beats are no closer: a little under the period of the fastest rate.
#define APART_S 0.235f

size_t fj_rises_span(float rate_hz) { return rate_hz * FJ_RISES_SPAN_S >= 1.0f ? (size_t)(rate_hz * FJ_RISES_SPAN_S) : 1; }

/// Blood makes the light darker, some recordings have it the other way: the steeper side is the beginning of a beat.
static float direction(const float *x, size_t count, size_t span) {
    float up = 0.0f, down = 0.0f;
    for (size_t i = span; i < count; i++) {
        up = fmaxf(up, x[i] - x[i - span]);
        down = fmaxf(down, x[i - span] - x[i]);
    }
    return up > down ? 1.0f : -1.0f;
}

static float third_steepest(const fj_rises *all) {
    float top[3] = {0};
    for (size_t i = 0; i < all->count; i++) {
        float next = all->steepness[i];
        for (int place = 0; place < 3; place++) {
            if (next <= top[place]) continue;
            const float pushed = top[place];
            top[place] = next;
            next = pushed;
        }
    }
    return top[2];
}

bool fj_rises_find(const float *x, size_t count, float rate_hz, fj_rises *out) {
    const size_t span = fj_rises_span(rate_hz), apart = (size_t)(rate_hz * APART_S);
    if (!x || !out || count < span + 3) return false;
    const float sign = direction(x, count, span);
    *out = (fj_rises){.direction = sign};
    for (size_t i = span + 1; i + 1 < count; i++) {
        const float here = sign * (x[i] - x[i - span]);
        if (!(here > 0.0f && here >= sign * (x[i - 1] - x[i - 1 - span]) && here > sign * (x[i + 1] - x[i + 1 - span]))) continue;
        if (out->count > 0 && i - out->at[out->count - 1] < apart) {
            if (here <= out->steepness[out->count - 1]) continue;
            out->count--;
        }
        if (out->count == FJ_RISES_MAX) return false;
        out->at[out->count] = i;
        out->steepness[out->count++] = here;
    }
    out->typical = third_steepest(out);
    return true;
}
