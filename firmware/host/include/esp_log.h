// Stand-in: nothing is printed, but the formats are checked.
#pragma once

#include <stdio.h>

#define ESP_LOG_NOTHING(tag, ...)   \
    do {                            \
        (void)(tag);                \
        if (0) printf(__VA_ARGS__); \
    } while (0)
#define ESP_LOGE ESP_LOG_NOTHING
#define ESP_LOGW ESP_LOG_NOTHING
#define ESP_LOGI ESP_LOG_NOTHING
