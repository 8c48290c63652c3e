// Looks for a new authority and a new image beside the server's pages: `firmware/ca.pem` and `firmware/fajma-<target>.bin`.
#include <string.h>

#include "authorities.h"
#include "device.h"
#include "esp_app_desc.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_random.h"
#include "https.h"

/// The first look comes after an image's trial and spread over ten minutes, so that a ward's devices do not all come at once (ms).
#define FIRST_LOOK_MS (FJ_OTA_TRIAL_MS + 60000u)
#define SPREAD_MS 600000u
#define HOUR_MS UINT64_C(3600000)

static const char tag[] = "updating";

static fj_ota_image image_of(const esp_app_desc_t *description) {
    _Static_assert(
        sizeof description->version == FJ_OTA_TEXT_BYTES && sizeof description->project_name == FJ_OTA_TEXT_BYTES, "as the core reads them");
    return (fj_ota_image){.name = description->project_name, .version = description->version};
}

static bool is_wanted(const esp_app_desc_t *offered) {
    const esp_partition_t *failed_partition = esp_ota_get_last_invalid_partition();
    esp_app_desc_t failed;
    const bool has_failed = failed_partition && esp_ota_get_partition_description(failed_partition, &failed) == ESP_OK;
    const fj_ota_image offered_image = image_of(offered), running = image_of(esp_app_get_description()), failed_image = image_of(&failed);
    const bool is_wanted = fj_ota_wants(&offered_image, &running, has_failed ? &failed_image : NULL);
    if (!is_wanted && fj_ota_wants(&offered_image, &running, NULL))
        ESP_LOGW(tag, "version %.32s failed here before: not taken again", offered->version);
    return is_wanted;
}

/// ESP_ERR_NOT_FOUND: nothing new.
static esp_err_t take_image(esp_https_ota_handle_t ota) {
    esp_app_desc_t offered;
    esp_err_t error = esp_https_ota_get_img_desc(ota, &offered);
    if (error != ESP_OK) return error;
    if (!is_wanted(&offered)) return ESP_ERR_NOT_FOUND;
    ESP_LOGI(tag, "taking version %.32s", offered.version);
    while ((error = esp_https_ota_perform(ota)) == ESP_ERR_HTTPS_OTA_IN_PROGRESS) continue;
    return error == ESP_OK && !esp_https_ota_is_complete_data_received(ota) ? ESP_ERR_INVALID_SIZE : error;
}

static esp_err_t look_for_image(const fj_setup *setup) {
    char url[HTTPS_URL_MAX];
    esp_http_client_config_t http;
    esp_err_t error = https_configure(setup, "firmware/fajma-" CONFIG_IDF_TARGET ".bin", url, &http);
    if (error != ESP_OK) return error;
    const esp_https_ota_config_t config = {.http_config = &http};
    esp_https_ota_handle_t ota = NULL;
    error = esp_https_ota_begin(&config, &ota);
    if (error != ESP_OK) return error;
    error = take_image(ota);
    if (error != ESP_OK) {
        esp_https_ota_abort(ota);
        return error;
    }
    // Checks the image as a whole, its signature where that is required, and makes it the next to start.
    return esp_https_ota_finish(ota);
}

static void look_for_authority(const fj_setup *setup) {
    static char pem[AUTHORITY_PEM_MAX + 1], trusted[AUTHORITY_PEM_MAX + 1];
    // One after the other, so that it is known which one vouches for the server: that one is never given up.
    for (size_t slot = 0; slot < AUTHORITY_SLOTS; slot++) {
        authorities_read(slot, trusted);
        if (!trusted[0]) continue;
        esp_err_t error = https_get(setup, "firmware/ca.pem", trusted, pem, sizeof pem);
        const bool has_vouched = error == ESP_OK || error == ESP_ERR_NOT_FOUND;
        if (has_vouched) authorities_vouched(slot);
        if (error == ESP_OK) error = authorities_adopt(pem);
        if (error != ESP_OK && error != ESP_ERR_NOT_FOUND) ESP_LOGW(tag, "authority %u: %s", (unsigned)slot, esp_err_to_name(error));
        if (has_vouched) return;
    }
}

/// In 64 bits: pdMS_TO_TICKS multiplies in 32, which at 1,000 ticks a second hold 71 minutes.
static void rest(uint64_t ms) { vTaskDelay((TickType_t)((ms + esp_random() % SPREAD_MS) * configTICK_RATE_HZ / 1000u)); }

void updating_task(void *context) {
    device *device = context;
    uint64_t pause_ms = FIRST_LOOK_MS;
    while (!atomic_load(&device->update_is_ready)) {
        rest(pause_ms);
        pause_ms = CONFIG_FAJMA_UPDATE_HOURS * HOUR_MS;
        // Also to devices on the shelf. Trust and images come over a connection that is trusted, or not at all.
        if (!atomic_load(&device->is_heard) || strncmp(device->setup->url, "https://", 8) != 0) continue;
        look_for_authority(device->setup);
        const esp_err_t error = look_for_image(device->setup);
        if (error == ESP_OK) atomic_store(&device->update_is_ready, true);
        else if (error != ESP_ERR_NOT_FOUND) ESP_LOGW(tag, "image: %s", esp_err_to_name(error));
    }
    // Keeping restarts the device once nobody wears it.
    ESP_LOGI(tag, "the new image starts when the sensor is off");
    vTaskDelete(NULL);
}
