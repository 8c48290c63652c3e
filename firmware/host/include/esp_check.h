// Stand-in.
#pragma once

#include "esp_err.h"
#include "esp_log.h"

#define ESP_RETURN_ON_ERROR(x, tag, ...)         \
    do {                                         \
        const esp_err_t returned = (x);          \
        (void)(tag);                             \
        if (returned != ESP_OK) return returned; \
    } while (0)
#define ESP_RETURN_ON_FALSE(x, error, tag, ...) \
    do {                                        \
        (void)(tag);                            \
        if (!(x)) return error;                 \
    } while (0)
