#include "fj_vital.h"

#include <string.h>

// \302\260 is the degree sign in UTF-8; in octal, because "\xB0C" would be one escape.
static const fj_vital_properties registry[FJ_VITAL_COUNT] = {
    [FJ_VITAL_SPO2] = {"spo2", "%", 3000, 10000},
    [FJ_VITAL_HEART_RATE] = {"heart_rate", "bpm", 1500, 30000},
    [FJ_VITAL_TEMPERATURE] = {"temperature", "\302\260C", 2000, 4500},
    [FJ_VITAL_PERFUSION_INDEX] = {"perfusion_index", "%", 0, 3000},
    [FJ_VITAL_SIGNAL_QUALITY] = {"signal_quality", "%", 0, 10000},
    [FJ_VITAL_AMBIENT_TEMPERATURE] = {"ambient_temperature", "\302\260C", -2000, 6000},
};

const fj_vital_properties *fj_vital_of(unsigned vital) { return vital < FJ_VITAL_COUNT ? &registry[vital] : NULL; }

fj_error fj_vital_named(const char *name, size_t length, fj_vital *out) {
    if (!name || !out) return FJ_ERROR_ARGUMENT;
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) {
        if (strlen(registry[i].name) != length || memcmp(registry[i].name, name, length) != 0) continue;
        *out = (fj_vital)i;
        return FJ_OK;
    }
    return FJ_ERROR_EMPTY;
}
