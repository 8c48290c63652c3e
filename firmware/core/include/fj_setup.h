// What a new device is told: where the server is and its key, as the administration page's QR code has them, and what is its own.
#ifndef FJ_SETUP_H
#define FJ_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fj_error.h"
#include "fj_spo2.h"

/// The longest address (the server's own limit for the QR code), the longest key (`fjd_`, 15 digits, `_`, 43 characters), and the longest
/// text with all its members: what one message of the Bluetooth set-up carries.
#define FJ_SETUP_URL_MAX 200u
#define FJ_SETUP_KEY_MAX 63u
#define FJ_SETUP_TEXT_MAX 448u
/// What a curve must give for a finger, or it is a slip: at R 0.5 and at R 1.0 (%).
#define FJ_SETUP_CURVE_LEAST 60.0f
#define FJ_SETUP_CURVE_GREATEST 110.0f

typedef struct fj_setup {
    char url[FJ_SETUP_URL_MAX + 1];  // begins with https:// (or http://) and ends with /
    char key[FJ_SETUP_KEY_MAX + 1];
    uint64_t device;  // the number in the key
    bool has_curve;
    fj_spo2_curve curve;     // this device's, where it was calibrated
    bool swap_red_infrared;  // a clone of the oximeter with its LEDs the other way round
} fj_setup;

/// Reads `{"v":1,"url":"…","cle":"fjd_…"}`, with `"spo2":[a,b,c]` and `"inverse":true` where an engineer added them; unknown members are passed
/// over. `allow_plain`: http:// too, for a bench without a certificate. FJ_ERROR_FORMAT: not such a text, or another version's;
/// FJ_ERROR_RANGE: an address, key or curve that cannot be.
fj_error fj_setup_parse(const char *text, size_t length, bool allow_plain, fj_setup *out);

#endif
