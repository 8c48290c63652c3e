// What outlives a restart: encrypted NVS. Nothing of it is ever logged.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"
#include "fj_alarm.h"
#include "fj_setup.h"

/// The code on the device's label: without characters that are mistaken for others, 50 bits.
#define NVRAM_CODE_CHARACTERS 10u

/// Opens NVS. One that cannot be read stays as it is, and the device shows a fault.
esp_err_t nvram_open(void);

/// One more than at the last start.
esp_err_t nvram_count_start(uint32_t *start);

/// Server and key. False: none, or none that is understood.
bool nvram_read_setup(fj_setup *setup);
esp_err_t nvram_write_setup(const char *text, size_t length);

/// The device whose records the flash log holds. False: not known.
bool nvram_read_log_owner(uint64_t *device);
esp_err_t nvram_write_log_owner(uint64_t device);

/// The last alarm rules. False: none, or of another version of this program.
bool nvram_read_rules(fj_rules *rules);
esp_err_t nvram_write_rules(const fj_rules *rules);

/// The latest time that an authenticated answer confirmed (ms since 1970), or 0.
uint64_t nvram_read_utc(void);
void nvram_write_utc(uint64_t utc_ms);

/// The code that proves that somebody holds the device in the hand; made at the first call. With a NUL.
esp_err_t nvram_code(char code[NVRAM_CODE_CHARACTERS + 1]);

/// A text of at most `capacity` - 1 characters, or "".
void nvram_read_text(const char *name, char *text, size_t capacity);
esp_err_t nvram_write_text(const char *name, const char *text);

/// Forgets server, key, limits and the time. The log, its owner, the certificates, the code and the counter stay.
esp_err_t nvram_forget(void);
