// The newest records, in RAM: what is sent within seconds never wears the flash.
#ifndef FJ_RING_H
#define FJ_RING_H

#include "fj_record.h"

/// The most records that a ring holds: removing from the middle moves up to so many.
#define FJ_RING_RECORDS_MAX 256u

typedef struct fj_ring {
    fj_record *records;  // the caller's
    size_t capacity, first, count;
} fj_ring;

/// `records` is the caller's, `capacity` from 1 to FJ_RING_RECORDS_MAX, and lives as long as the ring.
fj_error fj_ring_init(fj_ring *ring, fj_record *records, size_t capacity);

/// Adds the newest. FJ_ERROR_SPACE: full, nothing changed.
fj_error fj_ring_push(fj_ring *ring, const fj_record *record);

/// The record at a place, 0 being the oldest; NULL past the newest.
fj_record *fj_ring_at(const fj_ring *ring, size_t index);

/// Takes a record out; the order of the others stays.
void fj_ring_remove(fj_ring *ring, size_t index);

#endif
