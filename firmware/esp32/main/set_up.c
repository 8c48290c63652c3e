#include "set_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "esp_check.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_srp.h"
#include "esp_system.h"
#include "fj_setup.h"
#include "freertos/FreeRTOS.h"
#include "freertos/event_groups.h"
#include "freertos/task.h"
#include "nvram.h"
#include "network.h"
#include "network_provisioning/manager.h"
#include "network_provisioning/scheme_ble.h"

/// The name under which Espressif's own tool sends a text (esp_prov --custom_data).
#define ENDPOINT "custom-data"
#define USER "fajma"
#define SALT_BYTES 16
/// So that the other side can still ask how it went (ms).
#define FAREWELL_MS 5000

#define HAS_WIFI BIT0
#define HAS_SERVER BIT1

static const char tag[] = "set-up";
static EventGroupHandle_t known;

/// What the other side reads: nothing that it did not know.
static const char *take_text(const char *text, size_t length) {
#ifdef CONFIG_FAJMA_ALLOW_PLAIN_HTTP
    const bool allow_plain = true;
#else
    const bool allow_plain = false;
#endif
    fj_setup setup;
    const fj_error error = fj_setup_parse(text, length, allow_plain, &setup);
    if (error != FJ_OK) {
        ESP_LOGW(tag, "server and key: %s", fj_error_name(error));
        return fj_error_name(error);
    }
    if (nvram_write_setup(text, length) != ESP_OK) return "memory";
    ESP_LOGI(tag, "server and key are known");
    xEventGroupSetBits(known, HAS_SERVER);
    return fj_error_name(FJ_OK);
}

static esp_err_t on_text(uint32_t session, const uint8_t *in, ssize_t in_length, uint8_t **out, ssize_t *out_length, void *context) {
    (void)session;
    (void)context;
    const char *answer = take_text((const char *)in, in && in_length > 0 ? (size_t)in_length : 0);
    *out = (uint8_t *)strdup(answer);  // freed by the caller
    if (!*out) return ESP_ERR_NO_MEM;
    *out_length = (ssize_t)strlen(answer);
    return ESP_OK;
}

static void on_event(void *context, esp_event_base_t base, int32_t id, void *data) {
    (void)context;
    (void)base;
    (void)data;
    if (id == NETWORK_PROV_WIFI_CRED_SUCCESS) {
        ESP_LOGI(tag, "Wi-Fi is known");
        xEventGroupSetBits(known, HAS_WIFI);
    }
    if (id == NETWORK_PROV_WIFI_CRED_FAIL) {
        ESP_LOGW(tag, "no connection with that Wi-Fi name and password");
        // Another try is welcome.
        const esp_err_t error = network_prov_mgr_reset_wifi_sm_state_on_failure();
        if (error != ESP_OK) ESP_LOGE(tag, "%s", esp_err_to_name(error));
    }
}

/// The code's verifier: with it the device can check who knows the code, and nobody who listens learns it (SRP6a, RFC 5054).
static esp_err_t make_verifier(const char *code, network_prov_security2_params_t *params) {
    char *salt = NULL, *verifier = NULL;
    int verifier_length = 0;
    ESP_RETURN_ON_ERROR(
        esp_srp_gen_salt_verifier(USER, (int)strlen(USER), code, (int)strlen(code), &salt, SALT_BYTES, &verifier, &verifier_length), tag, "verifier");
    *params = (network_prov_security2_params_t){
        .salt = salt, .salt_len = SALT_BYTES, .verifier = verifier, .verifier_len = (uint16_t)verifier_length};
    return ESP_OK;
}

static esp_err_t begin(void) {
    static network_prov_security2_params_t params;  // as long as the set-up lasts
    char code[NVRAM_CODE_CHARACTERS + 1], suffix[7], name[sizeof "FAJMA_" + sizeof suffix];
    known = xEventGroupCreate();
    ESP_RETURN_ON_FALSE(known, ESP_ERR_NO_MEM, tag, "no memory");
    ESP_RETURN_ON_ERROR(nvram_code(code), tag, "code");
    ESP_RETURN_ON_ERROR(make_verifier(code, &params), tag, "code");
    ESP_RETURN_ON_ERROR(esp_event_handler_register(NETWORK_PROV_EVENT, ESP_EVENT_ANY_ID, on_event, NULL), tag, "events");
    const network_prov_mgr_config_t config = {
        .scheme = network_prov_scheme_ble,
        .scheme_event_handler = NETWORK_PROV_EVENT_HANDLER_NONE,  // the restart frees all memory
        .app_event_handler = NETWORK_PROV_EVENT_HANDLER_NONE,
    };
    ESP_RETURN_ON_ERROR(network_prov_mgr_init(config), tag, "manager");
    // The server's text may come after Wi-Fi: this program says when it is over.
    ESP_RETURN_ON_ERROR(network_prov_mgr_disable_auto_stop(1000), tag, "manager");
    ESP_RETURN_ON_ERROR(network_prov_mgr_endpoint_create(ENDPOINT), tag, "endpoint");
    network_device_suffix(suffix);
    snprintf(name, sizeof name, "FAJMA_%s", suffix);
    ESP_RETURN_ON_ERROR(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, &params, name, NULL), tag, "start");
    ESP_RETURN_ON_ERROR(network_prov_mgr_endpoint_register(ENDPOINT, on_text, NULL), tag, "endpoint");
    // For the label. It opens a device only while it waits for its set-up, and such a one has no secrets.
    ESP_LOGI(tag, "%s waits for its set-up over Bluetooth; user " USER ", code %s", name, code);
    return ESP_OK;
}

void set_up_run(const port_indicator *indicator) {
    if (begin() != ESP_OK) return;
    indicator->show(indicator->context, FJ_INDICATION_SET_UP);
    xEventGroupWaitBits(known, HAS_WIFI | HAS_SERVER, pdFALSE, pdTRUE, portMAX_DELAY);
    vTaskDelay(pdMS_TO_TICKS(FAREWELL_MS));
    esp_restart();
}
