#include "lamps.h"

#include <stdatomic.h>

#include "clock.h"
#include "driver/gpio.h"
#include "esp_check.h"
#include "esp_timer.h"
#include "fj_button.h"

/// Often enough for the button and for the rhythms' steps (µs).
#define TURN_US 20000

static const char tag[] = "lamps";
static atomic_int wanted = FJ_INDICATION_STARTING;
static atomic_bool reset_is_wanted, was_pressed;

static void turn(void *context) {
    (void)context;
    static fj_indicator indicator;
    static fj_button button;
    const uint64_t now_ms = clock_now_ms();
    const fj_button_event event = fj_button_next(&button, gpio_get_level(CONFIG_FAJMA_PIN_BUTTON) == 0, now_ms);
    if (event == FJ_BUTTON_PRESSED) {
        fj_indicator_pause(&indicator, now_ms);
        atomic_store(&was_pressed, true);
    }
    if (event == FJ_BUTTON_RESET) atomic_store(&reset_is_wanted, true);
    const bool is_held = event == FJ_BUTTON_HELD || atomic_load(&reset_is_wanted);
    fj_indicator_show(&indicator, is_held ? FJ_INDICATION_RESET : (fj_indication)atomic_load(&wanted), now_ms);
    const fj_lamps lamps = fj_indicator_lamps(&indicator, now_ms);
    gpio_set_level(CONFIG_FAJMA_PIN_GREEN, lamps.green);
    gpio_set_level(CONFIG_FAJMA_PIN_RED, lamps.red);
    gpio_set_level(CONFIG_FAJMA_PIN_BUZZER, lamps.buzzer);
}

static void show(void *context, fj_indication indication) {
    (void)context;
    atomic_store(&wanted, (int)indication);
}

bool lamps_reset_is_wanted(void) { return atomic_load(&reset_is_wanted); }

bool lamps_take_press(void) { return atomic_exchange(&was_pressed, false); }

esp_err_t lamps_open(port_indicator *indicator) {
    const gpio_config_t outputs = {
        .pin_bit_mask = UINT64_C(1) << CONFIG_FAJMA_PIN_GREEN | UINT64_C(1) << CONFIG_FAJMA_PIN_RED | UINT64_C(1) << CONFIG_FAJMA_PIN_BUZZER,
        .mode = GPIO_MODE_OUTPUT,
    };
    const gpio_config_t input = {.pin_bit_mask = UINT64_C(1) << CONFIG_FAJMA_PIN_BUTTON, .mode = GPIO_MODE_INPUT, .pull_up_en = GPIO_PULLUP_ENABLE};
    ESP_RETURN_ON_ERROR(gpio_config(&outputs), tag, "outputs");
    ESP_RETURN_ON_ERROR(gpio_config(&input), tag, "button");
    const esp_timer_create_args_t args = {.callback = turn, .name = "lamps", .skip_unhandled_events = true};
    esp_timer_handle_t timer;
    ESP_RETURN_ON_ERROR(esp_timer_create(&args, &timer), tag, "timer");
    ESP_RETURN_ON_ERROR(esp_timer_start_periodic(timer, TURN_US), tag, "timer");
    *indicator = (port_indicator){.context = NULL, .show = show};
    return ESP_OK;
}
