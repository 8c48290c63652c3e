// Stand-in.
#pragma once

#include "freertos/FreeRTOS.h"

typedef void *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);
void vTaskDelay(TickType_t ticks);
void vTaskDelete(TaskHandle_t task);
static inline void xTaskNotifyGive(TaskHandle_t task) { (void)task; }
