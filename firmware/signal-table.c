// The core over one recording, for `firmware/signal-table`: not part of the core, nor of the device.
#include <math.h>

#include "fj_ppg.h"

/// One row a second: heart rate, SpO2 (NaN where absent), perfusion index, reason. The answer is how many; under 0: the core refuses the rate.
int table_run(const float *infrared, const float *red, int count, float rate_hz, float (*rows)[4], int most) {
    static fj_ppg ppg;
    const fj_ppg_config config = fj_ppg_config_recording(rate_hz, red != NULL);
    if (fj_ppg_init(&ppg, &config) != FJ_OK) return -1;
    int sample = 0, second = 0;
    for (; second < most; second++) {
        const int end = (int)lroundf((float)(second + 1) * rate_hz);
        if (end > count) break;
        for (; sample < end; sample++) fj_ppg_push(&ppg, infrared[sample], red ? red[sample] : 0.0f);
        fj_vitals vitals;
        fj_ppg_second(&ppg, (uint64_t)(second + 1) * 1000u, &vitals);
        rows[second][0] = vitals.heart_rate;
        rows[second][1] = vitals.spo2;
        rows[second][2] = vitals.perfusion_index;
        rows[second][3] = (float)vitals.reason;
    }
    return second;
}
