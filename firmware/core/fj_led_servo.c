#include "fj_led_servo.h"

#include "fj_max30102.h"

uint8_t fj_led_servo_next(uint8_t current, float level) {
    if (!(level < FJ_LED_SERVO_LOW || level > FJ_LED_SERVO_HIGH)) return current;
    float factor = level > FJ_LED_SERVO_TARGET / FJ_LED_SERVO_STEP ? FJ_LED_SERVO_TARGET / level : FJ_LED_SERVO_STEP;
    if (factor < 1.0f / FJ_LED_SERVO_STEP) factor = 1.0f / FJ_LED_SERVO_STEP;
    const float next = (float)current * factor + 0.5f;
    if (next < (float)FJ_MAX30102_CURRENT_MIN) return FJ_MAX30102_CURRENT_MIN;
    return next > (float)FJ_MAX30102_CURRENT_MAX ? FJ_MAX30102_CURRENT_MAX : (uint8_t)next;
}
