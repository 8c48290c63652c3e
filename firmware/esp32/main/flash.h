// The partition `log` as the core's flash.
#pragma once

#include "esp_err.h"
#include "fj_flash.h"

/// ESP_ERR_NOT_FOUND: the partition table has none, or an encrypted one.
esp_err_t flash_open(fj_flash *flash);

/// Erases all of it: some seconds. Only before the tasks run.
esp_err_t flash_erase_all(const fj_flash *flash);
