#include "fj_thermometer.h"

#include <math.h>

fj_error fj_thermometer_judge(fj_thermometer *thermometer, const fj_temperatures *read, fj_skin *out) {
    if (!thermometer || !read || !out) return FJ_ERROR_ARGUMENT;
    const float difference_k = fabsf(read->object_c - read->ambient_c);
    // Written so that NaN means nobody there.
    thermometer->worn = difference_k >= (thermometer->worn ? FJ_THERMOMETER_OFF_BELOW_K : FJ_THERMOMETER_ON_ABOVE_K);
    if (!thermometer->worn) {
        *out = (fj_skin){.celsius = NAN, .reason = FJ_REASON_SENSOR_OFF};
    } else if (!(read->object_c >= FJ_THERMOMETER_MIN_C && read->object_c <= FJ_THERMOMETER_MAX_C)) {
        *out = (fj_skin){.celsius = NAN, .reason = FJ_REASON_OUT_OF_RANGE};
    } else {
        *out = (fj_skin){.celsius = read->object_c, .reason = FJ_REASON_NONE};
    }
    return FJ_OK;
}
