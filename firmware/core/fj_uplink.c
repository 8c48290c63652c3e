#include "fj_uplink.h"

fj_error fj_uplink_init(fj_uplink *uplink, fj_store *store, fj_clock *clock, fj_random random, uint64_t now_ms) {
    if (!uplink || !store || !clock || store->clock != clock || !random.next) return FJ_ERROR_ARGUMENT;
    *uplink = (fj_uplink){
        .store = store,
        .clock = clock,
        .device = {.battery = FJ_REPORT_UNKNOWN, .rssi = FJ_REPORT_UNKNOWN},
    };
    return fj_sender_init(&uplink->sender, random, now_ms);
}

fj_error fj_uplink_describe(fj_uplink *uplink, const fj_uplink_device *device) {
    if (!uplink || !device) return FJ_ERROR_ARGUMENT;
    uplink->device = *device;
    return FJ_OK;
}

/// A strip of the signal, where the second has changed an alarm.
static void keep_trace(fj_uplink *uplink, const fj_trace_levels *before, const fj_record *record) {
    uint8_t begun, ended;
    const fj_trace_levels after = fj_trace_levels_of(&uplink->alarm);
    fj_trace_compare(before, &after, &begun, &ended);
    fj_trace trace;
    if ((begun | ended) == 0 || fj_trace_pack(&uplink->strip, &trace) != FJ_OK) return;
    trace.t_ms = record->t_ms;
    trace.utc_ms = record->utc_ms;
    trace.begun = begun;
    trace.ended = ended;
    fj_traces_keep(&uplink->traces, &trace);
}

fj_error fj_uplink_measured(fj_uplink *uplink, const fj_second *second, uint64_t now_ms) {
    if (!uplink || !second) return FJ_ERROR_ARGUMENT;
    uint64_t utc_ms;
    if (fj_clock_utc(uplink->clock, second->vitals.t_ms, &utc_ms) != FJ_OK) utc_ms = 0;
    fj_record record;
    fj_error error = fj_record_make(second, uplink->store->boot, ++uplink->record_sequence, utc_ms, &record);
    if (error != FJ_OK) return error;
    const bool finger_off = record.pulse_reason == FJ_REASON_SENSOR_OFF, skin_off = record.skin_reason == FJ_REASON_SENSOR_OFF;
    uplink->detached = (finger_off ? 1u << FJ_VITAL_SPO2 | 1u << FJ_VITAL_HEART_RATE : 0u) | (skin_off ? 1u << FJ_VITAL_TEMPERATURE : 0u);
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) uplink->reason[i] = fj_record_reason(&record, (fj_vital)i);
    uplink->is_inverted = second->vitals.is_inverted;
    fj_strip_add(&uplink->strip, &second->strip);
    const fj_trace_levels before = fj_trace_levels_of(&uplink->alarm);
    fj_alarm_pass(&uplink->alarm, &uplink->rules, &record);
    keep_trace(uplink, &before, &record);
    error = fj_store_keep(uplink->store, &record);
    fj_store_spill(uplink->store, now_ms);
    return error;
}

/// Puts as many records into the report as there are, fit, and are wanted.
static void fill(fj_uplink *uplink, fj_report *report, const fj_send_action *action, uint64_t now_ms) {
    const bool live = action->kind == FJ_SEND_LIVE;
    fj_store_begin(uplink->store, live);
    if (live && !uplink->clock->known && !uplink->has_greeted) return;
    fj_record record;
    while (report->records < action->records_max && fj_store_next(uplink->store, &record) == FJ_OK) {
        if (fj_report_add(report, &record, now_ms) != FJ_OK) return;
        fj_store_take(uplink->store);
    }
}

static fj_report_state describe(fj_uplink *uplink, uint64_t now_ms) {
    const fj_uplink_device *device = &uplink->device;
    const uint32_t lost = fj_store_lost(uplink->store);
    fj_report_state state = {
        .battery = device->battery,
        .rssi = device->rssi,
        .firmware = device->firmware,
        .boot = uplink->store->boot,
        .sequence = ++uplink->report_sequence,
        .has_details = uplink->report_sequence % FJ_UPLINK_DETAILS_EVERY == 1 || lost != uplink->lost_told,
        .reset_reason = device->reset_reason,
        .free_heap = device->free_heap,
        .dropped = lost,
        .has_curve = device->has_curve,
        .curve = device->curve,
        .is_inverted = uplink->is_inverted,
        .detached = uplink->detached,
        .rules_version = uplink->rules.version,
    };
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) state.reason[i] = uplink->reason[i];
    if (fj_clock_utc(uplink->clock, now_ms, &state.utc_ms) != FJ_OK) state.utc_ms = 0;
    if (state.has_details) uplink->lost_told = lost;
    state.trace = fj_traces_send(&uplink->traces, uplink->clock);
    if (!state.trace) return state;
    state.trace_age_ms = now_ms - state.trace->t_ms;
    return state;
}

fj_send_action fj_uplink_next(fj_uplink *uplink, uint64_t now_ms, char *body, size_t capacity, size_t *length) {
    const fj_send_action wait = {.kind = FJ_SEND_WAIT, .until_ms = UINT64_MAX};
    fj_report report;
    if (!uplink || !length || fj_report_begin(&report, body, capacity) != FJ_OK) return wait;
    fj_store *store = uplink->store;
    const bool idle = uplink->sender.on_the_way == FJ_SEND_WAIT;
    const fj_send_action action = fj_sender_next(
        &uplink->sender, now_ms, fj_store_has_live(store, now_ms), idle && fj_store_has_backlog(store, now_ms));
    if (action.kind == FJ_SEND_ABORT) {
        fj_store_settle(store, FJ_VERDICT_KEEP);
        fj_traces_settle(&uplink->traces, false);
    }
    if (action.kind != FJ_SEND_LIVE && action.kind != FJ_SEND_BATCH) return action;
    fill(uplink, &report, &action, now_ms);
    const fj_report_state state = describe(uplink, now_ms);
    fj_report_end(&report, &state, length);
    uplink->sent_ms = now_ms;
    uplink->sent_readings = report.readings;
    uplink->sent_records = report.records;
    return action;
}

bool fj_uplink_answered(fj_uplink *uplink, uint64_t now_ms, uint16_t status, uint32_t retry_after_s, const char *body, size_t length) {
    if (!uplink || uplink->sender.on_the_way == FJ_SEND_WAIT) return false;
    fj_answer answer;
    fj_outcome outcome = {.status = status, .retry_after_s = retry_after_s};
    outcome.is_ours = status >= 200 && status < 300 && fj_answer_parse(body, length, &answer) == FJ_OK;
    outcome.is_counted = outcome.is_ours && (uint64_t)answer.received + answer.rejected == uplink->sent_readings;
    const fj_verdict verdict = fj_sender_answered(&uplink->sender, now_ms, &outcome, uplink->sent_records);
    fj_store_settle(uplink->store, verdict);
    // Where nobody wears the device there is no alert for it.
    fj_traces_settle(&uplink->traces, verdict != FJ_VERDICT_KEEP || status == 409);
    if (!outcome.is_ours) return false;
    fj_no_pulse_alarm_hold(&uplink->alarm.no_pulse, now_ms + answer.cuff_ms);
    if (answer.has_time) fj_clock_server(uplink->clock, uplink->sent_ms, now_ms, answer.server_utc_ms);
    if (verdict == FJ_VERDICT_DELIVERED) {
        uplink->has_greeted = true;
        uplink->rejected += answer.rejected;
    }
    if (!answer.has_rules) return false;
    uplink->rules = answer.rules;
    return true;
}

void fj_uplink_pressed(fj_uplink *uplink) {
    if (uplink) fj_alarm_pressed(&uplink->alarm);
}

fj_alarm_level fj_uplink_alarm(const fj_uplink *uplink, uint64_t now_ms) {
    return uplink ? fj_alarm_level_at(&uplink->alarm, now_ms, uplink->sender.accepted_ms) : FJ_ALARM_NONE;
}
