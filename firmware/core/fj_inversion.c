#include "fj_inversion.h"

fj_inversion_state fj_inversion_next(fj_inversion *inversion, float r) {
    if (!inversion) return FJ_INVERSION_UNKNOWN;
    if (inversion->state == FJ_INVERSION_RIGHT) return FJ_INVERSION_RIGHT;
    if (r >= FJ_SPO2_R_MIN && r <= FJ_INVERSION_R_RIGHT) {
        inversion->right_s++;
        inversion->swapped_s = 0;
    } else if (r > FJ_SPO2_R_MAX && r <= FJ_INVERSION_R_MAX) {
        if (inversion->swapped_s < FJ_INVERSION_S) inversion->swapped_s++;
        inversion->right_s = 0;
    }
    if (inversion->right_s >= FJ_INVERSION_S) inversion->state = FJ_INVERSION_RIGHT;
    else if (inversion->swapped_s >= FJ_INVERSION_S) inversion->state = FJ_INVERSION_LIKELY;
    return inversion->state;
}
