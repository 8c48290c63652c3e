// The certificate authorities that may sign the server's certificate: two slots, so that a new one is known before the old one expires.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "esp_err.h"

/// A longer certificate is refused: NVS keeps texts of 4,000 bytes.
#define AUTHORITY_PEM_MAX 3999u
#define AUTHORITY_SLOTS 2u

/// Loads both slots and adopts the authority that this image was built with (FAJMA_CA), unless it was adopted before. ESP_ERR_NOT_FOUND: none.
esp_err_t authorities_load(void);

/// All that are trusted, one PEM after the other, or "": then nothing is sent. Another pointer once there is a new one; the text stays.
const char *authorities_pem(void);

/// The authority of one slot, or "".
void authorities_read(size_t slot, char pem[AUTHORITY_PEM_MAX + 1]);

/// The authority of this slot has verified a connection: it is not given up for another one, until that one has.
void authorities_vouched(size_t slot);

/// Takes an authority in, if neither slot has it: into an empty slot, else in place of the one that did not vouch last. ESP_ERR_INVALID_ARG: not one
/// certificate of an authority that is valid now.
esp_err_t authorities_adopt(const char *pem);
