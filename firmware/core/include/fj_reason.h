// Why a value is absent. A missing value always comes with a reason; a reason never comes with an old value.
#ifndef FJ_REASON_H
#define FJ_REASON_H

typedef enum fj_reason {
    FJ_REASON_NONE = 0,         // every value that the sensor can give is there
    FJ_REASON_SETTLING,         // not enough signal yet since the start, or since the patient came back
    FJ_REASON_SENSOR_OFF,       // nobody wears the sensor
    FJ_REASON_SATURATED,        // too much light: the converter is at its end
    FJ_REASON_LOW_PERFUSION,    // a finger perhaps, but too little pulse to measure
    FJ_REASON_POOR_SIGNAL,      // noise, or two views that disagree: no pulse that can be trusted
    FJ_REASON_OUT_OF_RANGE,     // periodic, but faster or slower than a heart, or a temperature nobody has
    FJ_REASON_NO_SAMPLES,       // the sensor delivered nothing, or too little
    FJ_REASON_SPO2_UNRELIABLE,  // the heart rate is good, the ratio of red and infrared is not
    FJ_REASON_NO_PULSE,         // there was a pulse under this sensor, and there is none
    FJ_REASON_STARTING,         // the sensor is on, and there was no pulse yet since it was put on
    FJ_REASON_MOTION,           // the signal swings suddenly far more than the pulse did
    FJ_REASON_SAMPLE_CLOCK,     // the sensor samples at another rate than it was set to: no rate can be computed
    FJ_REASON_COUNT,
} fj_reason;

/// The name that reports and `fajma signal` print, never NULL. FJ_REASON_NONE is "".
const char *fj_reason_name(fj_reason reason);

/// The name under `etat.raisons` of a report. NULL: none is sent, either because nothing is absent, or because the sensor gives nothing: the server
/// then alarms for the missing value.
const char *fj_reason_wire_name(fj_reason reason);

#endif
