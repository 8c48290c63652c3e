// What the device shows at the bedside: a green and a red LED and a buzzer. Each meaning has a rhythm of its own, so that colour is never alone.
#ifndef FJ_INDICATOR_H
#define FJ_INDICATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_alarm.h"

/// A step of a rhythm (ms).
#define FJ_INDICATOR_STEP_MS 100u
/// How long a press of the button silences the buzzer (ms); something worse sounds all the same.
#define FJ_INDICATOR_PAUSE_MS 120000u

/// From the least to the most important: the most important one that holds is shown.
typedef enum fj_indication {
    FJ_INDICATION_STARTING,         // just switched on: nothing is known yet
    FJ_INDICATION_RUNNING,          // measuring, and the server takes the reports
    FJ_INDICATION_NOT_WORN,         // measuring works, but the finger sensor is off
    FJ_INDICATION_LOW_BATTERY,      // under FJ_BATTERY_LOW_PERCENT
    FJ_INDICATION_OFFLINE,          // the server is out of reach: everything is kept
    FJ_INDICATION_SENSOR_FAULT,     // a sensor does not answer
    FJ_INDICATION_SET_UP,           // waits for Wi-Fi, server and key
    FJ_INDICATION_FAULT,            // cannot work: no certificate to trust, or its own memory fails
    FJ_INDICATION_BATTERY_OFFLINE,  // a patient wears it, the server is out of reach, and the battery is low: nobody else can say so
    FJ_INDICATION_WARNING,          // bedside alarm of medium priority, while the server is out of reach
    FJ_INDICATION_ERROR,            // bedside alarm of high priority
    FJ_INDICATION_RESET,            // the button is held: letting go now changes nothing, holding on erases the set-up
    FJ_INDICATION_COUNT,
} fj_indication;

/// What is known of the device.
typedef struct fj_device_state {
    bool is_known;  // something was measured, or tried
    bool is_set_up, is_faulty, sensors_answer, is_worn, is_online, battery_is_low, is_resetting;
    fj_alarm_level alarm;
} fj_device_state;

typedef struct fj_lamps {
    bool green, red, buzzer;
} fj_lamps;

/// Zeroed is starting. Private.
typedef struct fj_indicator {
    fj_indication shown;
    uint64_t since_ms, paused_until_ms;
    fj_indication paused;
} fj_indicator;

/// Which one is shown.
fj_indication fj_indication_of(const fj_device_state *state);

/// Shows an indication from now on; its rhythm begins anew only if it is another one. `now_ms` is monotonic here and below.
void fj_indicator_show(fj_indicator *indicator, fj_indication indication, uint64_t now_ms);

/// Somebody pressed the button: the alarm that sounds is silent for FJ_INDICATOR_PAUSE_MS, while its light goes on.
void fj_indicator_pause(fj_indicator *indicator, uint64_t now_ms);

/// The lamps' state now.
fj_lamps fj_indicator_lamps(const fj_indicator *indicator, uint64_t now_ms);

#endif
