// Stand-in.
#pragma once

#include <stdint.h>

typedef enum {
    ESP_RST_POWERON,
    ESP_RST_EXT,
    ESP_RST_SW,
    ESP_RST_PANIC,
    ESP_RST_INT_WDT,
    ESP_RST_TASK_WDT,
    ESP_RST_WDT,
    ESP_RST_BROWNOUT,
    ESP_RST_PWR_GLITCH,
} esp_reset_reason_t;

static inline esp_reset_reason_t esp_reset_reason(void) { return ESP_RST_POWERON; }
static inline uint32_t esp_get_free_heap_size(void) { return 100000; }
