#include "fj_ota.h"

#include <string.h>

fj_error fj_ota_init(fj_ota *ota, bool is_new, uint64_t now_ms) {
    if (!ota) return FJ_ERROR_ARGUMENT;
    *ota = (fj_ota){.on_trial = is_new, .until_ms = now_ms + FJ_OTA_TRIAL_MS};
    return FJ_OK;
}

void fj_ota_note(fj_ota *ota, bool oximeter_answers, bool thermometer_answers, bool report_accepted) {
    if (!ota) return;
    ota->oximeter_answered = ota->oximeter_answered || oximeter_answers;
    ota->thermometer_answered = ota->thermometer_answered || thermometer_answers;
    ota->report_accepted = ota->report_accepted || report_accepted;
}

fj_ota_verdict fj_ota_judge(fj_ota *ota, uint64_t now_ms) {
    if (!ota || !ota->on_trial) return FJ_OTA_KEEP;
    // Looked at first: who comes late has failed, even if the judge comes later.
    if (now_ms >= ota->until_ms) return FJ_OTA_ROLL_BACK;
    ota->on_trial = !(ota->oximeter_answered && ota->thermometer_answered && ota->report_accepted);
    return ota->on_trial ? FJ_OTA_ON_TRIAL : FJ_OTA_KEEP;
}

void fj_ota_pass(fj_ota *ota, bool is_worn) {
    if (!ota) return;
    if (is_worn) ota->unworn_s = 0;
    else if (ota->unworn_s < FJ_OTA_UNWORN_S) ota->unworn_s++;
}

bool fj_ota_may_restart(const fj_ota *ota) { return ota && ota->unworn_s >= FJ_OTA_UNWORN_S; }

/// One number of a version; `*at` goes on behind it and the point after it.
static uint32_t next_number(const char *version, size_t *at) {
    uint32_t number = 0;
    for (; *at < FJ_OTA_TEXT_BYTES && version[*at] >= '0' && version[*at] <= '9'; ++*at)
        number = number > (UINT32_MAX - 9u) / 10u ? UINT32_MAX : number * 10u + (uint32_t)(version[*at] - '0');
    if (*at < FJ_OTA_TEXT_BYTES && version[*at] == '.') ++*at;
    return number;
}

static bool is_digit(const char *version, size_t at) { return at < FJ_OTA_TEXT_BYTES && version[at] >= '0' && version[at] <= '9'; }

int fj_ota_compare_versions(const char *a, const char *b) {
    size_t at_a = 0, at_b = 0;
    while (is_digit(a, at_a) || is_digit(b, at_b)) {
        const uint32_t number_a = next_number(a, &at_a), number_b = next_number(b, &at_b);
        if (number_a != number_b) return number_a < number_b ? -1 : 1;
    }
    // What follows the numbers says that it is not finished yet.
    const bool ends_a = at_a >= FJ_OTA_TEXT_BYTES || !a[at_a], ends_b = at_b >= FJ_OTA_TEXT_BYTES || !b[at_b];
    if (ends_a || ends_b) return (int)ends_a - (int)ends_b;
    const size_t rest = FJ_OTA_TEXT_BYTES - (at_a > at_b ? at_a : at_b);
    return strncmp(a + at_a, b + at_b, rest);
}

bool fj_ota_wants(const fj_ota_image *offered, const fj_ota_image *running, const fj_ota_image *failed) {
    if (!offered || !running || strncmp(offered->name, running->name, FJ_OTA_TEXT_BYTES) != 0) return false;
    if (fj_ota_compare_versions(offered->version, running->version) <= 0) return false;
    return !failed || strncmp(offered->version, failed->version, FJ_OTA_TEXT_BYTES) != 0;
}
