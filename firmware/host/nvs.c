// NVS in memory.
#include "nvs.h"

#include <string.h>

#define ENTRIES 32
#define ENTRY_BYTES 4096

static struct entry {
    char name[16];
    size_t length;
    unsigned char bytes[ENTRY_BYTES];
} entries[ENTRIES];

static struct entry *find(const char *name) {
    for (size_t i = 0; i < ENTRIES; i++)
        if (strcmp(entries[i].name, name) == 0) return &entries[i];
    return NULL;
}

static esp_err_t get(const char *name, void *bytes, size_t *length) {
    const struct entry *entry = find(name);
    if (!entry) return ESP_ERR_NVS_NOT_FOUND;
    if (entry->length > *length) return ESP_ERR_INVALID_SIZE;
    memcpy(bytes, entry->bytes, entry->length);
    *length = entry->length;
    return ESP_OK;
}

static esp_err_t set(const char *name, const void *bytes, size_t length) {
    struct entry *entry = find(name);
    if (!entry) entry = find("");
    if (!entry || length > ENTRY_BYTES || strlen(name) >= sizeof entry->name) return ESP_ERR_INVALID_SIZE;
    strcpy(entry->name, name);
    memcpy(entry->bytes, bytes, length);
    entry->length = length;
    return ESP_OK;
}

esp_err_t nvs_open(const char *space, int mode, nvs_handle_t *handle) {
    (void)space;
    (void)mode;
    *handle = 1;
    return ESP_OK;
}

esp_err_t nvs_commit(nvs_handle_t handle) { return handle == 1 ? ESP_OK : ESP_ERR_INVALID_ARG; }

esp_err_t nvs_erase_key(nvs_handle_t handle, const char *name) {
    (void)handle;
    struct entry *entry = find(name);
    if (!entry) return ESP_ERR_NVS_NOT_FOUND;
    memset(entry, 0, sizeof *entry);
    return ESP_OK;
}

#define NUMBER(name, type)                                                        \
    esp_err_t nvs_get_##name(nvs_handle_t handle, const char *key, type *value) { \
        (void)handle;                                                             \
        size_t length = sizeof *value;                                            \
        return get(key, value, &length);                                          \
    }                                                                             \
    esp_err_t nvs_set_##name(nvs_handle_t handle, const char *key, type value) {  \
        (void)handle;                                                             \
        return set(key, &value, sizeof value);                                    \
    }
NUMBER(u32, uint32_t)
NUMBER(u64, uint64_t)

esp_err_t nvs_get_str(nvs_handle_t handle, const char *name, char *text, size_t *length) {
    (void)handle;
    return get(name, text, length);
}

esp_err_t nvs_set_str(nvs_handle_t handle, const char *name, const char *text) {
    (void)handle;
    return set(name, text, strlen(text) + 1);
}

esp_err_t nvs_get_blob(nvs_handle_t handle, const char *name, void *bytes, size_t *length) {
    (void)handle;
    return get(name, bytes, length);
}

esp_err_t nvs_set_blob(nvs_handle_t handle, const char *name, const void *bytes, size_t length) {
    (void)handle;
    return set(name, bytes, length);
}

bool stand_in_nvs_has(const char *name) { return find(name) != NULL; }
void stand_in_nvs_clear(void) { memset(entries, 0, sizeof entries); }
