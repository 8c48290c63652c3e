// The bedside alarm for a finger sensor that came off: for the time in which the server cannot say so.
#ifndef FJ_OFF_ALARM_H
#define FJ_OFF_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_record.h"

/// A patient wears the sensor once it was on for so long (ms): a hand that tries it does not.
#define FJ_OFF_ALARM_WORN_MS 10000u
/// Off for so long is an alarm (ms): somebody who turns it on the finger takes less.
#define FJ_OFF_ALARM_DELAY_MS 10000u

typedef enum fj_off_alarm_state {
    FJ_OFF_ALARM_UNWORN,  // nobody wears the sensor, and nobody is missing
    FJ_OFF_ALARM_WORN,
    FJ_OFF_ALARM_WAITING,  // off, but not for long enough
    FJ_OFF_ALARM_RAISED,
} fj_off_alarm_state;

/// Zeroed is unworn. Private, except the state.
typedef struct fj_off_alarm {
    fj_off_alarm_state state;
    bool is_on;         // in the last record that says so
    uint64_t since_ms;  // of `is_on`
} fj_off_alarm;

/// Takes a record in; to be called for every one. A sensor that gives nothing changes nothing.
void fj_off_alarm_pass(fj_off_alarm *alarm, const fj_record *record);

/// Somebody pressed the button: it was meant to come off.
void fj_off_alarm_pressed(fj_off_alarm *alarm);

#endif
