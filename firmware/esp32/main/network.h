// Wi-Fi as a station, for ever: what breaks is connected again.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"

/// The driver with its credentials from NVS, not started yet. SNTP is prepared along with it.
esp_err_t network_open(void);

/// Were credentials ever stored?
bool network_has_credentials(void);

/// Starts and connects, from now on by itself.
esp_err_t network_start(void);

/// Is there an address?
bool network_is_up(void *context);

/// Signal strength (dBm), or FJ_REPORT_UNKNOWN.
int32_t network_rssi(void);

/// Six hexadecimal digits that tell this device from others.
void network_device_suffix(char suffix[7]);

/// Forgets the credentials.
esp_err_t network_forget(void);
