// The alarm at the bedside: the server's rules on the newest values and a finger sensor that came off, for the time in which the server cannot raise one;
// and a missing pulse, always.
#ifndef FJ_ALARM_H
#define FJ_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_no_pulse_alarm.h"
#include "fj_off_alarm.h"
#include "fj_record.h"

/// Every vital, either side, both priorities.
#define FJ_RULES_MAX (2u * FJ_VITAL_COUNT * 2u)
/// The longest delay that a rule may have (ms), and the greatest limit and hysteresis (hundredths).
#define FJ_RULE_DELAY_MAX_MS 300000u
#define FJ_RULE_LIMIT_MAX 32000
/// Without an accepted report for so long, the server is out of reach (ms): no longer than its own `signal_perdu` takes to tell the ward.
#define FJ_ALARM_OUT_OF_REACH_MS 15000u

typedef enum fj_side { FJ_SIDE_LOW, FJ_SIDE_HIGH, FJ_ALARM_SIDES } fj_side;

/// What the LED and the buzzer show.
typedef enum fj_alarm_level { FJ_ALARM_NONE, FJ_ALARM_WARNING, FJ_ALARM_ERROR, FJ_ALARM_LEVELS } fj_alarm_level;

typedef struct fj_rule {
    uint8_t vital, side, level;  // fj_vital, fj_side, FJ_ALARM_WARNING or FJ_ALARM_ERROR
    uint8_t includes_limit;      // 1: the limit itself violates; no bool, because memory may hold anything
    int16_t limit, hysteresis;   // hundredths of the vital's unit
    uint32_t delay_ms;
} fj_rule;

/// The rules that hold for the patient. The caller keeps them over a restart as they are in memory, with fj_rules_check after loading.
typedef struct fj_rules {
    uint32_t version;  // the server's; 0: none were ever received
    uint32_t count;
    fj_rule rule[FJ_RULES_MAX];
} fj_rules;

/// Where one vital stands on one side. `since_ms` counts only where `running`.
typedef struct fj_condition {
    bool running[FJ_ALARM_LEVELS];
    uint64_t since_ms[FJ_ALARM_LEVELS];
    fj_alarm_level raised;
} fj_condition;

/// Zeroed is quiet. Private.
typedef struct fj_alarm {
    fj_condition condition[FJ_VITAL_COUNT][FJ_ALARM_SIDES];
    fj_no_pulse_alarm no_pulse;
    fj_off_alarm off;
} fj_alarm;

/// FJ_ERROR_FORMAT: not rules (a memory of another version, or spoiled).
fj_error fj_rules_check(const fj_rules *rules);

/// Lets a record pass; to be called for every one, so that delays run already when the server goes away. The server's own rule (`AlarmCondition`
/// of Sources/Clinical): raised once violating values span the delay, a single one inside the limit begins anew; ended by a value
/// inside every limit by its hysteresis. An absent value changes nothing: a sensor that falls off ends no alarm.
fj_error fj_alarm_pass(fj_alarm *alarm, const fj_rules *rules, const fj_record *record);

/// Somebody pressed the device's button.
void fj_alarm_pressed(fj_alarm *alarm);

/// FJ_ALARM_ERROR for a missing pulse. Else the worst that is raised, FJ_ALARM_WARNING for a sensor that came off among it, if no report was accepted for
/// FJ_ALARM_OUT_OF_REACH_MS; else the server alarms and this is FJ_ALARM_NONE.
fj_alarm_level fj_alarm_level_at(const fj_alarm *alarm, uint64_t now_ms, uint64_t accepted_ms);

#endif
