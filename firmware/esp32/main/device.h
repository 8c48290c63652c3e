// The tasks and what they share. Sampling owns the bus and never waits for anybody: it hands a second's result to keeping, which keeps, alarms and
// shows; sending speaks with the server; updating looks for new images.
//
//   task      priority  may wait for                  watched
//   sampling  15        the sensors, 30 ms a transfer  yes
//   keeping   10        the flash, 0.4 s a sector      yes
//   sending    5        the network, 30 s at worst     yes
//   updating   2        the network, minutes           no: it may hang without harm
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "esp_err.h"
#include "fj_ota.h"
#include "fj_setup.h"
#include "fj_uplink.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "port.h"

/// Seconds that may wait for keeping, while it waits for the flash.
#define DEVICE_SECONDS_MAX 8u
/// The ring in RAM: two minutes, more than any request takes.
#define DEVICE_RING_RECORDS 120u

/// What sampling says of one second.
typedef struct measured {
    fj_second second;
    bool oximeter_answers, thermometer_answers;
} measured;

typedef struct device {
    const port *port;
    const fj_setup *setup;
    bool is_faulty;                  // it measures and alarms, but cannot report
    QueueHandle_t seconds;           // of measured
    TaskHandle_t sampling, sending;  // sending is told of each new second
    SemaphoreHandle_t lock;          // over the next three
    fj_clock clock;
    fj_store store;
    fj_uplink uplink;
    fj_ota ota;  // keeping's
    atomic_bool is_online, update_is_ready;
    atomic_bool is_heard;  // the server speaks with this device, be it worn or not
} device;

/// Starts all tasks; `port` and `setup` live for ever. `start` counts the starts of the device.
esp_err_t device_run(const port *port, const fj_setup *setup, bool is_faulty, uint32_t start);

/// Brings everything that is kept in RAM into the flash and restarts.
_Noreturn void device_restart(device *device);

void device_lock(device *device);
void device_unlock(device *device);

/// Puts the calling task under the watchdog. A task that does not turn for CONFIG_ESP_TASK_WDT_TIMEOUT_S restarts the device.
void device_watch(void);
void device_turns(void);

void sampling_task(void *device);
void keeping_task(void *device);
void sending_task(void *device);
void updating_task(void *device);
