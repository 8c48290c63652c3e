// The one button: a short press silences the bedside alarm, holding it erases the set-up.
#ifndef FJ_BUTTON_H
#define FJ_BUTTON_H

#include <stdbool.h>
#include <stdint.h>

/// Contacts bounce: a change counts once it lasted (ms).
#define FJ_BUTTON_SETTLE_MS 40u
/// Held longer, it is no press any more, and the device shows what will happen; held to the end, it happens (ms).
#define FJ_BUTTON_HELD_MS 2000u
#define FJ_BUTTON_RESET_MS 8000u

typedef enum fj_button_event {
    FJ_BUTTON_NOTHING,
    FJ_BUTTON_PRESSED,  // and let go again
    FJ_BUTTON_HELD,     // said at every call from FJ_BUTTON_HELD_MS on
    FJ_BUTTON_RESET,    // said once
} fj_button_event;

/// Zeroed is a button that nobody touches. Private.
typedef struct fj_button {
    bool is_down, was_raw_down, is_spent;
    uint64_t raw_since_ms, down_since_ms;
} fj_button;

/// To be called at least every FJ_BUTTON_SETTLE_MS with what the contact says. A button that is down when the device starts (it
/// is what starts a board's loader) counts from then on.
fj_button_event fj_button_next(fj_button *button, bool raw_down, uint64_t now_ms);

#endif
