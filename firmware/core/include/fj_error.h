// What a function of the core answers. Output parameters are written only with FJ_OK.
#ifndef FJ_ERROR_H
#define FJ_ERROR_H

typedef enum fj_error {
    FJ_OK = 0,
    FJ_ERROR_ARGUMENT,    // a NULL pointer, or a number outside its documented range
    FJ_ERROR_NO_ANSWER,   // the bus works, but nobody acknowledged the address or a byte
    FJ_ERROR_SHORT,       // fewer bytes were transferred than asked for
    FJ_ERROR_BUS_STUCK,   // a line is held low or the transfer timed out: the bus needs a reset
    FJ_ERROR_CHECKSUM,    // a checksum did not match the bytes
    FJ_ERROR_WRONG_PART,  // another chip answers at this address
    FJ_ERROR_NOT_READY,   // too early: ask again later
    FJ_ERROR_SENSOR,      // the sensor itself says that its value is bad
    FJ_ERROR_RANGE,       // a value that cannot be
    FJ_ERROR_FLASH,       // the flash failed, or did not keep what was written
    FJ_ERROR_SPACE,       // no room left in a buffer
    FJ_ERROR_FORMAT,      // bytes or a text that are not what they should be
    FJ_ERROR_EMPTY,       // nothing there, or nothing more
} fj_error;

/// A short English name for logs, never NULL.
const char *fj_error_name(fj_error error);

#endif
