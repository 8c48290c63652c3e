// Which LED current brings a channel's level into the middle of the converter's range.
#ifndef FJ_LED_SERVO_H
#define FJ_LED_SERVO_H

#include <stdint.h>

/// Nothing changes while the level is between these (counts of 262,143), because every change costs the pulse its window.
#define FJ_LED_SERVO_LOW 60000.0f
#define FJ_LED_SERVO_HIGH 210000.0f
/// Where a change aims.
#define FJ_LED_SERVO_TARGET 130000.0f
/// At most this factor at once: near the converter's end the level no longer tells the light.
#define FJ_LED_SERVO_STEP 2.0f

/// The current (steps of 0.2 mA, between FJ_MAX30102_CURRENT_MIN and _MAX) for the next second, given this one's level.
/// Light is taken to grow in proportion to current.
uint8_t fj_led_servo_next(uint8_t current, float level);

#endif
