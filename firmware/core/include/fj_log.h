// Records in flash, oldest first, that survive the loss of power at any moment.
//
// A sector is a header of 16 bytes (magic, sequence, CRC-32, a mark) and 85 slots of one packed record. Sectors are used in turn, each for the
// sequence number whose remainder is its place, so all of them wear alike. A record is programmed once, with its
// checksum; what power cut short has a wrong one, is passed over, and its slot is not used again before the sector is erased. A record
// that was dealt with loses one bit of its first byte; a sector with no other records loses one of its header's mark. A
// sector is made unreadable before it is erased, so a half erased one never shows old records as new.
#ifndef FJ_LOG_H
#define FJ_LOG_H

#include <stdbool.h>

#include "fj_flash.h"
#include "fj_record.h"

#define FJ_LOG_HEADER_BYTES 16u
#define FJ_LOG_SLOTS ((FJ_FLASH_SECTOR_BYTES - FJ_LOG_HEADER_BYTES) / FJ_RECORD_BYTES)
/// How many places are tried for one record, should the flash not keep it.
#define FJ_LOG_ATTEMPTS_MAX 4u

/// Where a record lies, for as long as its sector was not given to newer ones.
typedef struct fj_log_place {
    uint32_t sector;  // sequence, not position
    uint32_t slot;
} fj_log_place;

/// Private to fj_log*.c, except the counters.
typedef struct fj_log {
    const fj_flash *flash;
    fj_log_place write;  // the next free slot
    fj_log_place read;   // the oldest record that was not dealt with; all before it were
    uint32_t dropped;    // records lost since init because newer ones needed their sector
    uint32_t spoiled;    // slots found since init whose record power or the flash had spoiled
} fj_log;

/// What became of a record. Either is for good: the mark is a cleared bit.
typedef enum fj_log_mark {
    FJ_LOG_DELIVERED = 0xFE,
    FJ_LOG_PUT_ASIDE = 0xFD,
} fj_log_mark;

/// Finds what is there: one read of each sector's header, and of the slots of a sector or two.
fj_error fj_log_init(fj_log *log, const fj_flash *flash);

/// Writes a record and reads it back. Erases the next sector when one is full, and drops the oldest records when none is free.
/// FJ_ERROR_FLASH: not written anywhere.
fj_error fj_log_append(fj_log *log, const fj_record *record);

/// The oldest record at `*from` or after it, and where it lies. Start with `log->read`; to go on, add one to the slot. FJ_ERROR_EMPTY: no more.
fj_error fj_log_find(const fj_log *log, fj_log_place from, fj_log_place *place, fj_record *out);

/// Marks the record at a place. FJ_ERROR_EMPTY: dropped meanwhile.
fj_error fj_log_settle(fj_log *log, fj_log_place place, fj_log_mark mark);

/// Marks every record from `first` to `last` and answers how many of them were still there. Even where the flash does not take the
/// mark of the oldest ones they are not found again before the next start, so nothing is sent over and over.
uint32_t fj_log_settle_run(fj_log *log, fj_log_place first, fj_log_place last, fj_log_mark mark);

/// Moves `log->read` over what was dealt with.
void fj_log_trim(fj_log *log);

#endif
