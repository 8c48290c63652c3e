// Whether there is a pulse under a worn sensor: a second in, a state out. A pulse that vanishes is told from one that is too weak to measure, from a
// sensor that is off, and from a sensor that never saw a pulse. No clock, no samples.
#ifndef FJ_PULSE_WATCH_H
#define FJ_PULSE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/// A second is quiet if its strongest rise is under this part of those of the pulse before.
#define FJ_PULSE_WATCH_QUIET 0.25f
/// The same for a second whose rate comes from a wave as smooth as breath.
#define FJ_PULSE_WATCH_QUIET_BREATH 0.6f
/// No second is quiet that swings by so much of the level and is not as smooth as breath, however strong the pulse was before: it can be measured, ...
#define FJ_PULSE_WATCH_SWING 0.002f
/// ... unless the rises of the pulse were more than this part of the level: no finger's are, so the recording has not its whole level.
#define FJ_PULSE_WATCH_RISE_MAX 0.1f
/// So many quiet seconds in a row are no pulse.
#define FJ_PULSE_WATCH_GONE_S 5u
/// The seconds that the watch looks back.
#define FJ_PULSE_WATCH_LONG_S 8u
/// The level of a quiet second differs from the one before by less than this part: else somebody moves the sensor.
#define FJ_PULSE_WATCH_STEADY 0.15f
/// While all is quiet nothing slower than this is a pulse (bpm): a ventilator goes on, and with some noise its breath looks like beats.
#define FJ_PULSE_WATCH_SLOW_BPM 45.0f
/// Seconds in a row that must show a pulse before it is back, and a weak one, which chance and breath resemble more; and before a weak one is one.
#define FJ_PULSE_WATCH_BACK_S 3u
#define FJ_PULSE_WATCH_WEAK_BACK_S 8u
#define FJ_PULSE_WATCH_WEAK_S 2u
/// A weak pulse has the same rate from second to second, within this part of it: chance has not.
#define FJ_PULSE_WATCH_AGREEMENT 0.1f
/// The last valid pulse may be so old (ms): after that nobody knows what a missing one means.
#define FJ_PULSE_WATCH_MEMORY_MS 600000u
/// A slow fall of the level so soon after the pulse vanished (ms) is the blood that leaves the finger, not a sensor that is taken off.
#define FJ_PULSE_WATCH_FALL_MS 60000u

typedef enum fj_pulse_state {
    FJ_PULSE_OFF,       // the sensor is off
    FJ_PULSE_STARTING,  // on, and no pulse was seen since it was put on
    FJ_PULSE_PRESENT,   // there is one, or was until less than FJ_PULSE_WATCH_GONE_S ago
    FJ_PULSE_WEAK,      // one too weak to measure
    FJ_PULSE_NONE,      // there was one, and there is none
} fj_pulse_state;

/// What one second showed.
typedef struct fj_pulse_second {
    uint64_t t_ms;
    bool is_on;          // the sensor; false: the level is under the limit for several seconds
    bool fell_suddenly;  // and it got there at once
    bool is_measured;    // false: no window of signal, so nothing is known of the rest
    float level;         // per LED current; 0: not known
    float strength;      // the strongest rise over 0.1 s, in a unit that does not change with the LED current
    float swing;         // peak to peak, in the same unit
    float rate_bpm;      // a rate that is good enough to be given; 0: none
    bool is_smooth;      // as breath
    float weak_bpm;      // the rate of what repeats itself, however weakly; 0: nothing does
} fj_pulse_second;

/// Zeroed is FJ_PULSE_OFF. Private, except the state.
typedef struct fj_pulse_watch {
    fj_pulse_state state;
    float reference;     // the strength of the valid pulse, falling quickly, rising slowly; 0: none yet
    float strongest[2];  // of the two seconds before: a slow heart does not beat in each
    float level_before, weak_before_bpm;
    uint64_t pulse_ms, none_since_ms;
    uint8_t quiet;           // a bit for each of the last seconds, the newest lowest
    uint8_t back_s, weak_s;  // seconds in a row that showed a pulse, a weak one
    bool is_fall_of_none;    // FJ_PULSE_NONE goes on although the level is under the limit
} fj_pulse_watch;

/// None of the last FJ_PULSE_WATCH_LONG_S seconds showed a pulse as strong as before.
bool fj_pulse_watch_is_quiet(const fj_pulse_watch *watch);

/// Takes a second in and answers the state.
fj_pulse_state fj_pulse_watch_next(fj_pulse_watch *watch, const fj_pulse_second *second);

#endif
