// One kept-alive connection to the server, on which reports are posted; and short downloads.
#pragma once

#include "esp_err.h"
#include "esp_http_client.h"
#include "fj_setup.h"
#include "port.h"

/// What one wait for the network may take (ms): connecting with the handshake, or any read or write.
#define HTTPS_WAIT_MAX_MS 5000
/// A longer answer is cut, and so not believed. Every limit, and every reading of a report of ours rejected, fit.
#define HTTPS_ANSWER_MAX 20480u

/// How to reach `path` below the server's address; the certificate and the name are checked. `url` is the caller's, of HTTPS_URL_MAX bytes.
#define HTTPS_URL_MAX (FJ_SETUP_URL_MAX + 64u)
esp_err_t https_configure(const fj_setup *setup, const char *path, char *url, esp_http_client_config_t *config);

/// `setup` lives as long as the port. `is_reachable` stays the caller's to fill in.
esp_err_t https_open(const fj_setup *setup, port_server *server);

/// GETs a text of less than `capacity` bytes from the server, which `authority` alone must vouch for. ESP_ERR_NOT_FOUND: it has none.
esp_err_t https_get(const fj_setup *setup, const char *path, const char *authority, char *text, size_t capacity);
