// The I2C bus with both sensors, and the oximeter's interrupt.
#pragma once

#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "port.h"

/// One bus, the thermometer at 100 kHz, the oximeter at 400 kHz.
esp_err_t bus_open(port_bus *bus);

/// From now on the oximeter's interrupt wakes this task. Without the wire (FAJMA_PIN_INTERRUPT -1) nothing does.
esp_err_t bus_wake(TaskHandle_t task);
