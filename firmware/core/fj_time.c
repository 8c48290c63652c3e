#include "fj_time.h"

#include <stdbool.h>

#define DAY_MS 86400000

/// Days since 1970 of a date in the Gregorian calendar. The year is counted from March, so that the leap day is its last and a month
/// begins (153 m + 2) / 5 days after it.
static int64_t days_of(int32_t year, int32_t month, int32_t day) {
    const int32_t from_march = (month + 9) % 12, y = month <= 2 ? year - 1 : year;
    const int32_t day_of_year = (153 * from_march + 2) / 5 + day - 1;
    return INT64_C(365) * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static void date_of(int64_t days, int32_t *year, int32_t *month, int32_t *day) {
    int32_t y = (int32_t)(days / 365) + 1970;
    while (days_of(y, 1, 1) > days) y--;  // an estimate that is a few years late at most: one leap day every four years
    int32_t m = 12;
    while (days_of(y, m, 1) > days) m--;
    *year = y;
    *month = m;
    *day = (int32_t)(days - days_of(y, m, 1)) + 1;
}

static char *put(char *at, uint32_t number, unsigned digits, char after) {
    for (unsigned i = digits; i > 0; i--) {
        at[i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    at[digits] = after;
    return at + digits + 1;
}

fj_error fj_time_format(uint64_t utc_ms, char *out) {
    if (!out) return FJ_ERROR_ARGUMENT;
    if (utc_ms > FJ_TIME_MAX) return FJ_ERROR_RANGE;
    const uint32_t in_day = (uint32_t)(utc_ms % DAY_MS);
    int32_t year, month, day;
    date_of((int64_t)(utc_ms / DAY_MS), &year, &month, &day);
    out = put(out, (uint32_t)year, 4, '-');
    out = put(out, (uint32_t)month, 2, '-');
    out = put(out, (uint32_t)day, 2, 'T');
    out = put(out, in_day / 3600000, 2, ':');
    out = put(out, in_day / 60000 % 60, 2, ':');
    out = put(out, in_day / 1000 % 60, 2, '.');
    put(out, in_day % 1000, 3, 'Z');
    return FJ_OK;
}

/// Exactly `digits` digits at `*at`, within the text, and not over `most`.
static bool take(const char *text, size_t length, size_t *at, unsigned digits, int32_t most, int32_t *number) {
    int32_t sum = 0;
    for (unsigned i = 0; i < digits; i++, (*at)++) {
        if (*at >= length || text[*at] < '0' || text[*at] > '9') return false;
        sum = sum * 10 + (text[*at] - '0');
    }
    *number = sum;
    return sum <= most;
}

static bool skip(const char *text, size_t length, size_t *at, char expected) {
    if (*at >= length || text[*at] != expected) return false;
    ++*at;
    return true;
}

/// The decimals of a second, cut to milliseconds; without a point 0.
static bool take_fraction(const char *text, size_t length, size_t *at, int32_t *ms) {
    *ms = 0;
    if (!skip(text, length, at, '.')) return true;
    int32_t scale = 100, digit;
    bool any = false;
    while (take(text, length, at, 1, 9, &digit)) {
        *ms += digit * scale;
        scale /= 10;
        any = true;
    }
    return any;
}

fj_error fj_time_parse(const char *text, size_t length, uint64_t *utc_ms) {
    if (!text || !utc_ms) return FJ_ERROR_ARGUMENT;
    size_t at = 0;
    int32_t year, month, day, hour, minute, second, ms, offset_hours = 0, offset_minutes = 0;
    const bool date = take(text, length, &at, 4, 9999, &year) && skip(text, length, &at, '-') && take(text, length, &at, 2, 12, &month)
        && skip(text, length, &at, '-') && take(text, length, &at, 2, 31, &day);
    if (!date || year < 1970 || month < 1 || day < 1 || !skip(text, length, &at, 'T')) return FJ_ERROR_FORMAT;
    if (day > days_of(month == 12 ? year + 1 : year, month % 12 + 1, 1) - days_of(year, month, 1)) return FJ_ERROR_FORMAT;
    const bool time = take(text, length, &at, 2, 23, &hour) && skip(text, length, &at, ':') && take(text, length, &at, 2, 59, &minute)
        && skip(text, length, &at, ':') && take(text, length, &at, 2, 60, &second)  // a leap second counts as the next minute's first
        && take_fraction(text, length, &at, &ms);
    if (!time) return FJ_ERROR_FORMAT;
    if (!skip(text, length, &at, 'Z')) {
        const bool west = skip(text, length, &at, '-');
        if (!west && !skip(text, length, &at, '+')) return FJ_ERROR_FORMAT;
        if (!take(text, length, &at, 2, 23, &offset_hours) || !skip(text, length, &at, ':') || !take(text, length, &at, 2, 59, &offset_minutes))
            return FJ_ERROR_FORMAT;
        offset_minutes += 60 * offset_hours;
        if (west) offset_minutes = -offset_minutes;
    }
    if (at != length) return FJ_ERROR_FORMAT;
    const int64_t minutes = (days_of(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
    const int64_t total_ms = (minutes * 60 + second) * 1000 + ms;
    if (total_ms < 0 || (uint64_t)total_ms > FJ_TIME_MAX) return FJ_ERROR_FORMAT;
    *utc_ms = (uint64_t)total_ms;
    return FJ_OK;
}
