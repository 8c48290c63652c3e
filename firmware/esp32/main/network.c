#include "network.h"

#include <stdatomic.h>
#include <stdio.h>

#include "clock.h"
#include "esp_check.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "esp_wifi.h"
#include "fj_report.h"

/// The pause before another attempt (µs): 1 to 5 s, so that a ward's devices do not all ask a rebooted access point at once.
#define PAUSE_LEAST_US UINT64_C(1000000)
#define PAUSE_SPREAD_US UINT32_C(4000000)

static const char tag[] = "network";
static atomic_bool has_address;
static esp_timer_handle_t again;

/// Without an address for so long the driver is stopped and started again (µs): some faults of it only that ends.
#define LAST_RESORT_US INT64_C(1800000000)

static _Atomic int64_t lost_at_us;

/// True: the driver starts again, and joins by itself.
static bool start_again(void) {
    if (esp_timer_get_time() - atomic_load(&lost_at_us) < LAST_RESORT_US) return false;
    atomic_store(&lost_at_us, esp_timer_get_time());
    ESP_LOGW(tag, "no network for long: the radio starts again");
    return esp_wifi_stop() == ESP_OK && esp_wifi_start() == ESP_OK;
}

static void join(void *context) {
    (void)context;
    if (start_again()) return;
    const esp_err_t error = esp_wifi_connect();
    if (error == ESP_OK || error == ESP_ERR_WIFI_CONN) return;
    ESP_LOGE(tag, "connect: %s", esp_err_to_name(error));
    // Nobody else would ever ask again.
    esp_timer_start_once(again, PAUSE_LEAST_US);
}

static void on_event(void *context, esp_event_base_t base, int32_t id, void *data) {
    (void)context;
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_START) join(NULL);
    if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED) {
        const wifi_event_sta_disconnected_t *event = data;
        if (atomic_exchange(&has_address, false)) atomic_store(&lost_at_us, esp_timer_get_time());
        ESP_LOGW(tag, "disconnected, reason %u", event->reason);
        esp_timer_start_once(again, PAUSE_LEAST_US + esp_random() % PAUSE_SPREAD_US);
    }
    if (base == IP_EVENT && id == IP_EVENT_STA_LOST_IP) atomic_store(&has_address, false);
    if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) {
        atomic_store(&has_address, true);
        clock_start_sntp();
    }
}

esp_err_t network_open(void) {
    ESP_RETURN_ON_ERROR(esp_netif_init(), tag, "TCP/IP");
    ESP_RETURN_ON_ERROR(esp_event_loop_create_default(), tag, "events");
    ESP_RETURN_ON_FALSE(esp_netif_create_default_wifi_sta(), ESP_ERR_NO_MEM, tag, "station");
    ESP_RETURN_ON_ERROR(clock_prepare_sntp(), tag, "SNTP");
    const wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
    ESP_RETURN_ON_ERROR(esp_wifi_init(&config), tag, "Wi-Fi");
    return esp_wifi_set_mode(WIFI_MODE_STA);
}

bool network_has_credentials(void) {
    wifi_config_t config;
    return esp_wifi_get_config(WIFI_IF_STA, &config) == ESP_OK && config.sta.ssid[0] != 0;
}

esp_err_t network_start(void) {
    const esp_timer_create_args_t args = {.callback = join, .name = "wi-fi"};
    ESP_RETURN_ON_ERROR(esp_timer_create(&args, &again), tag, "timer");
    ESP_RETURN_ON_ERROR(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event, NULL), tag, "events");
    ESP_RETURN_ON_ERROR(esp_event_handler_register(IP_EVENT, ESP_EVENT_ANY_ID, on_event, NULL), tag, "events");
    wifi_config_t station;
    ESP_RETURN_ON_ERROR(esp_wifi_get_config(WIFI_IF_STA, &station), tag, "station");
    // A bed that is moved goes to the next access point before the old one is lost (802.11k and v), and quickly (r).
    station.sta.rm_enabled = station.sta.btm_enabled = station.sta.ft_enabled = 1;
    ESP_RETURN_ON_ERROR(esp_wifi_set_config(WIFI_IF_STA, &station), tag, "station");
    atomic_store(&lost_at_us, esp_timer_get_time());
    ESP_RETURN_ON_ERROR(esp_wifi_start(), tag, "start");
    // The radio sleeps between the access point's beacons, which halves what the device draws and costs a report a tenth of a second.
    return esp_wifi_set_ps(WIFI_PS_MIN_MODEM);
}

bool network_is_up(void *context) {
    (void)context;
    return atomic_load(&has_address);
}

int32_t network_rssi(void) {
    int rssi;
    return atomic_load(&has_address) && esp_wifi_sta_get_rssi(&rssi) == ESP_OK ? rssi : FJ_REPORT_UNKNOWN;
}

void network_device_suffix(char suffix[7]) {
    uint8_t address[6] = {0};
    const esp_err_t error = esp_read_mac(address, ESP_MAC_WIFI_STA);
    if (error != ESP_OK) ESP_LOGE(tag, "no address: %s", esp_err_to_name(error));
    snprintf(suffix, 7, "%02X%02X%02X", address[3], address[4], address[5]);
}

esp_err_t network_forget(void) { return esp_wifi_restore(); }
