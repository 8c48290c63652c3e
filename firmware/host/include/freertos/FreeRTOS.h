// Stand-in: one task, the test.
#pragma once

#include <stdint.h>

typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;
#define pdTRUE 1
#define pdFALSE 0
#define pdPASS 1
#define portMAX_DELAY UINT32_MAX
#define portNUM_PROCESSORS 1
#define tskNO_AFFINITY 2
#define configTICK_RATE_HZ 1000u
#define pdMS_TO_TICKS(ms) (ms)
