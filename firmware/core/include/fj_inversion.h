// Are red and infrared the other way round? Many modules have the two LEDs swapped; R is then the reciprocal of what it should be.
#ifndef FJ_INVERSION_H
#define FJ_INVERSION_H

#include <stdint.h>

#include "fj_spo2.h"

/// R over FJ_SPO2_R_MAX and up to this is swapped: its reciprocal is a finger's.
#define FJ_INVERSION_R_MAX (1.0f / FJ_SPO2_R_MIN)
/// R up to this is right: its reciprocal is none that a finger keeps.
#define FJ_INVERSION_R_RIGHT (1.0f / FJ_SPO2_R_MAX)
/// So many seconds must say the same, with none between them that says the opposite.
#define FJ_INVERSION_S 20u

typedef enum fj_inversion_state {
    FJ_INVERSION_UNKNOWN,
    FJ_INVERSION_RIGHT,   // once seen it stays: LEDs do not change places, a patient's R may become as high as that of swapped ones
    FJ_INVERSION_LIKELY,  // until right is seen
} fj_inversion_state;

/// Zeroed knows nothing. Private, except the state.
typedef struct fj_inversion {
    fj_inversion_state state;
    uint8_t right_s, swapped_s;
} fj_inversion;

/// Takes in the R of a second with a good signal.
fj_inversion_state fj_inversion_next(fj_inversion *inversion, float r);

#endif
