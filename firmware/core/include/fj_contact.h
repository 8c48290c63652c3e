// Is the sensor on a finger? Decided by the infrared level per LED current alone. Perfusion has no say: a patient in cardiac arrest has none.
#ifndef FJ_CONTACT_H
#define FJ_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

/// This part of a second's samples, one in so many, may say anything: one bad sample is one bad sample.
#define FJ_CONTACT_OUTLIERS 20u
/// So many seconds in a row must agree before the sensor is off, or saturated; and before it is on.
#define FJ_CONTACT_OFF_S 3u
#define FJ_CONTACT_ON_S 2u
/// A hand that takes the sensor away: the level loses this part of itself within two seconds, ...
#define FJ_CONTACT_SUDDEN_FALL 0.5f
/// ... and at least this part of what it usually is. A slow fall reaches low levels too, where small steps are large parts.
#define FJ_CONTACT_SUDDEN_PART 0.2f
/// How quickly the usual level follows: its time constant (s).
#define FJ_CONTACT_USUAL_S 64.0f

typedef enum fj_contact_state {
    FJ_CONTACT_UNKNOWN,  // no second was seen yet: the first one decides
    FJ_CONTACT_OFF,
    FJ_CONTACT_ON,
    FJ_CONTACT_SATURATED,  // the converter is at its end
} fj_contact_state;

/// What the samples of one second were.
typedef struct fj_contact_second {
    uint32_t samples;
    uint32_t under_off, under_on;  // samples under either limit of the hysteresis
    uint32_t saturated;
    float level;  // their mean, per LED current
} fj_contact_second;

/// Zeroed is FJ_CONTACT_UNKNOWN. Private, except the state and `fell_suddenly`.
typedef struct fj_contact {
    fj_contact_state state;
    bool fell_suddenly;  // since the level was last high enough: somebody took the sensor away
    fj_contact_state candidate;
    uint8_t agreed;   // seconds in a row that said `candidate`
    float before[2];  // the levels of the last two seconds, the newest first; 0: none
    float usual;
} fj_contact;

/// Takes a second in. True: the second itself shows a finger and can be measured, whatever the state is.
bool fj_contact_next(fj_contact *contact, const fj_contact_second *second);

#endif
