// How full a lithium cell is, from its voltage.
#ifndef FJ_BATTERY_H
#define FJ_BATTERY_H

#include <stdint.h>

#include "fj_error.h"

/// What a single lithium cell can have (mV). Outside there is none, or no divider.
#define FJ_BATTERY_LEAST_MV 2500u
#define FJ_BATTERY_GREATEST_MV 4400u
/// From here on the device says so by itself; the server's own alert comes at the same charge.
#define FJ_BATTERY_LOW_PERCENT 15

/// Percent of charge (0 to 100) at a cell's voltage under the device's light load; a line through the points of a usual discharge curve, good to
/// about 10 points. FJ_ERROR_RANGE: no cell.
fj_error fj_battery_percent(uint32_t millivolts, int32_t *percent);

#endif
