// The pulse oximeter chip MAX30102: red and infrared, 100 samples a second.
#ifndef FJ_MAX30102_H
#define FJ_MAX30102_H

#include <stdbool.h>
#include <stdint.h>

#include "fj_i2c.h"

#define FJ_MAX30102_ADDRESS 0x57u
#define FJ_MAX30102_RATE_HZ 100.0f
/// The largest sample: 18 bits.
#define FJ_MAX30102_SAMPLE_MAX 0x03FFFFu
/// The chip's FIFO; one read gives at most so many samples.
#define FJ_MAX30102_FIFO_SAMPLES 32u
/// Its counter of lost samples ends here.
#define FJ_MAX30102_LOST_MAX 31u
/// The interrupt comes with 17 samples waiting, every 170 ms; without one the FIFO is read after this time all the same, before
/// it overflows at 320 ms (ms).
#define FJ_MAX30102_FALLBACK_MS 200u
/// How often the reset bit is looked at; at 400 kHz each look takes 0.1 ms and the chip needs about 1 ms.
#define FJ_MAX30102_RESET_LOOKS 100u
/// LED current in steps of 0.2 mA: 0x24 is 7.2 mA, the start; the limits keep a finger cool and a LED lit.
#define FJ_MAX30102_STEP_MA 0.2f
#define FJ_MAX30102_CURRENT_START 0x24u
#define FJ_MAX30102_CURRENT_MIN 0x02u
#define FJ_MAX30102_CURRENT_MAX 0xC8u

typedef struct fj_max30102 {
    const fj_i2c *bus;
    /// Some clones have the two LEDs the other way round: then currents and samples change places here and nowhere else.
    bool swap_red_infrared;
    uint8_t red_current, infrared_current;
    uint64_t last_read_ms;
    uint32_t lost;  // samples since init that the FIFO had no room for, at least
} fj_max30102;

typedef struct fj_sample {
    uint32_t red, infrared;  // counts, 0 to FJ_MAX30102_SAMPLE_MAX
} fj_sample;

/// What one read of the FIFO gave, oldest first. `lost` samples are missing after the last one; the chip counts to 31 and stays there.
typedef struct fj_samples {
    fj_sample sample[FJ_MAX30102_FIFO_SAMPLES];
    uint8_t count;
    uint8_t lost;
} fj_samples;

/// Checks the part, resets it, sets 100 samples/s, 411 us, 4096 nA, 18 bits, interrupt on a nearly full FIFO, empties
/// the FIFO and starts it. FJ_ERROR_WRONG_PART; FJ_ERROR_NOT_READY: the reset does not end. `now_ms` is monotonic.
fj_error fj_max30102_init(fj_max30102 *sensor, const fj_i2c *bus, bool swap_red_infrared, uint64_t now_ms);

/// Is it time to read: an interrupt was seen, or none came for FJ_MAX30102_FALLBACK_MS.
bool fj_max30102_is_due(const fj_max30102 *sensor, uint64_t now_ms, bool interrupt_seen);

/// Empties the FIFO (no samples is FJ_OK too) and takes back the interrupt. A read that fails half-way loses what it had read: the
/// caller must count a gap of unknown length.
fj_error fj_max30102_read(fj_max30102 *sensor, uint64_t now_ms, fj_samples *out);

/// Sets the LED currents, in steps of 0.2 mA, kept within FJ_MAX30102_CURRENT_MIN and _MAX.
fj_error fj_max30102_set_currents(fj_max30102 *sensor, uint8_t red, uint8_t infrared);

#endif
