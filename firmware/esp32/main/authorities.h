// The certificate authorities that may sign the server's certificate: two slots, so that a new one is known before the old one expires.
#pragma once

#include <stdbool.h>

#include "esp_err.h"

/// A longer certificate is refused: NVS keeps texts of 4,000 bytes.
#define AUTHORITY_PEM_MAX 3999u

/// Loads both slots and adopts the authority that this image was built with (FAJMA_CA), unless it was adopted before. ESP_ERR_NOT_FOUND: none.
esp_err_t authorities_load(void);

/// All that are trusted, one PEM after the other, or "": then nothing is sent. Another pointer once there is a new one; the text stays.
const char *authorities_pem(void);

/// Takes an authority in, if neither slot has it: into an empty slot, else in place of the older one. ESP_ERR_INVALID_ARG: no certificate.
esp_err_t authorities_adopt(const char *pem);
