// SMBus packet error code.
#ifndef FJ_PEC_H
#define FJ_PEC_H

#include <stddef.h>
#include <stdint.h>

/// CRC-8 with the polynomial x^8+x^2+x+1 (0x07), initial value 0, no reflection (System Management Bus Specification 3.1,
/// section 6.4.1). Over a Read Word it covers address+W, command, address+R, low byte, high byte: B4 07 B5 D2 3A gives 0x30.
/// NULL is an empty message, whose code is 0.
uint8_t fj_pec(const uint8_t *bytes, size_t length);

#endif
