// Stand-in: a certificate is the text "ca|leaf FROM TO NAME", times in any unit; several in a text are one after the other, with a line each.
#pragma once

#include <stddef.h>

typedef int mbedtls_x509_time;
typedef struct mbedtls_x509_crt {
    int is_authority;
    mbedtls_x509_time valid_from, valid_to;
    struct mbedtls_x509_crt *next;
} mbedtls_x509_crt;

extern int stand_in_now;
void mbedtls_x509_crt_init(mbedtls_x509_crt *certificate);
int mbedtls_x509_crt_parse(mbedtls_x509_crt *certificate, const unsigned char *text, size_t length);
void mbedtls_x509_crt_free(mbedtls_x509_crt *certificate);
static inline int mbedtls_x509_crt_get_ca_istrue(const mbedtls_x509_crt *certificate) { return certificate->is_authority; }
static inline int mbedtls_x509_time_is_past(const mbedtls_x509_time *to) { return *to < stand_in_now; }
static inline int mbedtls_x509_time_is_future(const mbedtls_x509_time *from) { return *from > stand_in_now; }
