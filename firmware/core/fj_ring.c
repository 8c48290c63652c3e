#include "fj_ring.h"

fj_error fj_ring_init(fj_ring *ring, fj_record *records, size_t capacity) {
    if (!ring || !records || capacity < 1 || capacity > FJ_RING_RECORDS_MAX) return FJ_ERROR_ARGUMENT;
    *ring = (fj_ring){.records = records, .capacity = capacity};
    return FJ_OK;
}

fj_error fj_ring_push(fj_ring *ring, const fj_record *record) {
    if (!ring || !record) return FJ_ERROR_ARGUMENT;
    if (ring->count == ring->capacity) return FJ_ERROR_SPACE;
    ring->records[(ring->first + ring->count++) % ring->capacity] = *record;
    return FJ_OK;
}

fj_record *fj_ring_at(const fj_ring *ring, size_t index) {
    return ring && index < ring->count ? &ring->records[(ring->first + index) % ring->capacity] : NULL;
}

void fj_ring_remove(fj_ring *ring, size_t index) {
    if (!ring || index >= ring->count) return;
    if (index == 0) ring->first = (ring->first + 1) % ring->capacity;
    else
        for (; index + 1 < ring->count; index++) *fj_ring_at(ring, index) = *fj_ring_at(ring, index + 1);
    ring->count--;
}
