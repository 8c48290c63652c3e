// Reading JSON in place, front to back, without recursion and without a copy. It takes every document that RFC 8259 calls valid, up to the
// limits below; of escapes in texts only the end is sought, so a name written with one is an unknown name.
#ifndef FJ_JSON_H
#define FJ_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Deeper documents are refused.
#define FJ_JSON_DEPTH_MAX 32u
/// Digits of a number that count; the others only move the point.
#define FJ_JSON_DIGITS_MAX 17u

/// `bytes` is the caller's. After the first failure `failed` stays set and every function answers false.
typedef struct fj_json {
    const char *bytes;
    size_t length, at;
    bool failed;
    bool first;  // in the object or array that was entered last nothing was read yet
} fj_json;

/// A text's bytes between its quotation marks, escapes and all.
typedef struct fj_json_text {
    const char *bytes;
    size_t length;
} fj_json_text;

bool fj_json_is(const fj_json_text *text, const char *expected);

/// Is the next value of this kind? `kind` is the first character of one: { [ " t f n, or 0 for a number.
bool fj_json_next_is(fj_json *json, char kind);

/// Enters the object or array that comes next; then one call of fj_json_member or fj_json_element before each value until false.
bool fj_json_enter(fj_json *json, char kind);

/// The next member's name; its value must be read or skipped before the next call. False: the object ended, or failure.
bool fj_json_member(fj_json *json, fj_json_text *name);

/// Is there another element? It must be read or skipped before the next call. False: the array ended, or failure.
bool fj_json_element(fj_json *json);

/// Each reads one value and fails, if it is another kind.
bool fj_json_string(fj_json *json, fj_json_text *out);
bool fj_json_number(fj_json *json, double *out);
bool fj_json_bool(fj_json *json, bool *out);

/// Passes over any value.
bool fj_json_skip(fj_json *json);

/// Nothing failed and nothing follows.
bool fj_json_end(fj_json *json);

#endif
