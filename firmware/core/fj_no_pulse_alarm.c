#include "fj_no_pulse_alarm.h"

static unsigned count(uint64_t bits) {
    unsigned sum = 0;
    for (; bits; bits &= bits - 1) sum++;
    return sum;
}

static bool was_good(const fj_no_pulse_alarm *alarm) {
    const unsigned good = count(alarm->good);
    const bool has_moved = (alarm->moved & ((UINT64_C(1) << (FJ_NO_PULSE_STILL_S + 1u)) - 1u)) != 0;
    return good >= FJ_NO_PULSE_GOOD_S && good * 2 >= count(alarm->measured) && !has_moved;
}

/// Moves on to the record's second. Seconds without a record were not measured.
static void move_to(fj_no_pulse_alarm *alarm, uint64_t t_ms) {
    const uint64_t seconds = (t_ms - alarm->t_ms + 500u) / 1000u, kept = (UINT64_C(1) << FJ_NO_PULSE_HISTORY_S) - 1u;
    alarm->measured = seconds < FJ_NO_PULSE_HISTORY_S ? alarm->measured << seconds & kept : 0;
    alarm->good = seconds < FJ_NO_PULSE_HISTORY_S ? alarm->good << seconds & kept : 0;
    alarm->moved = seconds < FJ_NO_PULSE_HISTORY_S ? alarm->moved << seconds & kept : 0;
    alarm->t_ms = t_ms;
}

/// While the pulse vanishes the window still has some of it: those seconds are not good, and not many enough to matter.
static void remember(fj_no_pulse_alarm *alarm, const fj_record *record) {
    const fj_reason reason = record->pulse_reason;
    if (reason == FJ_REASON_SENSOR_OFF || reason == FJ_REASON_NO_SAMPLES || reason == FJ_REASON_SETTLING || reason == FJ_REASON_STARTING) return;
    alarm->measured |= 1u;
    if (reason == FJ_REASON_MOTION) alarm->moved |= 1u;
    if (record->value[FJ_VITAL_PERFUSION_INDEX] >= FJ_NO_PULSE_PERFUSION_MIN && record->value[FJ_VITAL_SIGNAL_QUALITY] >= FJ_NO_PULSE_QUALITY_MIN)
        alarm->good |= 1u;
}

static void begin(fj_no_pulse_alarm *alarm, uint64_t t_ms) {
    alarm->state = FJ_NO_PULSE_WAITING;
    alarm->since_ms = t_ms > FJ_NO_PULSE_BEFORE_MS ? t_ms - FJ_NO_PULSE_BEFORE_MS : 0;
    alarm->delay_ms = was_good(alarm) ? FJ_NO_PULSE_GOOD_MS : FJ_NO_PULSE_POOR_MS;
}

static void end(fj_no_pulse_alarm *alarm) {
    alarm->state = FJ_NO_PULSE_QUIET;
    alarm->back = 0;
}

void fj_no_pulse_alarm_pass(fj_no_pulse_alarm *alarm, const fj_record *record) {
    if (!alarm || !record) return;
    move_to(alarm, record->t_ms);
    const fj_reason reason = record->pulse_reason;
    const bool is_none = reason == FJ_REASON_NO_PULSE;
    const bool is_there = record->value[FJ_VITAL_HEART_RATE] != FJ_RECORD_ABSENT || reason == FJ_REASON_LOW_PERFUSION;
    if (is_none && alarm->state == FJ_NO_PULSE_QUIET) begin(alarm, record->t_ms);
    switch (alarm->state) {
    case FJ_NO_PULSE_QUIET: remember(alarm, record); break;
    case FJ_NO_PULSE_WAITING:
        // A sensor that gives nothing says nothing of the pulse.
        if (!is_none && reason != FJ_REASON_NO_SAMPLES) end(alarm);
        else if (is_none && record->t_ms - alarm->since_ms >= alarm->delay_ms && record->t_ms >= alarm->held_until_ms)
            alarm->state = FJ_NO_PULSE_RAISED;
        break;
    case FJ_NO_PULSE_RAISED:
        alarm->back = (uint8_t)(is_none ? 0 : alarm->back + is_there);
        if (alarm->back >= FJ_NO_PULSE_BACK) end(alarm);
        break;
    }
    alarm->is_off = reason == FJ_REASON_SENSOR_OFF;
}

void fj_no_pulse_alarm_hold(fj_no_pulse_alarm *alarm, uint64_t until_ms) {
    if (alarm) alarm->held_until_ms = until_ms;
}

void fj_no_pulse_alarm_pressed(fj_no_pulse_alarm *alarm) {
    if (alarm && alarm->state == FJ_NO_PULSE_RAISED && alarm->is_off) end(alarm);
}
