// esp32/main/authorities.c: no authority that comes may shut the device out.
#include <stdlib.h>
#include <string.h>

#define FAJMA_HAS_CA
#include "../esp32/main/authorities.c"
#include "expect.h"
#include "nvs.h"

/// A text that somebody may be connecting with is not freed: authorities come once in years.
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

int stand_in_now = 50;
/// In place of the image's own.
char stand_in_ca[64] __asm__("_binary_ca_pem_start") = "ca 0 100 A";

void mbedtls_x509_crt_init(mbedtls_x509_crt *certificate) { memset(certificate, 0, sizeof *certificate); }

int mbedtls_x509_crt_parse(mbedtls_x509_crt *certificate, const unsigned char *text, size_t length) {
    (void)length;
    char kind[8], name[8];
    if (sscanf((const char *)text, "%7s %d %d %7s", kind, &certificate->valid_from, &certificate->valid_to, name) != 4) return -1;
    certificate->is_authority = strcmp(kind, "ca") == 0;
    if (strchr((const char *)text, '\n')) certificate->next = certificate;
    return 0;
}

void mbedtls_x509_crt_free(mbedtls_x509_crt *certificate) { (void)certificate; }

// NVS as nvram.c has it.
static nvs_handle_t nvs = 1;
void nvram_read_text(const char *name, char *text, size_t capacity) {
    if (nvs_get_str(nvs, name, text, &capacity) != ESP_OK) text[0] = 0;
}
esp_err_t nvram_write_text(const char *name, const char *text) { return nvs_set_str(nvs, name, text); }

static bool trusts(const char *pem) { return strstr(authorities_pem(), pem) != NULL; }

/// A device that is new, with this image.
static void begin(const char *built) {
    stand_in_nvs_clear();
    strcpy(stand_in_ca, built);
    authorities_load();
}

int main(void) {
    begin("ca 0 100 A");
    EXPECT(trusts("A") && authorities_load() == ESP_OK, "the image's own is trusted");
    authorities_vouched(0);
    EXPECT(authorities_adopt("ca 0 100 B") == ESP_OK && trusts("A") && trusts("B"), "a mistake is adopted beside it");
    EXPECT(
        authorities_adopt("ca 0 100 C") == ESP_OK && trusts("A") && trusts("C") && !trusts("B"),
        "the correction does not cost the one that the server is signed by");
    EXPECT(authorities_load() == ESP_OK && trusts("A") && trusts("C"), "nor does a restart");
    authorities_vouched(1);
    EXPECT(
        authorities_adopt("ca 0 100 D") == ESP_OK && trusts("C") && trusts("D") && !trusts("A"),
        "once the server has changed the old one makes room");
    const char *refused[] = {"leaf 0 100 L", "ca 0 49 E", "ca 51 100 F", "ca 0 100 G\nca 0 100 H", "nonsense", ""};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        EXPECT(authorities_adopt(refused[i]) == ESP_ERR_INVALID_ARG && trusts("C") && trusts("D"), refused[i]);
    EXPECT(authorities_adopt("ca 0 100 C") == ESP_OK && trusts("D"), "one that is known changes nothing");
    static char longest[AUTHORITY_PEM_MAX + 2];
    memset(longest, 'x', sizeof longest - 1);
    EXPECT(authorities_adopt(longest) == ESP_ERR_INVALID_ARG, "one that is too long for NVS is refused");
    // An update with another authority in it, beside two that came over the air, of which the server uses one.
    strcpy(stand_in_ca, "ca 0 100 N");
    EXPECT(authorities_load() == ESP_OK && trusts("C") && trusts("N"), "an image's authority does not push out the server's either");
    EXPECT(authorities_load() == ESP_OK && authorities_adopt("ca 0 100 D") == ESP_OK && trusts("C") && trusts("D"), "and is adopted once");
    EXPECT(authorities_load() == ESP_OK && trusts("D") && !trusts("N"), "not at each start");
    begin("leaf 0 100 L");
    EXPECT(authorities_pem()[0] == 0, "a leaf in the image is no authority");
    begin("ca 0 100 A");
    authorities_adopt("ca 0 100 B");
    EXPECT(authorities_adopt("ca 0 100 C") == ESP_OK && !trusts("A") && trusts("B") && trusts("C"), "before any connection the older one makes room");
    char pem[AUTHORITY_PEM_MAX + 1];
    authorities_read(0, pem);
    EXPECT(strcmp(pem, "ca 0 100 C") == 0, "a slot alone");
    authorities_read(9, pem);
    EXPECT(pem[0] == 0, "and none beyond");
    return ended();
}
