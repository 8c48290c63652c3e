// What the device measures, by the server's names. A test compares the table with the server's.
#ifndef FJ_VITAL_H
#define FJ_VITAL_H

#include <stddef.h>
#include <stdint.h>

#include "fj_error.h"

typedef enum fj_vital {
    FJ_VITAL_SPO2,
    FJ_VITAL_HEART_RATE,
    FJ_VITAL_TEMPERATURE,
    FJ_VITAL_PERFUSION_INDEX,
    FJ_VITAL_SIGNAL_QUALITY,
    FJ_VITAL_AMBIENT_TEMPERATURE,
    FJ_VITAL_COUNT,
} fj_vital;

typedef struct fj_vital_properties {
    const char *name;  // `type_donnee`
    const char *unit;  // `unite`, UTF-8
    /// The server stores nothing outside (hundredths of the unit).
    int16_t least, greatest;
} fj_vital_properties;

/// NULL for what is no vital.
const fj_vital_properties *fj_vital_of(unsigned vital);

/// The vital with a name of `length` bytes. FJ_ERROR_EMPTY: none of the device's.
fj_error fj_vital_named(const char *name, size_t length, fj_vital *out);

#endif
