// The infrared light of the last seconds, thinned out, for eyes: what people look at to tell a pulse from an artefact.
#ifndef FJ_STRIP_H
#define FJ_STRIP_H

#include <stdbool.h>
#include <stdint.h>

/// So many samples of the chip are one point: 25 a second.
#define FJ_STRIP_SAMPLES 4u
#define FJ_STRIP_RATE_HZ 25u
#define FJ_STRIP_SECONDS 8u
#define FJ_STRIP_POINTS (FJ_STRIP_SECONDS * FJ_STRIP_RATE_HZ)
/// A second brings 25 points, give or take a FIFO that was read early or late. Beyond this the oldest go.
#define FJ_STRIP_SECOND_POINTS_MAX 32u
/// A second with fewer lost some: it is filled up with missing ones, so that the time axis stays right.
#define FJ_STRIP_SECOND_POINTS_MIN 18u

/// What one second adds. A missing point is NaN.
typedef struct fj_strip_second {
    float rate_hz;  // what the chip's clock makes of FJ_STRIP_RATE_HZ
    uint8_t count;
    float point[FJ_STRIP_SECOND_POINTS_MAX];  // counts per mA of the LED
} fj_strip_second;

/// Makes points of samples. Zeroed is empty. Private.
typedef struct fj_strip_maker {
    fj_strip_second second;  // under way
    float sum;
    uint8_t samples, missing;  // of the point under way
} fj_strip_maker;

/// A sample, in counts per mA; one that is not a finite number is missing.
void fj_strip_push(fj_strip_maker *maker, float sample);

/// So many samples are missing. More than a second's count as a second's.
void fj_strip_lost(fj_strip_maker *maker, uint32_t samples);

/// Closes the second: what it added, and what comes next is the next one's. `clock`: the chip's real rate, in parts of the nominal one.
void fj_strip_close(fj_strip_maker *maker, float clock, fj_strip_second *out);

/// The last seconds, oldest first. Zeroed is empty. Private to fj_strip.c and fj_trace.c.
typedef struct fj_strip {
    float rate_hz;
    uint16_t count;
    float point[FJ_STRIP_POINTS];
} fj_strip;

/// Adds a second; the oldest points leave.
void fj_strip_add(fj_strip *strip, const fj_strip_second *second);

#endif
