// Setting up a new device over Bluetooth: Wi-Fi, and the text of the administration page's QR code.
#pragma once

#include "port.h"

/// Offers the set-up until all is known, then restarts. Returns only where it cannot even begin.
void set_up_run(const port_indicator *indicator);
