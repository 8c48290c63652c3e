#include "fj_reason.h"

#include <stddef.h>

const char *fj_reason_name(fj_reason reason) {
    switch (reason) {
    case FJ_REASON_NONE: return "";
    case FJ_REASON_SETTLING: return "settling";
    case FJ_REASON_SENSOR_OFF: return "sensor_off";
    case FJ_REASON_SATURATED: return "saturated";
    case FJ_REASON_LOW_PERFUSION: return "low_perfusion";
    case FJ_REASON_POOR_SIGNAL: return "poor_signal";
    case FJ_REASON_OUT_OF_RANGE: return "out_of_range";
    case FJ_REASON_NO_SAMPLES: return "no_samples";
    case FJ_REASON_SPO2_UNRELIABLE: return "spo2_unreliable";
    case FJ_REASON_NO_PULSE: return "no_pulse";
    case FJ_REASON_STARTING: return "starting";
    case FJ_REASON_MOTION: return "motion";
    case FJ_REASON_SAMPLE_CLOCK: return "sample_clock";
    case FJ_REASON_COUNT: break;
    }
    return "unknown";
}

const char *fj_reason_wire_name(fj_reason reason) {
    switch (reason) {
    case FJ_REASON_SETTLING:
    case FJ_REASON_STARTING: return "starting";
    case FJ_REASON_OUT_OF_RANGE:
    case FJ_REASON_SAMPLE_CLOCK:
    case FJ_REASON_SPO2_UNRELIABLE:
    case FJ_REASON_POOR_SIGNAL: return "poor_signal";
    case FJ_REASON_SENSOR_OFF:
    case FJ_REASON_SATURATED:
    case FJ_REASON_LOW_PERFUSION:
    case FJ_REASON_MOTION:
    case FJ_REASON_NO_PULSE: return fj_reason_name(reason);
    case FJ_REASON_NONE:
    case FJ_REASON_NO_SAMPLES:
    case FJ_REASON_COUNT: break;
    }
    return NULL;
}
