// The time: monotonic for everything that is measured, UTC from SNTP, and the system's clock, by which certificates are judged.
#pragma once

#include <stdbool.h>

#include "esp_err.h"
#include "fj_clock.h"
#include "port.h"

port_clock clock_port(void);
uint64_t clock_now_ms(void);

/// Sets the system's clock to the latest instant that is certainly past (the build of this image, what was kept from the last run), so that
/// a certificate's beginning does not lie in the future. Readings are never dated by it.
void clock_set_floor(void);

/// Prepares SNTP; before the network starts, because DHCP names the servers. clock_start_sntp begins, once there is a network.
esp_err_t clock_prepare_sntp(void);
void clock_start_sntp(void);

/// Hands what SNTP said since the last call to the core's clock.
void clock_take_sntp(fj_clock *clock);

/// After each request. Brings the system's clock to the core's, and keeps a time that the server has confirmed for the next start, now and then. As long as SNTP
/// alone has told the time and requests fail, certificates are judged by it and by the latest time that is certainly past, in turns: one wrong answer of
/// SNTP must not shut the device out.
void clock_follow(const fj_clock *clock, bool was_answered);
