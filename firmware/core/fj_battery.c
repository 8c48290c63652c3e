#include "fj_battery.h"

#include <stddef.h>

/// The usual discharge of a lithium-ion cell at a tenth of its capacity an hour.
static const struct {
    uint32_t millivolts;
    int32_t percent;
} points[] = {
    {3300, 0}, {3600, 5}, {3680, 10}, {3740, 20}, {3770, 30}, {3790, 40}, {3820, 50}, {3870, 60}, {3930, 70}, {4000, 80}, {4080, 90}, {4180, 100},
};
#define POINTS (sizeof points / sizeof *points)

fj_error fj_battery_percent(uint32_t millivolts, int32_t *percent) {
    if (!percent) return FJ_ERROR_ARGUMENT;
    if (millivolts < FJ_BATTERY_LEAST_MV || millivolts > FJ_BATTERY_GREATEST_MV) return FJ_ERROR_RANGE;
    size_t above = 0;
    while (above < POINTS && points[above].millivolts <= millivolts) above++;
    if (above == 0 || above == POINTS) {
        *percent = above == 0 ? 0 : 100;
        return FJ_OK;
    }
    const uint32_t width = points[above].millivolts - points[above - 1].millivolts;
    const int32_t rise = points[above].percent - points[above - 1].percent;
    *percent = points[above - 1].percent + (int32_t)((millivolts - points[above - 1].millivolts) * (uint32_t)rise / width);
    return FJ_OK;
}
