// Stand-in: NVS in memory (nvs.c).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

typedef int nvs_handle_t;
#define NVS_READWRITE 1
esp_err_t nvs_open(const char *space, int mode, nvs_handle_t *handle);
esp_err_t nvs_commit(nvs_handle_t handle);
esp_err_t nvs_erase_key(nvs_handle_t handle, const char *name);
esp_err_t nvs_get_u32(nvs_handle_t handle, const char *name, uint32_t *value);
esp_err_t nvs_set_u32(nvs_handle_t handle, const char *name, uint32_t value);
esp_err_t nvs_get_u64(nvs_handle_t handle, const char *name, uint64_t *value);
esp_err_t nvs_set_u64(nvs_handle_t handle, const char *name, uint64_t value);
esp_err_t nvs_get_str(nvs_handle_t handle, const char *name, char *text, size_t *length);
esp_err_t nvs_set_str(nvs_handle_t handle, const char *name, const char *text);
esp_err_t nvs_get_blob(nvs_handle_t handle, const char *name, void *bytes, size_t *length);
esp_err_t nvs_set_blob(nvs_handle_t handle, const char *name, const void *bytes, size_t length);

/// Whether there is an entry of this name, for tests.
bool stand_in_nvs_has(const char *name);
/// Everything away, as in a new device.
void stand_in_nvs_clear(void);
