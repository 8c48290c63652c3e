// The I2C bus as the drivers see it: two callbacks and a context pointer, filled in by the port or by a test.
#ifndef FJ_I2C_H
#define FJ_I2C_H

#include <stddef.h>
#include <stdint.h>

#include "fj_error.h"

/// The longest single write of any driver: a register and its value.
#define FJ_I2C_WRITE_MAX 2u

/// Each callback is one whole transaction and must return within a bounded time. It answers FJ_OK, FJ_ERROR_NO_ANSWER or
/// FJ_ERROR_BUS_STUCK, and says in `*done` how many bytes of the last phase were transferred; fewer than asked is an
/// error (FJ_ERROR_SHORT) whatever the callback answered, because not every port notices a short transfer itself.
typedef struct fj_i2c {
    void *context;
    /// START, address+W, `length` bytes, STOP.
    fj_error (*write)(void *context, uint8_t address, const uint8_t *bytes, size_t length, size_t *done);
    /// START, address+W, `out_length` bytes, repeated START, address+R, `in_length` bytes, STOP. `*done` counts the bytes read.
    fj_error (*write_read)(void *context, uint8_t address, const uint8_t *out, size_t out_length, uint8_t *in, size_t in_length, size_t *done);
} fj_i2c;

/// Writes one register. `address` is the 7-bit address.
fj_error fj_i2c_write_register(const fj_i2c *bus, uint8_t address, uint8_t reg, uint8_t value);

/// Reads `length` bytes from `reg` on. On failure what `bytes` holds is undefined: it is the caller's scratch, not an output.
fj_error fj_i2c_read_registers(const fj_i2c *bus, uint8_t address, uint8_t reg, uint8_t *bytes, size_t length);

#endif
