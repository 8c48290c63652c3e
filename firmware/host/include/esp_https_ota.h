// Stand-in.
#pragma once

#include <stdbool.h>

#include "esp_app_desc.h"
#include "esp_err.h"
#include "esp_http_client.h"

typedef struct esp_https_ota_config {
    const esp_http_client_config_t *http_config;
} esp_https_ota_config_t;
typedef void *esp_https_ota_handle_t;
esp_err_t esp_https_ota_begin(const esp_https_ota_config_t *config, esp_https_ota_handle_t *handle);
esp_err_t esp_https_ota_get_img_desc(esp_https_ota_handle_t handle, esp_app_desc_t *description);
esp_err_t esp_https_ota_perform(esp_https_ota_handle_t handle);
bool esp_https_ota_is_complete_data_received(esp_https_ota_handle_t handle);
esp_err_t esp_https_ota_finish(esp_https_ota_handle_t handle);
esp_err_t esp_https_ota_abort(esp_https_ota_handle_t handle);
