// The bedside alarm for a pulse that vanished under a worn sensor, with and without a server: records in, state out.
#ifndef FJ_NO_PULSE_ALARM_H
#define FJ_NO_PULSE_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_record.h"

/// No pulse for so long is an alarm (ms): where the signal was good before, and where it was not and may have been lost for less.
#define FJ_NO_PULSE_GOOD_MS 10000u
#define FJ_NO_PULSE_POOR_MS 30000u
/// FJ_REASON_NO_PULSE itself comes after so long without a pulse (ms), which count.
#define FJ_NO_PULSE_BEFORE_MS (1000u * FJ_PULSE_WATCH_GONE_S)
/// A second was good with so much perfusion and quality (hundredths of a percent).
#define FJ_NO_PULSE_PERFUSION_MIN 30
#define FJ_NO_PULSE_QUALITY_MIN 5000
/// The signal was good if, of the last FJ_NO_PULSE_HISTORY_S seconds that were measured, half were, and at least FJ_NO_PULSE_GOOD_S.
#define FJ_NO_PULSE_HISTORY_S 60u
#define FJ_NO_PULSE_GOOD_S 10u
/// And nothing moved in so many seconds before: a finger that slips out loses its pulse, too.
#define FJ_NO_PULSE_STILL_S 5u
/// The pulse is back after so many records that have one, be it too weak to measure, and none between them that has none.
#define FJ_NO_PULSE_BACK 3u

typedef enum fj_no_pulse_state {
    FJ_NO_PULSE_QUIET,
    FJ_NO_PULSE_WAITING,  // there is none, but not for long enough
    FJ_NO_PULSE_RAISED,
} fj_no_pulse_state;

/// Zeroed is quiet. Private, except the state.
typedef struct fj_no_pulse_alarm {
    fj_no_pulse_state state;
    uint64_t measured, good, moved;  // a bit for each of the last seconds, the newest lowest
    uint64_t t_ms;                   // of the last record
    uint64_t since_ms;               // when the pulse was last there
    uint64_t held_until_ms;          // a cuff stops it until then
    uint32_t delay_ms;
    uint8_t back;
    bool is_off;  // the sensor, in the last record
} fj_no_pulse_alarm;

/// Takes a record in; to be called for every one.
void fj_no_pulse_alarm_pass(fj_no_pulse_alarm *alarm, const fj_record *record);

/// The server's word, with every answer: a cuff on the same arm stops the pulse until then, as somebody said at the bedside. Nothing is raised meanwhile; what is
/// raised stays. A time that is over: no cuff does.
void fj_no_pulse_alarm_hold(fj_no_pulse_alarm *alarm, uint64_t until_ms);

/// Somebody pressed the button: ends the alarm if the sensor was taken off, because nothing else could. Under a worn sensor only a pulse does.
void fj_no_pulse_alarm_pressed(fj_no_pulse_alarm *alarm);

#endif
