// Is a new firmware image good? Kept only once it proved that it can do the device's work.
#ifndef FJ_OTA_H
#define FJ_OTA_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_error.h"

/// How long a new image has to prove itself (ms).
#define FJ_OTA_TRIAL_MS UINT64_C(300000)

/// Nobody wears the device once its sensors said so for so many seconds in a row.
#define FJ_OTA_UNWORN_S 60u

typedef enum fj_ota_verdict {
    FJ_OTA_ON_TRIAL,   // ask again later
    FJ_OTA_KEEP,       // mark the image as good; also where nothing was on trial
    FJ_OTA_ROLL_BACK,  // restart into the image before
} fj_ota_verdict;

/// Private.
typedef struct fj_ota {
    bool on_trial, oximeter_answered, thermometer_answered, report_accepted;
    uint64_t until_ms;
    uint8_t unworn_s;
} fj_ota;

/// `is_new`: the bootloader started this image for the first time. `now_ms` is monotonic here and below.
fj_error fj_ota_init(fj_ota *ota, bool is_new, uint64_t now_ms);

/// Notes what was seen since; what was once seen stays. `report_accepted`: the server took a report, or said that nobody wears the device: an image
/// that starts on the shelf is no worse for it.
void fj_ota_note(fj_ota *ota, bool oximeter_answers, bool thermometer_answers, bool report_accepted);

/// FJ_OTA_KEEP once all was seen, FJ_OTA_ROLL_BACK after FJ_OTA_TRIAL_MS without. Either is final: the first verdict is repeated for ever.
fj_ota_verdict fj_ota_judge(fj_ota *ota, uint64_t now_ms);

/// To be called for every second that was measured.
void fj_ota_pass(fj_ota *ota, bool is_worn);

/// A restart into a new image takes nothing from a patient.
bool fj_ota_may_restart(const fj_ota *ota);

/// An image as its header says: texts of FJ_OTA_TEXT_BYTES, with or without a NUL.
#define FJ_OTA_TEXT_BYTES 32u
typedef struct fj_ota_image {
    const char *name, *version;
} fj_ota_image;

/// Whether an image is to be taken: this program, newer than the running one, and not the version that failed here before (NULL: none did). An older one is
/// never taken, because its holes are known: who must go back gives it a higher number.
bool fj_ota_wants(const fj_ota_image *offered, const fj_ota_image *running, const fj_ota_image *failed);

/// Versions as 1.10.2 and 1.10.2-rc1, which comes before 1.10.2: under 0, 0 or over 0. Of FJ_OTA_TEXT_BYTES at most.
int fj_ota_compare_versions(const char *a, const char *b);

#endif
