#include "fj_setup.h"

#include <math.h>
#include <string.h>

#include "fj_json.h"

#define VERSION 1.0
#define SECRET_CHARACTERS 43u
#define DEVICE_DIGITS_MAX 15u

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_base64url(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }

/// What follows a scheme if the text begins with it, else NULL.
static const char *after(const char *url, const char *scheme) {
    const size_t length = strlen(scheme);
    return strncmp(url, scheme, length) == 0 ? url + length : NULL;
}

/// Copies a JSON text whose only escape may be `\/`: no address and no key needs another.
static bool copy(const fj_json_text *text, char *out, size_t max) {
    size_t length = 0;
    for (size_t i = 0; i < text->length; i++) {
        if (text->bytes[i] == '\\' && (++i == text->length || text->bytes[i] != '/')) return false;
        if (length == max) return false;
        out[length++] = text->bytes[i];
    }
    out[length] = 0;
    return true;
}

static fj_error check_url(const char *url, bool allow_plain) {
    const char *host = after(url, "https://");
    if (!host && allow_plain) host = after(url, "http://");
    if (!host || *host == '/' || *host == ':' || *host == 0) return FJ_ERROR_RANGE;
    // A name and a password before @, a query or a fragment would become part of every request's address.
    for (const char *c = host; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("@?#\"\\<>", *c)) return FJ_ERROR_RANGE;
    return url[strlen(url) - 1] == '/' ? FJ_OK : FJ_ERROR_RANGE;
}

static fj_error check_key(const char *key, uint64_t *device) {
    const char *at = after(key, "fjd_");
    if (!at || *at == '0') return FJ_ERROR_RANGE;
    uint64_t number = 0;
    size_t digits = 0;
    for (; is_digit(*at); at++) {
        if (++digits > DEVICE_DIGITS_MAX) return FJ_ERROR_RANGE;
        number = number * 10 + (uint64_t)(*at - '0');
    }
    if (digits == 0 || *at++ != '_' || strlen(at) != SECRET_CHARACTERS) return FJ_ERROR_RANGE;
    for (; *at; at++)
        if (!is_base64url(*at)) return FJ_ERROR_RANGE;
    *device = number;
    return FJ_OK;
}

static bool is_plausible(float percent) { return percent >= FJ_SETUP_CURVE_LEAST && percent <= FJ_SETUP_CURVE_GREATEST; }

static fj_error check_curve(const fj_spo2_curve *curve) {
    const float at_half = 0.25f * curve->a + 0.5f * curve->b + curve->c, at_one = curve->a + curve->b + curve->c;
    // Written so that NaN is refused. More of R is always less oxygen.
    return is_plausible(at_half) && is_plausible(at_one) && at_one < at_half ? FJ_OK : FJ_ERROR_RANGE;
}

static bool read_curve(fj_json *json, fj_spo2_curve *curve) {
    float *const member[] = {&curve->a, &curve->b, &curve->c};
    size_t count = 0;
    if (!fj_json_enter(json, '[')) return false;
    while (fj_json_element(json)) {
        double number;
        if (count == sizeof member / sizeof *member || !fj_json_number(json, &number) || fabs(number) > 1000.0) return false;
        *member[count++] = (float)number;
    }
    return !json->failed && count == sizeof member / sizeof *member;
}

/// One member. False: not what it must be.
static bool read_member(fj_json *json, const fj_json_text *name, fj_setup *setup, bool *is_ours) {
    fj_json_text text;
    double version;
    if (fj_json_is(name, "v")) return *is_ours = fj_json_number(json, &version) && version == VERSION;
    if (fj_json_is(name, "url")) return fj_json_string(json, &text) && copy(&text, setup->url, FJ_SETUP_URL_MAX);
    if (fj_json_is(name, "cle")) return fj_json_string(json, &text) && copy(&text, setup->key, FJ_SETUP_KEY_MAX);
    if (fj_json_is(name, "inverse")) return fj_json_bool(json, &setup->swap_red_infrared);
    if (fj_json_is(name, "spo2")) return setup->has_curve = read_curve(json, &setup->curve);
    return fj_json_skip(json);
}

fj_error fj_setup_parse(const char *text, size_t length, bool allow_plain, fj_setup *out) {
    if (!text || !out) return FJ_ERROR_ARGUMENT;
    if (length > FJ_SETUP_TEXT_MAX) return FJ_ERROR_FORMAT;
    fj_json json = {.bytes = text, .length = length};
    fj_json_text name;
    fj_setup setup = {0};
    bool is_ours = false;
    if (!fj_json_enter(&json, '{')) return FJ_ERROR_FORMAT;
    while (fj_json_member(&json, &name))
        if (!read_member(&json, &name, &setup, &is_ours)) return FJ_ERROR_FORMAT;
    if (!fj_json_end(&json) || !is_ours) return FJ_ERROR_FORMAT;
    fj_error error = check_url(setup.url, allow_plain);
    if (error == FJ_OK) error = check_key(setup.key, &setup.device);
    if (error == FJ_OK && setup.has_curve) error = check_curve(&setup.curve);
    if (error == FJ_OK) *out = setup;
    return error;
}
