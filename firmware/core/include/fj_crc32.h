// The checksum of everything that is kept.
#ifndef FJ_CRC32_H
#define FJ_CRC32_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32/ISO-HDLC: polynomial 0x04C11DB7 reflected, all ones before and after (ISO 3309). "123456789" gives 0xCBF43926.
/// NULL is an empty message, whose code is 0.
uint32_t fj_crc32(const uint8_t *bytes, size_t length);

#endif
