// esp32/main/updating.c: which devices look for images and authorities, and which images they take.
#include <setjmp.h>
#include <string.h>

#define CONFIG_IDF_TARGET "esp32s3"
#define CONFIG_FAJMA_UPDATE_HOURS 6
#include "../esp32/main/updating.c"
#include "expect.h"

static jmp_buf out_of_the_task;
static unsigned looks_left, begun, finished, aborted, vouched, adopted;
static esp_app_desc_t running = {.version = "1.2.0", .project_name = "fajma"}, offered, failed_image;
static bool has_failed;
static const char *slot[AUTHORITY_SLOTS] = {"A", "B"}, *signer = "A", *laid;

uint32_t esp_random(void) { return 0; }
void vTaskDelay(TickType_t ticks) {
    EXPECT(ticks >= 300000, "nobody looks more often than every five minutes");
    if (looks_left-- == 0) longjmp(out_of_the_task, 1);
}
void vTaskDelete(TaskHandle_t task) {
    (void)task;
    longjmp(out_of_the_task, 2);
}
const esp_app_desc_t *esp_app_get_description(void) { return &running; }
const esp_partition_t *esp_ota_get_last_invalid_partition(void) { return has_failed ? (const esp_partition_t *)&failed_image : NULL; }
esp_err_t esp_ota_get_partition_description(const esp_partition_t *partition, esp_app_desc_t *description) {
    (void)partition;
    *description = failed_image;
    return ESP_OK;
}
esp_err_t https_configure(const fj_setup *setup, const char *path, char *url, esp_http_client_config_t *config) {
    (void)setup;
    EXPECT(strcmp(path, "firmware/fajma-esp32s3.bin") == 0, "the image of this chip");
    config->url = url;
    return ESP_OK;
}
esp_err_t https_get(const fj_setup *setup, const char *path, const char *authority, char *text, size_t capacity) {
    (void)setup;
    EXPECT(strcmp(path, "firmware/ca.pem") == 0, "the authority");
    if (strcmp(authority, signer) != 0) return ESP_FAIL;
    if (!laid) return ESP_ERR_NOT_FOUND;
    snprintf(text, capacity, "%s", laid);
    return ESP_OK;
}
esp_err_t authorities_adopt(const char *pem) {
    adopted++;
    return laid && strcmp(pem, laid) == 0 ? ESP_OK : ESP_FAIL;
}
void authorities_vouched(size_t number) { vouched = (unsigned)number + 1; }
void authorities_read(size_t number, char pem[AUTHORITY_PEM_MAX + 1]) { strcpy(pem, slot[number]); }
esp_err_t esp_https_ota_begin(const esp_https_ota_config_t *config, esp_https_ota_handle_t *handle) {
    begun++;
    *handle = &begun;
    return config->http_config ? ESP_OK : ESP_FAIL;
}
esp_err_t esp_https_ota_get_img_desc(esp_https_ota_handle_t handle, esp_app_desc_t *description) {
    (void)handle;
    *description = offered;
    return ESP_OK;
}
esp_err_t esp_https_ota_perform(esp_https_ota_handle_t handle) { return handle ? ESP_OK : ESP_FAIL; }
bool esp_https_ota_is_complete_data_received(esp_https_ota_handle_t handle) { return handle; }
esp_err_t esp_https_ota_finish(esp_https_ota_handle_t handle) {
    finished++;
    return handle ? ESP_OK : ESP_FAIL;
}
esp_err_t esp_https_ota_abort(esp_https_ota_handle_t handle) {
    aborted++;
    return handle ? ESP_OK : ESP_FAIL;
}

/// Runs the task for one look. True: an image was taken.
static bool look(const char *url, bool is_online, bool is_heard) {
    static device device;
    static fj_setup setup;
    snprintf(setup.url, sizeof setup.url, "%s", url);
    device.setup = &setup;
    atomic_store(&device.is_online, is_online);
    atomic_store(&device.is_heard, is_heard);
    atomic_store(&device.update_is_ready, false);
    looks_left = 1;
    begun = finished = aborted = vouched = adopted = 0;
    if (setjmp(out_of_the_task) == 0) updating_task(&device);
    return atomic_load(&device.update_is_ready);
}

static bool takes(const char *project, const char *version) {
    strncpy(offered.project_name, project, sizeof offered.project_name);
    strncpy(offered.version, version, sizeof offered.version);
    return look("https://h/", true, true);
}

int main(void) {
    EXPECT(takes("fajma", "1.2.1") && finished == 1 && aborted == 0, "a newer image is taken");
    EXPECT(look("https://h/", false, true), "also by a device on the shelf, to which the server says that nobody wears it");
    EXPECT(!look("https://h/", false, false) && begun == 0 && vouched == 0, "without a server nobody looks");
    EXPECT(!look("http://h/", true, true) && begun == 0 && vouched == 0, "nothing comes over a connection that is not trusted");
    const char *older[] = {"1.2.0", "1.1.9", "1.2.0-rc1", "0.9", "", "1.2"};
    for (size_t i = 0; i < sizeof older / sizeof *older; i++) EXPECT(!takes("fajma", older[i]) && finished == 0 && aborted == 1, older[i]);
    EXPECT(takes("fajma", "1.10.0") && takes("fajma", "1.2.1-rc1") && takes("fajma", "2"), "numbers are compared as numbers");
    EXPECT(!takes("other", "9.0.0"), "another program is not taken");
    has_failed = true;
    strcpy(failed_image.version, "1.3.0");
    EXPECT(!takes("fajma", "1.3.0") && takes("fajma", "1.3.1"), "a version that failed here is not taken again, the next one is");
    // Texts that fill their field have no end.
    memset(running.version, '1', sizeof running.version);
    memset(offered.version, '1', sizeof offered.version);
    EXPECT(!look("https://h/", true, true), "nothing is read beyond a version without a NUL");
    strcpy(running.version, "1.2.0");
    laid = NULL;
    look("https://h/", true, true);
    EXPECT(vouched == 1 && adopted == 0, "who vouches for the server is known also where no new authority lies there");
    laid = "C";
    signer = "B";
    look("https://h/", true, true);
    EXPECT(vouched == 2 && adopted == 1, "each authority is tried alone");
    signer = "nobody";
    look("https://h/", true, true);
    EXPECT(vouched == 0 && adopted == 0, "none comes over a connection that neither vouches for");
    return ended();
}
