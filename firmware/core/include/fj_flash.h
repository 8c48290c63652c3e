// The flash as the log sees it: NOR, so that programming only clears bits and only erasing a sector sets them.
#ifndef FJ_FLASH_H
#define FJ_FLASH_H

#include <stddef.h>
#include <stdint.h>

#include "fj_error.h"

#define FJ_FLASH_SECTOR_BYTES 4096u
/// Fewer than two sectors cannot hold a log: one is erased while the other keeps. The most is 64 MiB.
#define FJ_FLASH_SECTORS_MIN 2u
#define FJ_FLASH_SECTORS_MAX 16384u

/// Each callback answers FJ_OK or FJ_ERROR_FLASH and must return within a bounded time. Addresses are bytes from the beginning of
/// the log's own partition, which must not be encrypted: encrypted flash cannot be programmed twice.
typedef struct fj_flash {
    void *context;
    uint32_t sectors;
    fj_error (*read)(void *context, uint32_t address, uint8_t *bytes, size_t length);
    /// Any address and length within one sector; may be called again over the same bytes to clear more bits.
    fj_error (*program)(void *context, uint32_t address, const uint8_t *bytes, size_t length);
    fj_error (*erase_sector)(void *context, uint32_t sector);
} fj_flash;

#endif
