// Pulsation, however weak: what is left to look at when no pulse can be measured.
#ifndef FJ_PULSATION_H
#define FJ_PULSATION_H

#include <stdbool.h>
#include <stddef.h>

#include "fj_pulse.h"

/// The span of a rise (s): a beat is steep over it, breath and drift are not.
#define FJ_PULSATION_RISE_S 0.1f
/// The newest stretch that is looked at (s), and the longer one once there was no pulse for so long.
#define FJ_PULSATION_STRETCH_S 5u
/// A weak pulse must be as alike from beat to beat (as fj_pulse says it).
#define FJ_PULSATION_LIKENESS_MIN 0.6f
/// The steepest rise of a beat is at least this part of the wave's swing (peak to peak of a sine of its power): in recordings of patients under 100
/// bpm 0.58 and more. A sine's is sin(pi x 0.1 s x frequency): 0.2 at 40 breaths a minute, 0.3 at 60.
#define FJ_PULSATION_STEEPNESS_MIN 0.5f
typedef struct fj_pulsation {
    /// The greatest rise or fall of the newest second, in the samples' unit.
    float strength;
    /// The newest second's, peak to peak of a sine of its power, in the samples' unit.
    float swing;
    /// The newest stretch is as smooth as breath.
    bool is_smooth;
    /// The rate of what repeats itself in the stretch; 0: nothing does.
    float weak_bpm;
} fj_pulsation;

/// Looks at band-passed samples, the newest last; a weak pulse is looked for in the rises of the newest `stretch_s`, which show beats better than
/// the wave does. `rises` is scratch of FJ_PULSE_SAMPLES_MAX floats, `lags` of FJ_PULSE_LAGS_MAX. About 40,000 multiplications for 8 s at 50 Hz.
/// False: less than a second of signal. Less than the stretch: smooth and without a weak pulse is not said.
bool fj_pulsation_find(const float *samples, size_t count, float rate_hz, unsigned stretch_s, float *rises, float *lags, fj_pulsation *out);

#endif
