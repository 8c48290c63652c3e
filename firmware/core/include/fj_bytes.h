// Little-endian numbers in bytes, wherever they lie.
#ifndef FJ_BYTES_H
#define FJ_BYTES_H

#include <stddef.h>
#include <stdint.h>

/// Writes the lowest `count` bytes of a number and answers where the next one goes.
static inline uint8_t *fj_bytes_put(uint8_t *at, uint64_t number, size_t count) {
    for (size_t i = 0; i < count; i++) *at++ = (uint8_t)(number >> 8 * i);
    return at;
}

/// Reads what fj_bytes_put wrote; `count` is 8 at most.
static inline uint64_t fj_bytes_get(const uint8_t *at, size_t count) {
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) number |= (uint64_t)at[i] << 8 * i;
    return number;
}

#endif
