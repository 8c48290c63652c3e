// Stand-in.
#pragma once

typedef struct esp_http_client_config {
    const char *url;
} esp_http_client_config_t;
