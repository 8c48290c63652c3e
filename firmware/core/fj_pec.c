#include "fj_pec.h"

// Bit by bit: six bytes a second do not earn a table of 256.
uint8_t fj_pec(const uint8_t *bytes, size_t length) {
    unsigned crc = 0;
    for (size_t i = 0; bytes && i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = (crc & 0x80u) ? ((crc << 1) ^ 0x07u) & 0xFFu : (crc << 1) & 0xFFu;
    }
    return (uint8_t)crc;
}
