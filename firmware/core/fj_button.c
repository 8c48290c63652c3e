#include "fj_button.h"

static fj_button_event hold(fj_button *button, uint64_t now_ms) {
    const uint64_t held_ms = now_ms - button->down_since_ms;
    if (button->is_spent || held_ms < FJ_BUTTON_HELD_MS) return FJ_BUTTON_NOTHING;
    if (held_ms < FJ_BUTTON_RESET_MS) return FJ_BUTTON_HELD;
    button->is_spent = true;
    return FJ_BUTTON_RESET;
}

fj_button_event fj_button_next(fj_button *button, bool raw_down, uint64_t now_ms) {
    if (!button) return FJ_BUTTON_NOTHING;
    if (raw_down != button->was_raw_down) {
        button->was_raw_down = raw_down;
        button->raw_since_ms = now_ms;
    }
    if (raw_down == button->is_down || now_ms - button->raw_since_ms < FJ_BUTTON_SETTLE_MS)
        return button->is_down ? hold(button, now_ms) : FJ_BUTTON_NOTHING;
    button->is_down = raw_down;
    if (raw_down) {
        button->down_since_ms = now_ms;
        button->is_spent = false;
        return FJ_BUTTON_NOTHING;
    }
    return !button->is_spent && now_ms - button->down_since_ms < FJ_BUTTON_HELD_MS ? FJ_BUTTON_PRESSED : FJ_BUTTON_NOTHING;
}
