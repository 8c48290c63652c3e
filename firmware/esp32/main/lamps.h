// LEDs, buzzer and button, by a timer of their own: they work whatever the tasks do.
#pragma once

#include <stdbool.h>

#include "esp_err.h"
#include "port.h"

esp_err_t lamps_open(port_indicator *indicator);

/// The button was held to the end: the set-up is to be erased.
bool lamps_reset_is_wanted(void);

/// Was the button pressed shortly since the last call?
bool lamps_take_press(void);
