#include "fj_store.h"

#include "fj_time.h"

fj_error fj_store_init(fj_store *store, fj_record *records, size_t capacity, const fj_flash *flash, const fj_clock *clock, uint32_t boot) {
    if (!store || !clock || capacity < FJ_STORE_RING_MIN) return FJ_ERROR_ARGUMENT;
    *store = (fj_store){.clock = clock, .boot = boot};
    const fj_error error = fj_ring_init(&store->ring, records, capacity);
    if (error != FJ_OK || !flash) return error;
    const fj_error log_error = fj_log_init(&store->log, flash);
    store->has_log = log_error == FJ_OK;
    return log_error;
}

/// Gives a record its instant, if it has none and one can be told. False: it has none that could be written.
static bool date(const fj_store *store, fj_record *record) {
    if (record->utc_ms > 0) return record->utc_ms <= FJ_TIME_MAX;
    return record->boot == store->boot && fj_clock_date(store->clock, record->t_ms, &record->utc_ms) == FJ_OK;
}

static bool is_on_the_way(const fj_store *store, const fj_record *record) {
    const fj_store_batch *batch = &store->batch;
    const bool in_ring = batch->part == FJ_STORE_LIVE || batch->part == FJ_STORE_RING;
    return in_ring && batch->count > 0 && record->sequence >= batch->first_sequence && record->sequence <= batch->last_sequence;
}

/// Moves the oldest record from the ring into the log, or counts it as lost.
static void spill_oldest(fj_store *store) {
    fj_record record = *fj_ring_at(&store->ring, 0);
    fj_ring_remove(&store->ring, 0);
    if (fj_record_values(&record) == 0) return;
    // With its instant, if it is known by now: the next boot could not tell it.
    date(store, &record);
    if (!store->has_log || fj_log_append(&store->log, &record) != FJ_OK) store->unkept++;
}

fj_error fj_store_keep(fj_store *store, const fj_record *record) {
    if (!store || !record) return FJ_ERROR_ARGUMENT;
    const fj_record *before = fj_ring_at(&store->ring, store->ring.count - 1);
    if (before && fj_record_values(before) == 0 && !is_on_the_way(store, before)) fj_ring_remove(&store->ring, store->ring.count - 1);
    // Full: the oldest goes, even one on its way. Should that one arrive, it arrives again, which the server notices.
    if (store->ring.count == store->ring.capacity) spill_oldest(store);
    store->newest_sequence = record->sequence;
    return fj_ring_push(&store->ring, record);
}

void fj_store_spill(fj_store *store, uint64_t now_ms) {
    const fj_record *oldest;
    while (store && store->has_log && (oldest = fj_ring_at(&store->ring, 0)) != NULL) {
        if (is_on_the_way(store, oldest) || oldest->t_ms + FJ_STORE_SPILL_AFTER_MS > now_ms) return;
        spill_oldest(store);
    }
}

void fj_store_flush(fj_store *store) {
    while (store && store->ring.count > 0) spill_oldest(store);
}

uint32_t fj_store_lost(const fj_store *store) {
    return store ? store->unkept + store->undatable + store->log.dropped + store->log.spoiled - store->arrived : 0;
}

bool fj_store_has_live(const fj_store *store, uint64_t now_ms) {
    const fj_record *newest = store ? fj_ring_at(&store->ring, store->ring.count - 1) : NULL;
    return newest && newest->sequence == store->newest_sequence && newest->t_ms + FJ_STORE_LIVE_MS >= now_ms;
}

/// The oldest record of the log at `from` or after it, dated. Drops what can never be.
static fj_error find_in_log(fj_store *store, fj_log_place from, fj_log_place *place, fj_record *out) {
    fj_error error = store->has_log ? FJ_OK : FJ_ERROR_EMPTY;
    while (error == FJ_OK && (error = fj_log_find(&store->log, from, place, out)) == FJ_OK && !date(store, out)) {
        store->undatable++;
        fj_log_settle_run(&store->log, *place, *place, FJ_LOG_PUT_ASIDE);
        from = (fj_log_place){place->sector, place->slot + 1};
    }
    return error;
}

/// The place of the first record with values at `index` or after it.
static size_t find_in_ring(const fj_ring *ring, size_t index) {
    while (index < ring->count && fj_record_values(fj_ring_at(ring, index)) == 0) index++;
    return index;
}

bool fj_store_has_backlog(fj_store *store, uint64_t now_ms) {
    if (!store || !store->clock->known) return false;
    fj_log_place place;
    fj_record record;
    const size_t waiting = store->ring.count - (fj_store_has_live(store, now_ms) ? 1 : 0);
    return find_in_ring(&store->ring, 0) < waiting || find_in_log(store, store->log.read, &place, &record) == FJ_OK;
}

void fj_store_begin(fj_store *store, bool live) {
    if (!store) return;
    store->batch = (fj_store_batch){.part = FJ_STORE_LIVE};
    if (live) return;
    fj_record record;
    const bool in_log = find_in_log(store, store->log.read, &store->batch.from, &record) == FJ_OK;
    store->batch.part = in_log ? FJ_STORE_LOG : FJ_STORE_RING;
}

static fj_error next_in_ring(fj_store *store, fj_record *out) {
    fj_store_batch *batch = &store->batch;
    if (batch->part == FJ_STORE_LIVE && batch->count > 0) return FJ_ERROR_EMPTY;
    const fj_ring *ring = &store->ring;
    batch->index = batch->part == FJ_STORE_LIVE ? ring->count - 1 : find_in_ring(ring, batch->index);
    const fj_record *record = fj_ring_at(ring, batch->index);
    if (!record) return FJ_ERROR_EMPTY;
    batch->candidate_sequence = record->sequence;
    *out = *record;
    date(store, out);
    return FJ_OK;
}

fj_error fj_store_next(fj_store *store, fj_record *out) {
    if (!store || !out || store->batch.part == FJ_STORE_NOTHING) return FJ_ERROR_ARGUMENT;
    if (store->batch.part != FJ_STORE_LOG) return next_in_ring(store, out);
    fj_record record;
    const fj_error error = find_in_log(store, store->batch.from, &store->batch.candidate, &record);
    if (error == FJ_OK) *out = record;
    return error;
}

void fj_store_take(fj_store *store) {
    if (!store || store->batch.part == FJ_STORE_NOTHING) return;
    fj_store_batch *batch = &store->batch;
    if (batch->count++ == 0) {
        batch->first = batch->candidate;
        batch->first_sequence = batch->candidate_sequence;
    }
    batch->last = batch->candidate;
    batch->last_sequence = batch->candidate_sequence;
    batch->from = (fj_log_place){batch->candidate.sector, batch->candidate.slot + 1};
    batch->index++;
}

/// Takes what was on its way out of the ring; answers how much of it was still there.
static uint32_t remove_from_ring(fj_store *store) {
    uint32_t count = 0;
    for (size_t i = 0; i < store->ring.count;) {
        if (!is_on_the_way(store, fj_ring_at(&store->ring, i))) {
            i++;
            continue;
        }
        fj_ring_remove(&store->ring, i);
        count++;
    }
    return count;
}

/// Nothing is to be sent of a record without values, once it is not live any more.
static void remove_empty(fj_store *store) {
    for (size_t i = 0; i + 1 < store->ring.count;) {
        if (fj_record_values(fj_ring_at(&store->ring, i)) > 0) i++;
        else fj_ring_remove(&store->ring, i);
    }
}

void fj_store_settle(fj_store *store, fj_verdict verdict) {
    if (!store) return;
    const fj_store_batch *batch = &store->batch;
    if (verdict != FJ_VERDICT_KEEP && batch->count > 0) {
        uint32_t found = 0;
        if (batch->part == FJ_STORE_LOG) {
            const fj_log_mark mark = verdict == FJ_VERDICT_DELIVERED ? FJ_LOG_DELIVERED : FJ_LOG_PUT_ASIDE;
            found = fj_log_settle_run(&store->log, batch->first, batch->last, mark);
            if (verdict == FJ_VERDICT_DELIVERED) store->arrived += batch->count - found;
        } else found = remove_from_ring(store);
        if (verdict == FJ_VERDICT_PUT_ASIDE) store->put_aside += found;
    }
    store->batch.part = FJ_STORE_NOTHING;
    store->batch.count = 0;
    remove_empty(store);
}
