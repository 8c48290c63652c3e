#include "fj_alarm.h"

fj_error fj_rules_check(const fj_rules *rules) {
    if (!rules) return FJ_ERROR_ARGUMENT;
    if (rules->count > FJ_RULES_MAX) return FJ_ERROR_FORMAT;
    for (uint32_t i = 0; i < rules->count; i++) {
        const fj_rule *rule = &rules->rule[i];
        const bool known = rule->vital < FJ_VITAL_COUNT && rule->side < FJ_ALARM_SIDES
            && (rule->level == FJ_ALARM_WARNING || rule->level == FJ_ALARM_ERROR) && rule->includes_limit <= 1;
        const bool sane = rule->delay_ms <= FJ_RULE_DELAY_MAX_MS && rule->hysteresis >= 0 && rule->hysteresis <= FJ_RULE_LIMIT_MAX
            && rule->limit >= -FJ_RULE_LIMIT_MAX && rule->limit <= FJ_RULE_LIMIT_MAX;
        if (!known || !sane) return FJ_ERROR_FORMAT;
    }
    return FJ_OK;
}

/// `inside`: how far the limit is moved inwards.
static bool is_violated(const fj_rule *rule, int32_t value, int32_t inside) {
    if (rule->side == FJ_SIDE_LOW) {
        const int32_t limit = rule->limit + inside;
        return rule->includes_limit ? value <= limit : value < limit;
    }
    const int32_t limit = rule->limit - inside;
    return rule->includes_limit ? value >= limit : value > limit;
}

static void pass(fj_condition *condition, const fj_rules *rules, unsigned vital, unsigned side, const fj_record *record) {
    const int16_t value = record->value[vital];
    fj_alarm_level reached = FJ_ALARM_NONE;
    bool running[FJ_ALARM_LEVELS] = {false}, held = false;
    for (uint32_t i = 0; i < rules->count; i++) {
        const fj_rule *rule = &rules->rule[i];
        if (rule->vital != vital || rule->side != side) continue;
        held = held || is_violated(rule, value, rule->hysteresis);
        if (!is_violated(rule, value, 0)) continue;
        if (!condition->running[rule->level]) condition->since_ms[rule->level] = record->t_ms;
        condition->running[rule->level] = running[rule->level] = true;
        if (record->t_ms - condition->since_ms[rule->level] >= rule->delay_ms && rule->level > reached) reached = (fj_alarm_level)rule->level;
    }
    for (unsigned level = 0; level < FJ_ALARM_LEVELS; level++) condition->running[level] = running[level];
    if (reached > condition->raised) condition->raised = reached;
    else if (!held) condition->raised = FJ_ALARM_NONE;
}

fj_error fj_alarm_pass(fj_alarm *alarm, const fj_rules *rules, const fj_record *record) {
    if (!alarm || !record) return FJ_ERROR_ARGUMENT;
    // Need no rules.
    fj_no_pulse_alarm_pass(&alarm->no_pulse, record);
    fj_off_alarm_pass(&alarm->off, record);
    if (fj_rules_check(rules) != FJ_OK) return FJ_ERROR_ARGUMENT;
    for (unsigned vital = 0; vital < FJ_VITAL_COUNT; vital++) {
        if (record->value[vital] == FJ_RECORD_ABSENT) continue;
        for (unsigned side = 0; side < FJ_ALARM_SIDES; side++) pass(&alarm->condition[vital][side], rules, vital, side, record);
    }
    return FJ_OK;
}

void fj_alarm_pressed(fj_alarm *alarm) {
    if (!alarm) return;
    fj_no_pulse_alarm_pressed(&alarm->no_pulse);
    fj_off_alarm_pressed(&alarm->off);
}

fj_alarm_level fj_alarm_level_at(const fj_alarm *alarm, uint64_t now_ms, uint64_t accepted_ms) {
    if (!alarm) return FJ_ALARM_NONE;
    if (alarm->no_pulse.state == FJ_NO_PULSE_RAISED) return FJ_ALARM_ERROR;
    if (now_ms < accepted_ms || now_ms - accepted_ms < FJ_ALARM_OUT_OF_REACH_MS) return FJ_ALARM_NONE;
    fj_alarm_level worst = alarm->off.state == FJ_OFF_ALARM_RAISED ? FJ_ALARM_WARNING : FJ_ALARM_NONE;
    for (unsigned vital = 0; vital < FJ_VITAL_COUNT; vital++)
        for (unsigned side = 0; side < FJ_ALARM_SIDES; side++)
            if (alarm->condition[vital][side].raised > worst) worst = alarm->condition[vital][side].raised;
    return worst;
}
