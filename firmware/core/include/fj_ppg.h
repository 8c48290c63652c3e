// From red and infrared samples to heart rate and oxygen saturation, a result a second.
#ifndef FJ_PPG_H
#define FJ_PPG_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_contact.h"
#include "fj_filter.h"
#include "fj_inversion.h"
#include "fj_pulsation.h"
#include "fj_pulse.h"
#include "fj_pulse_watch.h"
#include "fj_reason.h"
#include "fj_spo2.h"

/// Less than this of signal gives no value (s). Slower than 60 bpm takes longer: up to 8 s, for three beats at 25 bpm.
#define FJ_PPG_SHORTEST_S 3u
/// What the filter needs after a start before its output is used (s).
#define FJ_PPG_SETTLE_S 1u
/// Lost samples that are bridged by a straight line (s); a longer gap starts the window again.
#define FJ_PPG_BRIDGE_S 0.1f
/// A sample that differs from the last one by so many times what samples usually do is taken for a lost one, because blood does not move so fast; more of
/// them than FJ_PPG_BRIDGE_S in a row are another light. At least and at most by these parts of the last one within 10 ms,
/// and after lost samples by no more than the third. Only where the level has limits.
#define FJ_PPG_JUMP_TIMES 12.0f
#define FJ_PPG_JUMP_LEAST 0.01f
#define FJ_PPG_JUMP_MOST 0.04f
#define FJ_PPG_JUMP_MAX 0.2f
/// How quickly the usual difference follows (s).
#define FJ_PPG_JUMP_USUAL_S 4.0f
/// Where nothing can be measured and the perfusion index (%) is under this, the perfusion is why. And the least with which SpO2 is given.
#define FJ_PPG_PERFUSION_WEAK 0.25f
#define FJ_PPG_PERFUSION_SPO2 0.2f
/// A perfusion of so many times the usual one is motion, for so many seconds at most; how quickly the usual one follows (s). So is one of so many times
/// with a rate faster than before by this factor: a heart that runs away pumps less.
#define FJ_PPG_MOTION_JUMP 4.0f
#define FJ_PPG_MOTION_RATE_JUMP 2.0f
#define FJ_PPG_MOTION_FASTER 1.15f
#define FJ_PPG_MOTION_S 60u
#define FJ_PPG_MOTION_USUAL_S 16.0f
/// The largest sample that is believed; a MAX30102 gives 262,143 at most.
#define FJ_PPG_SAMPLE_MAX 1e9f
/// Channels: infrared, from which the rate is taken, and red.
enum { FJ_INFRARED, FJ_RED, FJ_CHANNELS };

typedef struct fj_ppg_config {
    float rate_hz;  // FJ_RATE_MIN_HZ to FJ_RATE_MAX_HZ
    bool has_red;
    /// Hysteresis on the infrared level per LED current (counts per mA): under `off` nobody wears it, over `on` somebody does. 0: not looked at.
    float level_off, level_on;
    /// The infrared LED's current until fj_ppg_light says another one (mA).
    float infrared_ma;
    /// Counts from which the converter is at its end. 0: not looked at.
    float saturation;
    /// Hysteresis on the perfusion index (%).
    float perfusion_off, perfusion_on;
    /// The least quality (0 to 100) with which a value is given.
    float quality_min;
    fj_spo2_curve curve;
} fj_ppg_config;

/// What one second gave. Absent values are NaN, so that who forgets to look at `reason` still has no number to show.
typedef struct fj_vitals {
    uint64_t t_ms;
    float heart_rate;       // bpm
    float spo2;             // %
    float r;                // ratio of ratios, beside every spo2
    float perfusion_index;  // % of the infrared level, peak to peak of a sine of the same power
    uint8_t quality;        // 0 to 100; 0 without a pulse
    fj_reason reason;       // why heart_rate, or else spo2, is absent
    bool is_inverted;       // red and infrared seem to be the other way round: there is no spo2 until they are right
} fj_vitals;

/// All state, 5 KB; private to fj_ppg*.c.
typedef struct fj_ppg {
    fj_ppg_config config;
    fj_band_pass band_pass[FJ_CHANNELS];
    float window[FJ_CHANNELS][FJ_PULSE_SAMPLES_MAX];  // band-passed, oldest first
    float level[FJ_CHANNELS][FJ_PULSE_WINDOW_S];      // means of whole seconds, in any order
    float lags[FJ_PULSE_LAGS_MAX];                    // scratch
    float rises[FJ_PULSE_SAMPLES_MAX];                // scratch
    float last[FJ_CHANNELS];                          // the newest sample, from which a gap is bridged
    float usual_jump[FJ_CHANNELS];                    // from sample to sample, in parts of it
    float found_bpm, beats_bpm;                       // of the second before, given or not; 0 for none
    float beats_before_bpm, given_bpm;                // of the second before that; the last one that was given
    uint32_t missing;                                 // samples reported lost and not yet bridged
    uint32_t since_start;                             // samples, counted up to the end of settling
    uint16_t window_count, window_max;
    uint16_t decimation, phase;
    uint8_t seconds;  // whole seconds since the start, counted for `level`
    bool perfused;
    float usual_perfusion, usual_bpm;  // of the seconds with a rate; 0: not known
    uint8_t moved_s;                   // seconds of motion since the last rate
    uint8_t given_s;                   // seconds without one since `given_bpm`
    float infrared_ma;
    float clock;  // the real sampling rate, in parts of the configured one
    fj_contact contact;
    fj_pulse_watch watch;
    fj_inversion inversion;
    /// The second under way. A restart empties the sums, not what says whether the sensor works.
    struct {
        float sum[FJ_CHANNELS];
        uint32_t summed, received, under_off, under_on, saturated;
    } now;
} fj_ppg;

/// For a MAX30102 as fj_max30102.h sets it up.
fj_ppg_config fj_ppg_config_max30102(void);

/// For a recording of any scale, AC-coupled ones too: no limits in counts.
fj_ppg_config fj_ppg_config_recording(float rate_hz, bool has_red);

fj_error fj_ppg_init(fj_ppg *ppg, const fj_ppg_config *config);

/// Forgets the signal (not whether the sensor is worn, nor that there was a pulse): after a reset, a gap.
fj_error fj_ppg_restart(fj_ppg *ppg);

/// The infrared LED has another current from the next sample on: fj_ppg_restart, and the level is judged by it.
fj_error fj_ppg_light(fj_ppg *ppg, float infrared_ma);

/// The sensor really samples at `rate_hz` (0: not known, nothing changes): rates are scaled by it, and beyond FJ_SAMPLE_CLOCK_TOLERANCE none is given.
fj_error fj_ppg_clock(fj_ppg *ppg, float rate_hz);

/// One sample in converter counts. `red` is ignored without a red channel. A sample that is not a finite number is a lost one.
fj_error fj_ppg_push(fj_ppg *ppg, float infrared, float red);

/// Says that `samples` were lost between the last one pushed and the next.
fj_error fj_ppg_lost(fj_ppg *ppg, uint32_t samples);

/// Closes the second and says what it gave; to be called once a second, whether samples came or not. `t_ms` is copied into `out`.
/// With the samples' own filtering at 100 Hz 23 million instructions a second without a floating-point unit with a good window, up to some 42 million
/// where a pulse rides on breath (counted by firmware/qemu).
fj_error fj_ppg_second(fj_ppg *ppg, uint64_t t_ms, fj_vitals *out);

#endif
