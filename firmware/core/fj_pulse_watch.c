#include "fj_pulse_watch.h"

#include <math.h>

/// The reference follows a stronger pulse over so many seconds, and a weaker one over so few: after movements, which look like a strong pulse, a
/// small pulse must not look like none.
#define REFERENCE_RISE_S 200.0f
#define REFERENCE_FALL_S 4.0f

/// The newest seconds were all quiet.
static bool is_gone(uint8_t quiet) {
    const uint8_t newest = (1u << FJ_PULSE_WATCH_GONE_S) - 1u;
    return (quiet & newest) == newest;
}

bool fj_pulse_watch_is_quiet(const fj_pulse_watch *watch) { return watch && watch->quiet == (1u << FJ_PULSE_WATCH_LONG_S) - 1u; }

/// The level is under the limit.
static fj_pulse_state take_off(fj_pulse_watch *watch, const fj_pulse_second *second) {
    if (watch->state == FJ_PULSE_NONE && !second->fell_suddenly) {
        if (second->t_ms - watch->none_since_ms < FJ_PULSE_WATCH_FALL_MS) watch->is_fall_of_none = true;
        if (watch->is_fall_of_none) return FJ_PULSE_NONE;
    }
    *watch = (fj_pulse_watch){.state = FJ_PULSE_OFF};
    return FJ_PULSE_OFF;
}

static void learn(fj_pulse_watch *watch, const fj_pulse_second *second) {
    const float strength = fmaxf(second->strength, fmaxf(watch->strongest[0], watch->strongest[1]));
    const float difference = strength - watch->reference;
    if (watch->reference <= 0.0f) watch->reference = strength;
    else watch->reference += difference / (difference > 0.0f ? REFERENCE_RISE_S : REFERENCE_FALL_S);
    watch->pulse_ms = second->t_ms;
}

static void count_weak(fj_pulse_watch *watch, const fj_pulse_second *second) {
    const float before = watch->weak_before_bpm, here = second->weak_bpm;
    const bool is_heart = here > FJ_PULSE_WATCH_SLOW_BPM, agrees = fabsf(here - before) <= FJ_PULSE_WATCH_AGREEMENT * before;
    watch->weak_s = (uint8_t)(!is_heart ? 0 : !agrees ? 1 : watch->weak_s < UINT8_MAX ? watch->weak_s + 1 : UINT8_MAX);
    watch->weak_before_bpm = here;
}

/// The second as it stands for itself.
typedef enum pulse_sight { SIGHT_PULSE, SIGHT_QUIET, SIGHT_UNCLEAR } pulse_sight;

/// Strong enough to be measured, by the level.
static bool is_strong(const fj_pulse_watch *watch, const fj_pulse_second *second) {
    const bool has_whole_level = watch->reference < FJ_PULSE_WATCH_RISE_MAX * second->level;
    return has_whole_level && !second->is_smooth && second->swing >= FJ_PULSE_WATCH_SWING * second->level;
}

static bool is_weaker(const fj_pulse_watch *watch, const fj_pulse_second *second) {
    const float part = second->is_smooth && second->rate_bpm > 0.0f ? FJ_PULSE_WATCH_QUIET_BREATH : FJ_PULSE_WATCH_QUIET;
    return second->strength < part * watch->reference && !is_strong(watch, second);
}

static pulse_sight look(fj_pulse_watch *watch, const fj_pulse_second *second) {
    const float before = watch->level_before, change = fabsf(second->level - before);
    const bool is_steady = before <= 0.0f || second->level <= 0.0f || change < FJ_PULSE_WATCH_STEADY * before;
    const bool weaker = is_weaker(watch, second), is_quiet = weaker && is_steady;
    const bool is_breath = weaker && (second->is_smooth || second->rate_bpm <= FJ_PULSE_WATCH_SLOW_BPM);
    const bool is_pulse = second->rate_bpm > 0.0f && !is_breath;
    watch->quiet = (uint8_t)(watch->quiet << 1 | (is_quiet ? 1u : 0u));
    // A rate that the window still has of the seconds before says nothing of how strong the pulse is now.
    if (is_pulse && !weaker) learn(watch, second);
    watch->strongest[1] = watch->strongest[0];
    watch->strongest[0] = second->strength;
    watch->level_before = second->level;
    count_weak(watch, second);
    return is_pulse ? SIGHT_PULSE : is_quiet ? SIGHT_QUIET : SIGHT_UNCLEAR;
}

static bool is_recent(const fj_pulse_watch *watch, uint64_t t_ms) {
    return watch->reference > 0.0f && t_ms - watch->pulse_ms <= FJ_PULSE_WATCH_MEMORY_MS;
}

static fj_pulse_state vanish(fj_pulse_watch *watch, uint64_t t_ms) {
    watch->none_since_ms = t_ms;
    watch->back_s = 0;
    watch->is_fall_of_none = false;
    return FJ_PULSE_NONE;
}

fj_pulse_state fj_pulse_watch_next(fj_pulse_watch *watch, const fj_pulse_second *second) {
    if (!watch || !second) return FJ_PULSE_OFF;
    if (!second->is_on) {
        if (take_off(watch, second) == FJ_PULSE_OFF) return FJ_PULSE_OFF;
    } else if (watch->state == FJ_PULSE_OFF) watch->state = FJ_PULSE_STARTING;
    if (!second->is_measured) return watch->state;
    const pulse_sight sight = look(watch, second);
    watch->back_s = (uint8_t)(sight != SIGHT_PULSE ? 0 : watch->back_s < UINT8_MAX ? watch->back_s + 1 : UINT8_MAX);
    const bool was_none = watch->state == FJ_PULSE_NONE;
    const bool is_weak = watch->weak_s >= (was_none ? FJ_PULSE_WATCH_WEAK_BACK_S : FJ_PULSE_WATCH_WEAK_S);
    if (sight == SIGHT_PULSE) {
        if (!was_none || watch->back_s >= FJ_PULSE_WATCH_BACK_S) watch->state = FJ_PULSE_PRESENT;
    } else if (is_weak) {
        watch->state = FJ_PULSE_WEAK;
    } else if (!was_none && sight == SIGHT_QUIET && is_gone(watch->quiet) && watch->weak_s == 0 && is_recent(watch, second->t_ms)) {
        watch->state = vanish(watch, second->t_ms);
    }
    return watch->state;
}
