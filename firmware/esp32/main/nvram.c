#include "nvram.h"

#include <string.h>

#include "bootloader_random.h"
#include "esp_check.h"
#include "esp_log.h"
#include "esp_random.h"
#include "nvs.h"
#include "nvs_flash.h"

static const char tag[] = "nvram";
static nvs_handle_t nvs;

esp_err_t nvram_open(void) {
    // Never erased as a whole, whatever is wrong with it: key, Wi-Fi and the authorities that came later are not to be had again over the air.
    ESP_RETURN_ON_ERROR(nvs_flash_init(), tag, "NVS");
    return nvs_open("fajma", NVS_READWRITE, &nvs);
}

/// `error` is what nvs_set_… answered.
static esp_err_t commit(esp_err_t error, const char *name) {
    if (error == ESP_OK) error = nvs_commit(nvs);
    if (error != ESP_OK) ESP_LOGE(tag, "%s is not kept: %s", name, esp_err_to_name(error));
    return error;
}

esp_err_t nvram_count_start(uint32_t *start) {
    uint32_t count = 0;
    const esp_err_t error = nvs_get_u32(nvs, "starts", &count);
    if (error != ESP_OK && error != ESP_ERR_NVS_NOT_FOUND) return error;
    *start = count + 1;
    return commit(nvs_set_u32(nvs, "starts", *start), "starts");
}

void nvram_read_text(const char *name, char *text, size_t capacity) {
    if (nvs_get_str(nvs, name, text, &capacity) != ESP_OK) text[0] = 0;
}

esp_err_t nvram_write_text(const char *name, const char *text) { return commit(nvs_set_str(nvs, name, text), name); }

bool nvram_read_setup(fj_setup *setup) {
    char text[FJ_SETUP_TEXT_MAX + 1];
    nvram_read_text("setup", text, sizeof text);
#ifdef CONFIG_FAJMA_ALLOW_PLAIN_HTTP
    const bool allow_plain = true;
#else
    const bool allow_plain = false;
#endif
    return fj_setup_parse(text, strlen(text), allow_plain, setup) == FJ_OK;
}

esp_err_t nvram_write_setup(const char *text, size_t length) {
    char terminated[FJ_SETUP_TEXT_MAX + 1];
    if (length > FJ_SETUP_TEXT_MAX) return ESP_ERR_INVALID_SIZE;
    memcpy(terminated, text, length);
    terminated[length] = 0;
    return nvram_write_text("setup", terminated);
}

bool nvram_read_log_owner(uint64_t *device) { return nvs_get_u64(nvs, "log_owner", device) == ESP_OK; }

esp_err_t nvram_write_log_owner(uint64_t device) { return commit(nvs_set_u64(nvs, "log_owner", device), "log_owner"); }

bool nvram_read_rules(fj_rules *rules) {
    size_t size = sizeof *rules;
    return nvs_get_blob(nvs, "rules", rules, &size) == ESP_OK && size == sizeof *rules && fj_rules_check(rules) == FJ_OK;
}

esp_err_t nvram_write_rules(const fj_rules *rules) { return commit(nvs_set_blob(nvs, "rules", rules, sizeof *rules), "rules"); }

uint64_t nvram_read_utc(void) {
    uint64_t utc_ms = 0;
    return nvs_get_u64(nvs, "utc", &utc_ms) == ESP_OK ? utc_ms : 0;
}

void nvram_write_utc(uint64_t utc_ms) { commit(nvs_set_u64(nvs, "utc", utc_ms), "utc"); }

esp_err_t nvram_code(char code[NVRAM_CODE_CHARACTERS + 1]) {
    nvram_read_text("code", code, NVRAM_CODE_CHARACTERS + 1);
    if (strlen(code) == NVRAM_CODE_CHARACTERS) return ESP_OK;
    static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    _Static_assert(sizeof alphabet - 1 == 32, "every character is as likely as another");
    uint8_t random[NVRAM_CODE_CHARACTERS];
    // No radio is on yet, which would be the source of chance.
    bootloader_random_enable();
    esp_fill_random(random, sizeof random);
    bootloader_random_disable();
    for (size_t i = 0; i < sizeof random; i++) code[i] = alphabet[random[i] % 32];
    code[NVRAM_CODE_CHARACTERS] = 0;
    return nvram_write_text("code", code);
}

esp_err_t nvram_forget(void) {
    // The time too: a wrong one would judge certificates for ever.
    static const char *const forgotten[] = {"setup", "rules", "utc"};
    esp_err_t error = ESP_OK;
    for (size_t i = 0; i < sizeof forgotten / sizeof *forgotten; i++) {
        const esp_err_t erased = nvs_erase_key(nvs, forgotten[i]);
        if (erased != ESP_OK && erased != ESP_ERR_NVS_NOT_FOUND) error = erased;
    }
    return commit(error, "setup");
}
