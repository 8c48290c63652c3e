#include "fj_clock.h"

/// The offset that holds at `now_ms`: what slewing has reached.
static int64_t offset_at(const fj_clock *clock, uint64_t now_ms) {
    const int64_t missing = clock->target_offset_ms - clock->offset_ms;
    const int64_t reached = now_ms > clock->since_ms ? (int64_t)((now_ms - clock->since_ms) / FJ_CLOCK_SLEW_ONE_IN) : 0;
    if (missing >= 0) return clock->offset_ms + (missing < reached ? missing : reached);
    return clock->offset_ms - (-missing < reached ? -missing : reached);
}

static fj_error listen(fj_clock *clock, uint64_t now_ms, uint64_t utc_ms, int64_t precision_ms) {
    if (utc_ms < FJ_CLOCK_EARLIEST_MS || utc_ms > FJ_CLOCK_LATEST_MS || now_ms > FJ_CLOCK_LATEST_MS) return FJ_ERROR_RANGE;
    const int64_t heard_ms = (int64_t)utc_ms - (int64_t)now_ms;
    if (!clock->known) {
        clock->known = true;
        clock->first_offset_ms = clock->offset_ms = clock->target_offset_ms = heard_ms;
        clock->since_ms = now_ms;
        return FJ_OK;
    }
    clock->offset_ms = offset_at(clock, now_ms);
    clock->since_ms = now_ms;
    const int64_t difference_ms = heard_ms - clock->offset_ms;
    if (difference_ms >= -precision_ms && difference_ms <= precision_ms) return FJ_OK;
    clock->target_offset_ms = heard_ms;
    if (difference_ms >= -FJ_CLOCK_STEP_MS && difference_ms <= FJ_CLOCK_STEP_MS) return FJ_OK;
    clock->offset_ms = heard_ms;
    clock->steps++;
    return FJ_OK;
}

static bool is_far(const fj_clock *clock, uint64_t now_ms, uint64_t utc_ms) {
    if (!clock->known || utc_ms > FJ_CLOCK_LATEST_MS || now_ms > FJ_CLOCK_LATEST_MS) return false;
    const int64_t difference_ms = (int64_t)utc_ms - (int64_t)now_ms - offset_at(clock, now_ms);
    return difference_ms < -FJ_CLOCK_SNTP_MOVES_MAX_MS || difference_ms > FJ_CLOCK_SNTP_MOVES_MAX_MS;
}

fj_error fj_clock_sntp(fj_clock *clock, uint64_t now_ms, uint64_t utc_ms) {
    if (!clock) return FJ_ERROR_ARGUMENT;
    if (clock->is_confirmed && is_far(clock, now_ms, utc_ms)) return FJ_ERROR_RANGE;
    const fj_error error = listen(clock, now_ms, utc_ms, 0);
    if (error != FJ_OK) return error;
    clock->has_sntp = true;
    clock->sntp_at_ms = now_ms;
    return FJ_OK;
}

fj_error fj_clock_server(fj_clock *clock, uint64_t sent_ms, uint64_t now_ms, uint64_t utc_ms) {
    if (!clock || now_ms < sent_ms) return FJ_ERROR_ARGUMENT;
    const uint64_t way_ms = now_ms - sent_ms;
    if (way_ms > FJ_CLOCK_WAY_MAX_MS) return FJ_ERROR_NOT_READY;
    const uint64_t heard_ms = utc_ms + way_ms / 2;
    if (clock->has_sntp && now_ms - clock->sntp_at_ms < FJ_CLOCK_SNTP_HOLDS_MS && !is_far(clock, now_ms, heard_ms)) {
        clock->is_confirmed = true;
        return FJ_ERROR_NOT_READY;
    }
    // What SNTP alone has said was wrong, also about what was measured before it spoke.
    if (!clock->is_confirmed && is_far(clock, now_ms, heard_ms)) clock->known = false;
    const fj_error error = listen(clock, now_ms, heard_ms, (int64_t)(way_ms / 2) + 1);
    if (error != FJ_OK) return error;
    if (clock->has_sntp && now_ms - clock->sntp_at_ms < FJ_CLOCK_SNTP_HOLDS_MS) clock->has_sntp = false;
    clock->is_confirmed = true;
    return FJ_OK;
}

fj_error fj_clock_utc(const fj_clock *clock, uint64_t now_ms, uint64_t *utc_ms) {
    if (!clock || !utc_ms) return FJ_ERROR_ARGUMENT;
    if (!clock->known) return FJ_ERROR_NOT_READY;
    const int64_t utc = (int64_t)now_ms + offset_at(clock, now_ms);
    if (utc < (int64_t)FJ_CLOCK_EARLIEST_MS) return FJ_ERROR_RANGE;
    *utc_ms = (uint64_t)utc;
    return FJ_OK;
}

fj_error fj_clock_date(const fj_clock *clock, uint64_t t_ms, uint64_t *utc_ms) {
    if (!clock || !utc_ms) return FJ_ERROR_ARGUMENT;
    if (!clock->known) return FJ_ERROR_NOT_READY;
    const int64_t utc = (int64_t)t_ms + clock->first_offset_ms;
    if (t_ms > FJ_CLOCK_LATEST_MS || utc <= 0) return FJ_ERROR_RANGE;
    *utc_ms = (uint64_t)utc;
    return FJ_OK;
}
