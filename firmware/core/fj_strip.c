#include "fj_strip.h"

#include <math.h>
#include <string.h>

static void put(fj_strip_second *second, float point) {
    if (second->count == FJ_STRIP_SECOND_POINTS_MAX) {
        second->count--;
        memmove(&second->point[0], &second->point[1], second->count * sizeof second->point[0]);
    }
    second->point[second->count++] = point;
}

/// A point of which more than half is missing is missing.
static void end_sample(fj_strip_maker *maker) {
    const unsigned measured = maker->samples;
    if (measured + maker->missing < FJ_STRIP_SAMPLES) return;
    put(&maker->second, 2u * measured >= FJ_STRIP_SAMPLES ? maker->sum / (float)measured : NAN);
    maker->sum = 0.0f;
    maker->samples = maker->missing = 0;
}

void fj_strip_push(fj_strip_maker *maker, float sample) {
    if (!maker) return;
    if (isfinite(sample)) {
        maker->sum += sample;
        maker->samples++;
    } else maker->missing++;
    end_sample(maker);
}

void fj_strip_lost(fj_strip_maker *maker, uint32_t samples) {
    const uint32_t most = FJ_STRIP_SAMPLES * FJ_STRIP_RATE_HZ;
    for (uint32_t i = 0; maker && i < (samples < most ? samples : most); i++) {
        maker->missing++;
        end_sample(maker);
    }
}

void fj_strip_close(fj_strip_maker *maker, float clock, fj_strip_second *out) {
    if (!maker || !out) return;
    *out = maker->second;
    out->rate_hz = (float)FJ_STRIP_RATE_HZ * clock;
    maker->second.count = 0;
}

static void append(fj_strip *strip, float point) {
    if (strip->count == FJ_STRIP_POINTS) {
        strip->count--;
        memmove(&strip->point[0], &strip->point[1], strip->count * sizeof strip->point[0]);
    }
    strip->point[strip->count++] = point;
}

void fj_strip_add(fj_strip *strip, const fj_strip_second *second) {
    if (!strip || !second) return;
    strip->rate_hz = second->rate_hz;
    const unsigned count = second->count <= FJ_STRIP_SECOND_POINTS_MAX ? second->count : FJ_STRIP_SECOND_POINTS_MAX;
    // What was lost came before what was measured since.
    for (unsigned i = count; count < FJ_STRIP_SECOND_POINTS_MIN && i < FJ_STRIP_RATE_HZ; i++) append(strip, NAN);
    for (unsigned i = 0; i < count; i++) append(strip, second->point[i]);
}
