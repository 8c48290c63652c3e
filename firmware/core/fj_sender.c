#include "fj_sender.h"

fj_error fj_sender_init(fj_sender *sender, fj_random random, uint64_t now_ms) {
    if (!sender || !random.next) return FJ_ERROR_ARGUMENT;
    *sender = (fj_sender){
        .random = random,
        .on_the_way = FJ_SEND_WAIT,
        .retry_at_ms = now_ms,
        .batch_retry_at_ms = now_ms,
        .batch_max = FJ_SENDER_BATCH_MAX,
        .accepted_ms = now_ms,
    };
    return FJ_OK;
}

static uint32_t random_up_to(const fj_sender *sender, uint32_t bound) {
    return (uint32_t)((uint64_t)sender->random.next(sender->random.context) * bound >> 32);
}

/// The pause after a failure, and one failure more.
static uint64_t pause_ms(const fj_sender *sender, uint8_t *failures, uint32_t retry_after_s) {
    uint32_t bound = FJ_SENDER_BACKOFF_FIRST_MS;
    for (unsigned i = 0; i < *failures && bound < FJ_SENDER_BACKOFF_LAST_MS; i++) bound *= 2;
    if (bound > FJ_SENDER_BACKOFF_LAST_MS) bound = FJ_SENDER_BACKOFF_LAST_MS;
    if (*failures < UINT8_MAX) ++*failures;
    const uint32_t jitter = FJ_SENDER_PAUSE_MIN_MS + random_up_to(sender, bound - FJ_SENDER_PAUSE_MIN_MS + 1);
    // All devices were told the same second: they spread over the next one.
    const uint64_t told = retry_after_s > 0 ? UINT64_C(1000) * retry_after_s + random_up_to(sender, FJ_SENDER_BACKOFF_FIRST_MS) : 0;
    return told > jitter ? told : jitter;
}

/// Nothing goes for a while: the server is away, or wants a rest.
static fj_verdict back_off(fj_sender *sender, uint64_t now_ms, uint32_t retry_after_s) {
    sender->retry_at_ms = now_ms + pause_ms(sender, &sender->failures, retry_after_s);
    return FJ_VERDICT_KEEP;
}

/// No batch goes for a while; live reports do.
static fj_verdict back_off_batch(fj_sender *sender, uint64_t now_ms, uint32_t retry_after_s) {
    sender->batch_retry_at_ms = now_ms + pause_ms(sender, &sender->batch_failures, retry_after_s);
    return FJ_VERDICT_KEEP;
}

fj_send_action fj_sender_next(fj_sender *sender, uint64_t now_ms, bool has_live, bool has_backlog) {
    fj_send_action action = {.kind = FJ_SEND_WAIT, .until_ms = UINT64_MAX};
    if (!sender) return action;
    if (sender->on_the_way != FJ_SEND_WAIT) {
        action.until_ms = sender->deadline_ms;
        if (now_ms < sender->deadline_ms) return action;
        sender->on_the_way = FJ_SEND_WAIT;
        back_off(sender, now_ms, 0);
        action.kind = FJ_SEND_ABORT;
        return action;
    }
    if (now_ms < sender->retry_at_ms) {
        action.until_ms = sender->retry_at_ms;
        return action;
    }
    if (has_live) {
        action.kind = FJ_SEND_LIVE;
        action.records_max = 1;
    } else if (has_backlog && now_ms >= sender->batch_retry_at_ms) {
        action.kind = FJ_SEND_BATCH;
        action.records_max = sender->batch_max;
    } else {
        if (has_backlog) action.until_ms = sender->batch_retry_at_ms;
        return action;
    }
    sender->on_the_way = action.kind;
    action.until_ms = sender->deadline_ms = now_ms + FJ_SENDER_TIMEOUT_MS;
    return action;
}

static fj_verdict accepted(fj_sender *sender, uint64_t now_ms, bool is_batch) {
    sender->failures = 0;
    sender->accepted_ms = now_ms;
    sender->accepted++;
    if (is_batch) {
        sender->batch_failures = sender->conflicts = 0;
        sender->batch_max = sender->batch_max < FJ_SENDER_BATCH_MAX / 2 ? sender->batch_max * 2 : FJ_SENDER_BATCH_MAX;
    }
    return FJ_VERDICT_DELIVERED;
}

/// The server will never take this.
static fj_verdict refused(fj_sender *sender, uint64_t now_ms, bool is_batch, const fj_outcome *outcome, uint32_t records) {
    if (is_batch) {
        back_off_batch(sender, now_ms, outcome->retry_after_s);
        sender->batch_max = records > 1 ? records / 2 : 1;
        if (records > 1) return FJ_VERDICT_KEEP;
    } else back_off(sender, now_ms, outcome->retry_after_s);
    sender->refused++;
    return FJ_VERDICT_PUT_ASIDE;
}

/// Nobody wears the device. That may change for what is measured now, but hardly for last night once the server takes what is measured now.
static fj_verdict conflict(fj_sender *sender, uint64_t now_ms, bool is_batch, const fj_outcome *outcome) {
    if (!is_batch) return back_off(sender, now_ms, outcome->retry_after_s);
    if (sender->conflicts < FJ_SENDER_CONFLICTS_MAX) {
        sender->conflicts++;
        return back_off_batch(sender, now_ms, outcome->retry_after_s);
    }
    sender->refused++;
    return FJ_VERDICT_PUT_ASIDE;
}

fj_verdict fj_sender_answered(fj_sender *sender, uint64_t now_ms, const fj_outcome *outcome, uint32_t records) {
    if (!sender || !outcome || sender->on_the_way == FJ_SEND_WAIT) return FJ_VERDICT_KEEP;
    const bool is_batch = sender->on_the_way == FJ_SEND_BATCH;
    const uint16_t status = outcome->status;
    sender->on_the_way = FJ_SEND_WAIT;
    if (status == 409 || (status >= 200 && status < 300 && outcome->is_counted)) {
        sender->understood++;
        sender->understood_ms = now_ms;
    }
    if (status >= 200 && status < 300) {
        // A 200 with a page in it comes from a hotspot that wants a login.
        if (!outcome->is_ours) return back_off(sender, now_ms, outcome->retry_after_s);
        if (outcome->is_counted) return accepted(sender, now_ms, is_batch);
        return refused(sender, now_ms, is_batch, outcome, records);
    }
    if (status == 409) return conflict(sender, now_ms, is_batch, outcome);
    const bool is_passing = status == 401 || status == 408 || status == 429;
    if (status >= 400 && status < 500 && !is_passing) return refused(sender, now_ms, is_batch, outcome, records);
    return back_off(sender, now_ms, outcome->retry_after_s);
}

bool fj_sender_is_heard(const fj_sender *sender, uint64_t now_ms) {
    return sender && sender->understood > 0 && now_ms - sender->understood_ms < FJ_SENDER_HEARD_MS;
}
