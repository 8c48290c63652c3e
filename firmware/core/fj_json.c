#include "fj_json.h"

#include <string.h>

/// The exponent of ten that still matters to a double.
#define EXPONENT_MAX 400

static bool fail(fj_json *json) {
    json->failed = true;
    return false;
}

/// The next character that is no white space, or 0 at the end or after a failure.
static char peek(fj_json *json) {
    while (!json->failed && json->at < json->length) {
        const char c = json->bytes[json->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return c;
        json->at++;
    }
    return 0;
}

static bool take(fj_json *json, char expected) {
    if (expected == 0 || peek(json) != expected) return false;
    json->at++;
    return true;
}

static char at_hand(const fj_json *json) { return json->at < json->length ? json->bytes[json->at] : 0; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool fj_json_is(const fj_json_text *text, const char *expected) {
    return text && expected && text->length == strlen(expected) && memcmp(text->bytes, expected, text->length) == 0;
}

bool fj_json_next_is(fj_json *json, char kind) {
    const char c = peek(json);
    return kind == 0 ? c == '-' || is_digit(c) : c == kind;
}

bool fj_json_enter(fj_json *json, char kind) {
    if ((kind != '{' && kind != '[') || !take(json, kind)) return fail(json);
    json->first = true;
    return true;
}

/// Before a member or element: true if there is one.
static bool begin_item(fj_json *json, char close) {
    const bool first = json->first;
    json->first = false;
    if (take(json, close)) return false;
    return first || take(json, ',') || fail(json);
}

bool fj_json_member(fj_json *json, fj_json_text *name) {
    return begin_item(json, '}') && fj_json_string(json, name) && (take(json, ':') || fail(json));
}

bool fj_json_element(fj_json *json) { return begin_item(json, ']'); }

/// What follows a backslash.
static bool skip_escape(fj_json *json) {
    const char c = at_hand(json);
    json->at++;
    if (c != 'u') return c != 0 && strchr("\"\\/bfnrt", c) != NULL;
    for (int i = 0; i < 4; i++, json->at++) {
        const char h = at_hand(json);
        if (!is_digit(h) && !(h >= 'a' && h <= 'f') && !(h >= 'A' && h <= 'F')) return false;
    }
    return true;
}

bool fj_json_string(fj_json *json, fj_json_text *out) {
    if (!take(json, '"')) return fail(json);
    const size_t start = json->at;
    while (json->at < json->length) {
        const unsigned char c = (unsigned char)json->bytes[json->at++];
        if (c == '"') {
            *out = (fj_json_text){json->bytes + start, json->at - 1 - start};
            return true;
        }
        if (c < 0x20 || (c == '\\' && !skip_escape(json))) break;
    }
    return fail(json);
}

/// Digits, at least one; the first FJ_JSON_DIGITS_MAX that matter go into the mantissa. Answers how many places the point moves.
static bool digits(fj_json *json, uint64_t *mantissa, int *moved, bool after_point) {
    if (!is_digit(at_hand(json))) return fail(json);
    static const uint64_t full = UINT64_C(10000000000000000);
    for (; is_digit(at_hand(json)); json->at++) {
        const bool room = *mantissa < full;
        if (room) *mantissa = *mantissa * 10 + (uint64_t)(at_hand(json) - '0');
        if (room == after_point && *moved > -EXPONENT_MAX && *moved < EXPONENT_MAX) *moved += after_point ? -1 : 1;
    }
    return true;
}

/// A power of ten, by squaring.
static double power_of_ten(int exponent) {
    double result = 1.0, factor = 10.0;
    for (; exponent > 0; exponent >>= 1, factor *= factor)
        if (exponent & 1) result *= factor;
    return result;
}

bool fj_json_number(fj_json *json, double *out) {
    const bool negative = take(json, '-');
    if (!negative && !is_digit(peek(json))) return fail(json);
    uint64_t mantissa = 0;
    int moved = 0, exponent = 0;
    if (at_hand(json) == '0') json->at++;
    else if (!digits(json, &mantissa, &moved, false)) return false;
    if (at_hand(json) == '.') {
        json->at++;
        if (!digits(json, &mantissa, &moved, true)) return false;
    }
    if (at_hand(json) == 'e' || at_hand(json) == 'E') {
        json->at++;
        const bool smaller = at_hand(json) == '-';
        if (smaller || at_hand(json) == '+') json->at++;
        if (!is_digit(at_hand(json))) return fail(json);
        for (; is_digit(at_hand(json)); json->at++)
            if (exponent < EXPONENT_MAX) exponent = exponent * 10 + (at_hand(json) - '0');
        if (exponent > EXPONENT_MAX) exponent = EXPONENT_MAX;
        if (smaller) exponent = -exponent;
    }
    exponent += moved;
    // Up to 15 digits and 22 places both are exact and the quotient is rounded once.
    double value = (double)mantissa;
    if (mantissa > 0 && exponent > 0) value *= power_of_ten(exponent);
    else if (mantissa > 0 && exponent < 0) value /= power_of_ten(-exponent);
    *out = negative ? -value : value;
    return true;
}

static bool take_word(fj_json *json, const char *word) {
    const size_t length = strlen(word);
    if (peek(json) != word[0] || json->length - json->at < length || memcmp(json->bytes + json->at, word, length) != 0) return fail(json);
    json->at += length;
    return true;
}

bool fj_json_bool(fj_json *json, bool *out) {
    const bool value = fj_json_next_is(json, 't');
    if (!take_word(json, value ? "true" : "false")) return false;
    *out = value;
    return true;
}

static bool skip_scalar(fj_json *json) {
    fj_json_text text;
    double number;
    switch (peek(json)) {
    case '"': return fj_json_string(json, &text);
    case 't': return take_word(json, "true");
    case 'f': return take_word(json, "false");
    case 'n': return take_word(json, "null");
    default: return fj_json_number(json, &number);
    }
}

bool fj_json_skip(fj_json *json) {
    uint32_t objects = 0;  // a bit a level: which of the open ones are objects, the innermost lowest
    unsigned depth = 0;
    do {
        const char c = peek(json);
        if (c == '{' || c == '[') {
            if (depth == FJ_JSON_DEPTH_MAX || !fj_json_enter(json, c)) return fail(json);
            objects = objects << 1 | (c == '{');
            depth++;
        } else if (!skip_scalar(json)) return false;
        // On to the next value, out of everything that ends here.
        fj_json_text name;
        while (depth > 0 && !((objects & 1u) ? fj_json_member(json, &name) : fj_json_element(json))) {
            if (json->failed) return false;
            objects >>= 1;
            depth--;
        }
    } while (depth > 0);
    return true;
}

bool fj_json_end(fj_json *json) { return peek(json) == 0 && !json->failed && json->at >= json->length; }
