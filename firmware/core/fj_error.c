#include "fj_error.h"

const char *fj_error_name(fj_error error) {
    switch (error) {
    case FJ_OK: return "ok";
    case FJ_ERROR_ARGUMENT: return "argument";
    case FJ_ERROR_NO_ANSWER: return "no_answer";
    case FJ_ERROR_SHORT: return "short";
    case FJ_ERROR_BUS_STUCK: return "bus_stuck";
    case FJ_ERROR_CHECKSUM: return "checksum";
    case FJ_ERROR_WRONG_PART: return "wrong_part";
    case FJ_ERROR_NOT_READY: return "not_ready";
    case FJ_ERROR_SENSOR: return "sensor";
    case FJ_ERROR_RANGE: return "range";
    case FJ_ERROR_FLASH: return "flash";
    case FJ_ERROR_SPACE: return "space";
    case FJ_ERROR_FORMAT: return "format";
    case FJ_ERROR_EMPTY: return "empty";
    }
    return "unknown";
}
