#include "fj_log.h"

#include <string.h>

#include "fj_bytes.h"
#include "fj_crc32.h"

/// "FJL1", little-endian.
#define MAGIC 0x314C4A46u
/// Where things lie in a header; the mark is outside the checksum.
enum { AT_SEQUENCE = 4, AT_CRC = 8, AT_MARK = 12 };
/// The header's mark of a sector in which every record was dealt with.
#define FINISHED 0xFEu

/// What a sector's header says.
typedef enum header { HEADER_NONE, HEADER_IN_USE, HEADER_FINISHED } header;
/// What a slot holds.
typedef enum slot { SLOT_BLANK, SLOT_SPOILED, SLOT_SETTLED, SLOT_RECORD } slot;

static uint32_t sector_address(const fj_log *log, uint32_t sequence) { return sequence % log->flash->sectors * FJ_FLASH_SECTOR_BYTES; }

static uint32_t slot_address(const fj_log *log, fj_log_place place) {
    return sector_address(log, place.sector) + FJ_LOG_HEADER_BYTES + place.slot * FJ_RECORD_BYTES;
}

static fj_error read_bytes(const fj_log *log, uint32_t address, uint8_t *bytes, size_t length) {
    return log->flash->read(log->flash->context, address, bytes, length);
}

static fj_error program(const fj_log *log, uint32_t address, const uint8_t *bytes, size_t length) {
    return log->flash->program(log->flash->context, address, bytes, length);
}

/// Programs and reads back. `length` is FJ_RECORD_BYTES at most.
static fj_error write_bytes(const fj_log *log, uint32_t address, const uint8_t *bytes, size_t length) {
    uint8_t back[FJ_RECORD_BYTES];
    fj_error error = program(log, address, bytes, length);
    if (error == FJ_OK) error = read_bytes(log, address, back, length);
    if (error == FJ_OK && memcmp(back, bytes, length) != 0) error = FJ_ERROR_FLASH;
    return error;
}

static void make_header(uint32_t sequence, uint8_t *bytes) {
    memset(bytes, 0xFF, FJ_LOG_HEADER_BYTES);
    fj_bytes_put(bytes, MAGIC, 4);
    fj_bytes_put(bytes + AT_SEQUENCE, sequence, 4);
    fj_bytes_put(bytes + AT_CRC, fj_crc32(bytes, AT_CRC), 4);
}

/// Reads the header at a position and the sequence that it names.
static header read_header(const fj_log *log, uint32_t position, uint32_t *sequence) {
    uint8_t bytes[FJ_LOG_HEADER_BYTES], expected[FJ_LOG_HEADER_BYTES];
    if (read_bytes(log, position * FJ_FLASH_SECTOR_BYTES, bytes, sizeof bytes) != FJ_OK) return HEADER_NONE;
    *sequence = (uint32_t)fj_bytes_get(bytes + AT_SEQUENCE, 4);
    make_header(*sequence, expected);
    if (memcmp(bytes, expected, AT_MARK) != 0 || *sequence % log->flash->sectors != position) return HEADER_NONE;
    return bytes[AT_MARK] == 0xFFu ? HEADER_IN_USE : HEADER_FINISHED;
}

/// The header of the sector that a sequence number stands for; HEADER_NONE too where another sequence lies.
static header header_of(const fj_log *log, uint32_t sequence) {
    uint32_t found;
    const header kind = read_header(log, sequence % log->flash->sectors, &found);
    return kind != HEADER_NONE && found == sequence ? kind : HEADER_NONE;
}

static slot read_slot(const fj_log *log, fj_log_place place, fj_record *record) {
    uint8_t bytes[FJ_RECORD_BYTES];
    if (read_bytes(log, slot_address(log, place), bytes, sizeof bytes) != FJ_OK) return SLOT_SPOILED;
    bool blank = true;
    for (size_t i = 0; i < sizeof bytes; i++) blank = blank && bytes[i] == 0xFFu;
    if (blank) return SLOT_BLANK;
    if (bytes[0] != FJ_RECORD_KEPT) return SLOT_SETTLED;
    return fj_record_unpack(bytes, record) == FJ_OK ? SLOT_RECORD : SLOT_SPOILED;
}

static bool before(fj_log_place a, fj_log_place b) { return a.sector < b.sector || (a.sector == b.sector && a.slot < b.slot); }

/// The first slot of the newest sector after which all are blank.
static uint32_t first_free_slot(const fj_log *log, uint32_t sequence) {
    fj_record ignored;
    uint32_t slots = FJ_LOG_SLOTS;
    while (slots > 0 && read_slot(log, (fj_log_place){sequence, slots - 1}, &ignored) == SLOT_BLANK) slots--;
    return slots;
}

fj_error fj_log_init(fj_log *log, const fj_flash *flash) {
    if (!log || !flash || !flash->read || !flash->program || !flash->erase_sector) return FJ_ERROR_ARGUMENT;
    if (flash->sectors < FJ_FLASH_SECTORS_MIN || flash->sectors > FJ_FLASH_SECTORS_MAX) return FJ_ERROR_ARGUMENT;
    fj_log found = {.flash = flash};
    bool any = false;
    uint32_t newest = 0, sequence;
    for (uint32_t position = 0; position < flash->sectors; position++) {
        if (read_header(&found, position, &sequence) == HEADER_NONE) continue;
        if (!any || sequence > newest) newest = sequence;
        any = true;
    }
    if (any) {
        // What is older than one round cannot be: its place was needed since.
        uint32_t oldest = newest >= flash->sectors ? newest - flash->sectors + 1 : 0;
        while (oldest < newest && header_of(&found, oldest) != HEADER_IN_USE) oldest++;
        found.write = (fj_log_place){newest, first_free_slot(&found, newest)};
        found.read = (fj_log_place){oldest, 0};
    } else {
        // As if the sector before the first were full.
        found.write = found.read = (fj_log_place){flash->sectors - 1, FJ_LOG_SLOTS};
    }
    fj_log_trim(&found);
    *log = found;
    return FJ_OK;
}

/// Gives up the oldest sector and counts what it still held.
static void drop_oldest(fj_log *log) {
    fj_record ignored;
    if (header_of(log, log->read.sector) == HEADER_IN_USE) {
        for (fj_log_place place = log->read; place.slot < FJ_LOG_SLOTS; place.slot++) log->dropped += read_slot(log, place, &ignored) == SLOT_RECORD;
    }
    log->read = (fj_log_place){log->read.sector + 1, 0};
}

/// Makes the next sector ready. One that fails is passed over, as if it were full.
static fj_error open_next_sector(fj_log *log) {
    static const uint8_t unreadable[FJ_LOG_HEADER_BYTES];
    const uint32_t next = log->write.sector + 1, position = next % log->flash->sectors;
    if (next - log->read.sector >= log->flash->sectors) drop_oldest(log);
    log->write = (fj_log_place){next, FJ_LOG_SLOTS};
    uint32_t sequence;
    fj_error error = FJ_OK;
    if (read_header(log, position, &sequence) != HEADER_NONE) error = program(log, sector_address(log, next), unreadable, sizeof unreadable);
    if (error == FJ_OK) error = log->flash->erase_sector(log->flash->context, position);
    if (error != FJ_OK) return error;
    uint8_t bytes[FJ_LOG_HEADER_BYTES];
    make_header(next, bytes);
    error = write_bytes(log, sector_address(log, next), bytes, sizeof bytes);
    if (error == FJ_OK) log->write.slot = 0;
    return error;
}

fj_error fj_log_append(fj_log *log, const fj_record *record) {
    if (!log || !log->flash || !record) return FJ_ERROR_ARGUMENT;
    uint8_t bytes[FJ_RECORD_BYTES];
    fj_error error = fj_record_pack(record, bytes);
    if (error != FJ_OK) return error;
    for (unsigned attempt = 0; attempt < FJ_LOG_ATTEMPTS_MAX; attempt++) {
        if (log->write.slot == FJ_LOG_SLOTS && open_next_sector(log) != FJ_OK) continue;
        const fj_log_place place = log->write;
        log->write.slot++;
        if (write_bytes(log, slot_address(log, place), bytes, sizeof bytes) == FJ_OK) return FJ_OK;
    }
    return FJ_ERROR_FLASH;
}

fj_error fj_log_find(const fj_log *log, fj_log_place from, fj_log_place *place, fj_record *out) {
    if (!log || !log->flash || !place || !out) return FJ_ERROR_ARGUMENT;
    if (before(from, log->read)) from = log->read;
    fj_record record;
    bool entered = false;
    while (before(from, log->write)) {
        if (!entered && from.slot < FJ_LOG_SLOTS) entered = header_of(log, from.sector) == HEADER_IN_USE;
        if (!entered || from.slot >= FJ_LOG_SLOTS) {
            from = (fj_log_place){from.sector + 1, 0};
            entered = false;
            continue;
        }
        if (read_slot(log, from, &record) == SLOT_RECORD) {
            *place = from;
            *out = record;
            return FJ_OK;
        }
        from.slot++;
    }
    return FJ_ERROR_EMPTY;
}

fj_error fj_log_settle(fj_log *log, fj_log_place place, fj_log_mark mark) {
    if (!log || !log->flash || place.slot >= FJ_LOG_SLOTS) return FJ_ERROR_ARGUMENT;
    if (before(place, log->read) || !before(place, log->write)) return FJ_ERROR_EMPTY;
    const uint8_t byte = (uint8_t)mark;
    return program(log, slot_address(log, place), &byte, 1);
}

/// Notes that nothing in a full sector is of interest any more, so that no start looks into it again. What cannot be noted costs time, no more.
static void finish_sector(const fj_log *log, uint32_t sequence) {
    static const uint8_t finished = FINISHED;
    if (header_of(log, sequence) == HEADER_IN_USE) program(log, sector_address(log, sequence) + AT_MARK, &finished, 1);
}

void fj_log_trim(fj_log *log) {
    if (!log || !log->flash) return;
    fj_record ignored;
    while (before(log->read, log->write)) {
        const bool readable = log->read.slot < FJ_LOG_SLOTS && header_of(log, log->read.sector) == HEADER_IN_USE;
        while (readable && log->read.slot < FJ_LOG_SLOTS && before(log->read, log->write)) {
            const slot found = read_slot(log, log->read, &ignored);
            if (found == SLOT_RECORD) return;
            // Marked, so that the next start does not count it again.
            if (found == SLOT_SPOILED && fj_log_settle(log, log->read, FJ_LOG_PUT_ASIDE) == FJ_OK) log->spoiled++;
            log->read.slot++;
        }
        if (log->read.sector == log->write.sector) return;
        finish_sector(log, log->read.sector);
        log->read = (fj_log_place){log->read.sector + 1, 0};
    }
}

uint32_t fj_log_settle_run(fj_log *log, fj_log_place first, fj_log_place last, fj_log_mark mark) {
    if (!log || !log->flash) return 0;
    fj_log_trim(log);
    // From the oldest record on nothing stays behind; a run in the middle leaves older ones to be found.
    const bool is_oldest = !before(log->read, first);
    uint32_t count = 0;
    fj_record ignored;
    fj_log_place place;
    while (fj_log_find(log, first, &place, &ignored) == FJ_OK && !before(last, place)) {
        fj_log_settle(log, place, mark);
        count++;
        first = (fj_log_place){place.sector, place.slot + 1};
    }
    fj_log_trim(log);
    if (is_oldest && count > 0 && before(log->read, first)) log->read = first;
    return count;
}
