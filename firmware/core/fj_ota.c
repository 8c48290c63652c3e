#include "fj_ota.h"

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
