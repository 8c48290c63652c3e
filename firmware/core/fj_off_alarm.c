#include "fj_off_alarm.h"

void fj_off_alarm_pass(fj_off_alarm *alarm, const fj_record *record) {
    if (!alarm || !record || record->pulse_reason == FJ_REASON_NO_SAMPLES) return;
    const bool is_on = record->pulse_reason != FJ_REASON_SENSOR_OFF;
    if (is_on != alarm->is_on || record->t_ms < alarm->since_ms) alarm->since_ms = record->t_ms;
    alarm->is_on = is_on;
    const uint64_t for_ms = record->t_ms - alarm->since_ms;
    switch (alarm->state) {
    case FJ_OFF_ALARM_UNWORN:
        if (is_on && for_ms >= FJ_OFF_ALARM_WORN_MS) alarm->state = FJ_OFF_ALARM_WORN;
        break;
    case FJ_OFF_ALARM_WORN:
        if (!is_on) alarm->state = FJ_OFF_ALARM_WAITING;
        break;
    case FJ_OFF_ALARM_WAITING:
    case FJ_OFF_ALARM_RAISED:
        if (is_on) alarm->state = FJ_OFF_ALARM_WORN;
        else if (for_ms >= FJ_OFF_ALARM_DELAY_MS) alarm->state = FJ_OFF_ALARM_RAISED;
        break;
    }
}

void fj_off_alarm_pressed(fj_off_alarm *alarm) {
    if (alarm && alarm->state == FJ_OFF_ALARM_RAISED) alarm->state = FJ_OFF_ALARM_UNWORN;
}
