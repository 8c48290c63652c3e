// All that lies between the tasks and the board: what the tasks call, with a context pointer each. Filled in by main.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fj_flash.h"
#include "fj_i2c.h"
#include "fj_indicator.h"
#include "fj_sender.h"

typedef struct port_clock {
    void *context;
    /// Monotonic since the start.
    uint64_t (*now_ms)(void *context);
} port_clock;

typedef struct port_bus {
    fj_i2c i2c;
    /// Nine clocks and a STOP, so that a sensor that holds the data line lets it go.
    fj_error (*reset)(void *context);
} port_bus;

/// What came back; `body` is the port's and holds until the next post.
typedef struct port_reply {
    uint16_t status;         // HTTP's, or 0: no answer
    uint32_t retry_after_s;  // 0: none
    const char *body;
    size_t length;
} port_reply;

typedef struct port_server {
    void *context;
    /// Is there a network at all?
    bool (*is_reachable)(void *context);
    /// Posts a report and waits for its end, for a bounded time.
    void (*post)(void *context, const char *body, size_t length, port_reply *reply);
} port_server;

typedef struct port_indicator {
    void *context;
    void (*show)(void *context, fj_indication indication);
} port_indicator;

typedef struct port {
    port_clock clock;
    port_bus bus;
    const fj_flash *flash;  // NULL: no log
    port_server server;
    fj_random random;
    port_indicator indicator;
} port;
