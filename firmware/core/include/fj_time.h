// Instants as the wire writes them: RFC 3339.
#ifndef FJ_TIME_H
#define FJ_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "fj_error.h"

/// `2026-11-22T14:43:18.250Z`, without a NUL.
#define FJ_TIME_CHARACTERS 24u
/// The last instant with a year of four digits (ms since 1970).
#define FJ_TIME_MAX UINT64_C(253402300799999)

/// Writes FJ_TIME_CHARACTERS. FJ_ERROR_RANGE: over FJ_TIME_MAX.
fj_error fj_time_format(uint64_t utc_ms, char *out);

/// Reads years 1970 to 9999, any number of decimals (cut to milliseconds), `Z` or an offset. FJ_ERROR_FORMAT: anything else.
fj_error fj_time_parse(const char *text, size_t length, uint64_t *utc_ms);

#endif
