// Puts the device together: opens what the port needs, sets it up where it is new, starts the tasks.
#include "authorities.h"
#include "bus.h"
#include "clock.h"
#include "device.h"
#include "esp_bt.h"
#include "esp_check.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "flash.h"
#include "https.h"
#include "lamps.h"
#include "nvram.h"
#include "network.h"
#include "set_up.h"

/// Whoever stands before a broken device shall see it before it tries again (ms).
#define FAULT_SHOWN_MS 60000

static const char tag[] = "main";
static port ports;
static fj_setup setup;

static uint32_t next_random(void *context) {
    (void)context;
    return esp_random();
}

/// The log belongs to the device that measured it: under another device's key its records would go to another patient.
static esp_err_t claim_log(const fj_flash *flash) {
    uint64_t owner;
    if (nvram_read_log_owner(&owner) && owner == setup.device) return ESP_OK;
    ESP_LOGW(tag, "another device than before: the log is erased");
    ESP_RETURN_ON_ERROR(flash_erase_all(flash), tag, "log");
    return nvram_write_log_owner(setup.device);
}

static void open_log(void) {
    static fj_flash flash;
    const esp_err_t error = flash_open(&flash);
    if (error == ESP_OK && claim_log(&flash) == ESP_OK) ports.flash = &flash;
    else ESP_LOGE(tag, "no log, only RAM: %s", esp_err_to_name(error));
}

/// The memory of the radio that only the set-up needs.
static void free_bluetooth(void) {
#if CONFIG_IDF_TARGET_ESP32C3 || CONFIG_IDF_TARGET_ESP32S3
    const esp_err_t error = esp_bt_mem_release(ESP_BT_MODE_BLE);
#else
    const esp_err_t error = esp_bt_mem_release(ESP_BT_MODE_BTDM);
#endif
    if (error != ESP_OK) ESP_LOGW(tag, "Bluetooth keeps its memory: %s", esp_err_to_name(error));
}

static esp_err_t run(void) {
    uint32_t start;
    ESP_RETURN_ON_ERROR(lamps_open(&ports.indicator), tag, "lamps");
    ESP_RETURN_ON_ERROR(nvram_open(), tag, "memory");
    ESP_RETURN_ON_ERROR(nvram_count_start(&start), tag, "counter");
    clock_set_floor();
    ESP_RETURN_ON_ERROR(network_open(), tag, "network");
    const bool can_trust = authorities_load() == ESP_OK;
    if (!nvram_read_setup(&setup) || !network_has_credentials()) {
        set_up_run(&ports.indicator);
        return ESP_FAIL;
    }
    const bool is_plain = setup.url[4] == ':';
    if (!can_trust && !is_plain) ESP_LOGE(tag, "no authority to trust: build with FAJMA_CA");
    free_bluetooth();
    open_log();
    ports.clock = clock_port();
    ports.random = (fj_random){.next = next_random};
    ESP_RETURN_ON_ERROR(bus_open(&ports.bus), tag, "bus");
    ESP_RETURN_ON_ERROR(https_open(&setup, &ports.server), tag, "server");
    ports.server.is_reachable = network_is_up;
    ESP_RETURN_ON_ERROR(network_start(), tag, "Wi-Fi");
    return device_run(&ports, &setup, !can_trust && !is_plain, start);
}

void app_main(void) {
    const esp_err_t error = run();
    if (error == ESP_OK) return;
    ESP_LOGE(tag, "cannot work: %s", esp_err_to_name(error));
    if (ports.indicator.show) ports.indicator.show(ports.indicator.context, FJ_INDICATION_FAULT);
    vTaskDelay(pdMS_TO_TICKS(FAULT_SHOWN_MS));
    esp_restart();
}
