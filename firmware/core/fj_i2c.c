#include "fj_i2c.h"

fj_error fj_i2c_write_register(const fj_i2c *bus, uint8_t address, uint8_t reg, uint8_t value) {
    if (!bus || !bus->write) return FJ_ERROR_ARGUMENT;
    const uint8_t bytes[FJ_I2C_WRITE_MAX] = {reg, value};
    size_t done = 0;
    fj_error error = bus->write(bus->context, address, bytes, sizeof bytes, &done);
    if (error != FJ_OK) return error;
    return done == sizeof bytes ? FJ_OK : FJ_ERROR_SHORT;
}

fj_error fj_i2c_read_registers(const fj_i2c *bus, uint8_t address, uint8_t reg, uint8_t *bytes, size_t length) {
    if (!bus || !bus->write_read || !bytes || length == 0) return FJ_ERROR_ARGUMENT;
    size_t done = 0;
    fj_error error = bus->write_read(bus->context, address, &reg, 1, bytes, length, &done);
    if (error != FJ_OK) return error;
    return done == length ? FJ_OK : FJ_ERROR_SHORT;
}
