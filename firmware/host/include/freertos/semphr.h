// Stand-in.
#pragma once

typedef void *SemaphoreHandle_t;
