#include "authorities.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_check.h"
#include "esp_log.h"
#include "fj_crc32.h"
#include "mbedtls/x509_crt.h"
#include "nvram.h"

static const char tag[] = "authorities";
static const char *const slot_name[AUTHORITY_SLOTS] = {"ca_0", "ca_1"};
#define SLOTS AUTHORITY_SLOTS

static const char *_Atomic trusted = "";
/// One slot's text: 4 KB do not belong on a task's stack. Used by app_main, before the tasks, and then by the updating task alone.
static char scratch[AUTHORITY_PEM_MAX + 1];

/// One certificate, of an authority, that is valid now.
static bool is_authority(const char *pem) {
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    const bool is_one = mbedtls_x509_crt_parse(&certificate, (const unsigned char *)pem, strlen(pem) + 1) == 0 && !certificate.next;
    const bool is_authority = is_one && mbedtls_x509_crt_get_ca_istrue(&certificate) == 1 && !mbedtls_x509_time_is_past(&certificate.valid_to)
        && !mbedtls_x509_time_is_future(&certificate.valid_from);
    mbedtls_x509_crt_free(&certificate);
    return is_authority;
}

/// Publishes what the slots hold. The text before is not freed, because somebody may be connecting with it; new authorities come once in years.
static esp_err_t publish(void) {
    char *text = malloc(SLOTS * sizeof scratch + 1);
    if (!text) return ESP_ERR_NO_MEM;
    size_t length = 0;
    text[0] = 0;
    for (size_t slot = 0; slot < SLOTS; slot++) {
        nvram_read_text(slot_name[slot], scratch, sizeof scratch);
        if (scratch[0]) length += (size_t)snprintf(text + length, sizeof scratch + 1, "%s\n", scratch);
    }
    atomic_store(&trusted, text);
    return length > 0 ? ESP_OK : ESP_ERR_NOT_FOUND;
}

/// The slot for a new authority, or SLOTS if one of them has it.
static size_t slot_for(const char *pem) {
    size_t empty = SLOTS;
    for (size_t slot = 0; slot < SLOTS; slot++) {
        nvram_read_text(slot_name[slot], scratch, sizeof scratch);
        if (strcmp(scratch, pem) == 0) return SLOTS;
        if (scratch[0] == 0 && empty == SLOTS) empty = slot;
    }
    if (empty < SLOTS) return empty;
    // Never the one that the server is known to be signed by; before any connection, the older one.
    char kept[2];
    nvram_read_text("ca_vouched", kept, sizeof kept);
    if (kept[0] == 0) nvram_read_text("ca_newest", kept, sizeof kept);
    return kept[0] == '0' ? 1 : 0;
}

void authorities_vouched(size_t slot) {
    char before[2];
    nvram_read_text("ca_vouched", before, sizeof before);
    if (before[0] != '0' + (char)slot) nvram_write_text("ca_vouched", slot == 0 ? "0" : "1");
}

void authorities_read(size_t slot, char pem[AUTHORITY_PEM_MAX + 1]) {
    pem[0] = 0;
    if (slot < SLOTS) nvram_read_text(slot_name[slot], pem, AUTHORITY_PEM_MAX + 1);
}

esp_err_t authorities_adopt(const char *pem) {
    if (strlen(pem) > AUTHORITY_PEM_MAX || !is_authority(pem)) return ESP_ERR_INVALID_ARG;
    const size_t slot = slot_for(pem);
    if (slot == SLOTS) return ESP_OK;
    ESP_RETURN_ON_ERROR(nvram_write_text(slot_name[slot], pem), tag, "slot");
    ESP_RETURN_ON_ERROR(nvram_write_text("ca_newest", slot == 0 ? "0" : "1"), tag, "newest");
    ESP_LOGI(tag, "a new authority in slot %u", (unsigned)slot);
    return publish();
}

#ifdef FAJMA_HAS_CA
extern const char built_in[] asm("_binary_ca_pem_start");

/// Once for each: an image that stays for years must not bring its old authority back over those that came later.
static void adopt_built_in(void) {
    char mark[9], before[sizeof mark];
    snprintf(mark, sizeof mark, "%08x", (unsigned)fj_crc32((const uint8_t *)built_in, strlen(built_in)));
    nvram_read_text("ca_built_in", before, sizeof before);
    if (strcmp(mark, before) == 0) return;
    const esp_err_t error = authorities_adopt(built_in);
    if (error == ESP_OK) nvram_write_text("ca_built_in", mark);
    else ESP_LOGE(tag, "the image's authority is not taken: %s", esp_err_to_name(error));
}
#else
static void adopt_built_in(void) {}
#endif

esp_err_t authorities_load(void) {
    adopt_built_in();
    return publish();
}

const char *authorities_pem(void) { return atomic_load(&trusted); }
