// Stand-in: with the members that esp32/main sets.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include "esp_err.h"

typedef struct esp_sntp_config {
    bool start, server_from_dhcp, wait_for_sync, renew_servers_after_new_IP;
    void (*sync_cb)(struct timeval *time);
    size_t num_of_servers, index_of_first_server;
    const char *servers[2];
} esp_sntp_config_t;
#define ESP_NETIF_SNTP_DEFAULT_CONFIG_MULTIPLE(count, list) \
    (esp_sntp_config_t) { .start = true }

esp_err_t esp_netif_sntp_init(const esp_sntp_config_t *config);
esp_err_t esp_netif_sntp_start(void);
