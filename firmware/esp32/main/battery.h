// The battery's charge, through a divider that halves its voltage.
#pragma once

#include <stdint.h>

/// Percent, or FJ_REPORT_UNKNOWN: no battery, or the converter fails.
int32_t battery_percent(void);
