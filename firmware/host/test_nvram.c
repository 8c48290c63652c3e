// esp32/main/nvram.c: what outlives a restart, and a reset.
#include <stdlib.h>

#include "../esp32/main/nvram.c"
#include "expect.h"

static esp_err_t init_error;
static unsigned erased;
esp_err_t nvs_flash_init(void) { return init_error; }
esp_err_t nvs_flash_erase(void) {
    erased++;
    return ESP_OK;
}
uint32_t esp_random(void) { return 7; }
void esp_fill_random(void *bytes, size_t length) { memset(bytes, 9, length); }

int main(void) {
    const esp_err_t errors[] = {ESP_ERR_NVS_NO_FREE_PAGES, ESP_ERR_NVS_NEW_VERSION_FOUND, ESP_FAIL};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        init_error = errors[i];
        EXPECT(nvram_open() == errors[i] && erased == 0, "NVS that cannot be read is never erased");
    }
    init_error = ESP_OK;
    EXPECT(nvram_open() == ESP_OK, "opens");
    EXPECT(nvram_forget() == ESP_OK, "a reset of a new device");
    uint32_t start = 0;
    EXPECT(nvram_count_start(&start) == ESP_OK && start == 1 && nvram_count_start(&start) == ESP_OK && start == 2, "starts are counted");
    char code[NVRAM_CODE_CHARACTERS + 1], again[NVRAM_CODE_CHARACTERS + 1];
    EXPECT(nvram_code(code) == ESP_OK && nvram_code(again) == ESP_OK && strcmp(code, again) == 0, "the label's code stays");
    const char text[] = "{\"v\":1,\"url\":\"https://h.example/\",\"cle\":\"fjd_12_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG\"}";
    fj_setup setup;
    EXPECT(
        nvram_write_setup(text, sizeof text - 1) == ESP_OK && nvram_read_setup(&setup) && setup.device == 12, "a set-up is read as it was written");
    fj_rules rules = {.version = 3};
    EXPECT(nvram_write_rules(&rules) == ESP_OK && nvram_read_rules(&rules) && rules.version == 3, "rules likewise");
    nvram_write_utc(1780000000000);
    nvram_write_log_owner(12);
    nvram_write_text("ca_0", "A");
    EXPECT(nvram_read_utc() == 1780000000000, "the time likewise");
    EXPECT(nvram_forget() == ESP_OK, "the reset");
    EXPECT(!nvram_read_setup(&setup) && !nvram_read_rules(&rules) && nvram_read_utc() == 0, "forgets server, key, limits and the time");
    EXPECT(stand_in_nvs_has("starts") && stand_in_nvs_has("code") && stand_in_nvs_has("log_owner") && stand_in_nvs_has("ca_0"), "and nothing else");
    EXPECT(erased == 0, "nothing is ever erased as a whole");
    rules.count = FJ_RULES_MAX + 1;
    nvram_write_rules(&rules);
    EXPECT(!nvram_read_rules(&rules), "spoiled rules are none");
    return ended();
}
