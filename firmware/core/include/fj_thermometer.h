// Is there a patient before the infrared thermometer?
#ifndef FJ_THERMOMETER_H
#define FJ_THERMOMETER_H

#include <stdbool.h>

#include "fj_mlx90614.h"
#include "fj_reason.h"

/// Hysteresis on |object - ambient| (K): with nobody there the sensor looks at the room, whose temperature is its own.
/// In a room as warm as skin this hides a patient rather than inventing one.
#define FJ_THERMOMETER_OFF_BELOW_K 1.0f
#define FJ_THERMOMETER_ON_ABOVE_K 1.5f

/// Skin outside this is no patient's (°C); the server judges what is left.
#define FJ_THERMOMETER_MIN_C 20.0f
#define FJ_THERMOMETER_MAX_C 45.0f

typedef struct fj_thermometer {
    bool worn;
} fj_thermometer;

/// The value to report: NaN with a reason, or the object's temperature in °C with FJ_REASON_NONE.
typedef struct fj_skin {
    float celsius;
    fj_reason reason;
} fj_skin;

/// Judges one pair of temperatures. `thermometer` starts zeroed (nobody there).
fj_error fj_thermometer_judge(fj_thermometer *thermometer, const fj_temperatures *read, fj_skin *out);

#endif
