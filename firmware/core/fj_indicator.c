#include "fj_indicator.h"

#include <string.h>

/// One character a step: . dark, g green, r red, b both, R red with buzzer. Each differs from the others in black and white, too. The alarms'
/// follow the ideas of IEC 60601-1-8: high priority comes in bursts of 3 + 2 pulses, twice, then rests; medium in one of three; a buzzer of
/// one pitch cannot do more.
static const char *const rhythm[FJ_INDICATION_COUNT] = {
    [FJ_INDICATION_STARTING] = "b",
    [FJ_INDICATION_RUNNING] = "g...................",
    [FJ_INDICATION_NOT_WORN] = "g.g.................",
    [FJ_INDICATION_LOW_BATTERY] = "g....r..............",
    [FJ_INDICATION_OFFLINE] = "ggggg.rrrrr.",
    [FJ_INDICATION_SENSOR_FAULT] = "r.r.r...............",
    [FJ_INDICATION_SET_UP] = "gggggg......",
    [FJ_INDICATION_FAULT] = "r",
    [FJ_INDICATION_BATTERY_OFFLINE] = "RR.....ggggg.rrrrr.ggggg.rrrrr.........................................",
    [FJ_INDICATION_WARNING] = "RR..RR..RR.............................r..r..r..",
    [FJ_INDICATION_ERROR] = "R.R.R...R.R.......R.R.R...R.R.......r.r.r.r.r.r.r.r.r.r.r.r.r.r.",
    [FJ_INDICATION_RESET] = "r.g.",
};

fj_indication fj_indication_of(const fj_device_state *state) {
    if (!state) return FJ_INDICATION_FAULT;
    if (state->is_resetting) return FJ_INDICATION_RESET;
    if (state->alarm == FJ_ALARM_ERROR) return FJ_INDICATION_ERROR;
    if (state->alarm == FJ_ALARM_WARNING) return FJ_INDICATION_WARNING;
    if (state->is_known && state->is_worn && !state->is_online && state->battery_is_low) return FJ_INDICATION_BATTERY_OFFLINE;
    if (state->is_faulty) return FJ_INDICATION_FAULT;
    if (!state->is_known) return FJ_INDICATION_STARTING;
    if (!state->is_set_up) return FJ_INDICATION_SET_UP;
    if (!state->sensors_answer) return FJ_INDICATION_SENSOR_FAULT;
    if (!state->is_online) return FJ_INDICATION_OFFLINE;
    if (state->battery_is_low) return FJ_INDICATION_LOW_BATTERY;
    return state->is_worn ? FJ_INDICATION_RUNNING : FJ_INDICATION_NOT_WORN;
}

void fj_indicator_show(fj_indicator *indicator, fj_indication indication, uint64_t now_ms) {
    if (!indicator || (unsigned)indication >= FJ_INDICATION_COUNT || indication == indicator->shown) return;
    indicator->shown = indication;
    indicator->since_ms = now_ms;
}

void fj_indicator_pause(fj_indicator *indicator, uint64_t now_ms) {
    if (!indicator || !strchr(rhythm[indicator->shown], 'R')) return;
    indicator->paused = indicator->shown;
    indicator->paused_until_ms = now_ms + FJ_INDICATOR_PAUSE_MS;
}

fj_lamps fj_indicator_lamps(const fj_indicator *indicator, uint64_t now_ms) {
    if (!indicator || (unsigned)indicator->shown >= FJ_INDICATION_COUNT || now_ms < indicator->since_ms) return (fj_lamps){0};
    const char *steps = rhythm[indicator->shown];
    const char step = steps[(now_ms - indicator->since_ms) / FJ_INDICATOR_STEP_MS % strlen(steps)];
    const bool is_paused = now_ms < indicator->paused_until_ms && indicator->shown <= indicator->paused;
    return (fj_lamps){
        .green = step == 'g' || step == 'b',
        .red = step == 'r' || step == 'b' || step == 'R',
        .buzzer = step == 'R' && !is_paused,
    };
}
