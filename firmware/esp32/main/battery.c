#include "battery.h"

#include "esp_adc/adc_cali.h"
#include "esp_adc/adc_cali_scheme.h"
#include "esp_adc/adc_oneshot.h"
#include "esp_check.h"
#include "esp_log.h"
#include "fj_battery.h"
#include "fj_report.h"

#if CONFIG_FAJMA_PIN_BATTERY >= 0

/// The mean of so many conversions: one alone scatters by 20 mV.
#define CONVERSIONS 16
/// Two equal resistors.
#define DIVIDER 2u

static const char tag[] = "battery";

typedef struct converter {
    adc_oneshot_unit_handle_t unit;
    adc_cali_handle_t calibration;
    adc_channel_t channel;
} converter;

static esp_err_t calibrate(adc_unit_t unit, converter *converter) {
#if ADC_CALI_SCHEME_CURVE_FITTING_SUPPORTED
    const adc_cali_curve_fitting_config_t config = {
        .unit_id = unit, .chan = converter->channel, .atten = ADC_ATTEN_DB_12, .bitwidth = ADC_BITWIDTH_DEFAULT};
    return adc_cali_create_scheme_curve_fitting(&config, &converter->calibration);
#else
    const adc_cali_line_fitting_config_t config = {.unit_id = unit, .atten = ADC_ATTEN_DB_12, .bitwidth = ADC_BITWIDTH_DEFAULT};
    return adc_cali_create_scheme_line_fitting(&config, &converter->calibration);
#endif
}

static esp_err_t open(converter *converter) {
    adc_unit_t unit;
    ESP_RETURN_ON_ERROR(adc_oneshot_io_to_channel(CONFIG_FAJMA_PIN_BATTERY, &unit, &converter->channel), tag, "not a pin of the converter's");
    const adc_oneshot_unit_init_cfg_t unit_config = {.unit_id = unit};
    ESP_RETURN_ON_ERROR(adc_oneshot_new_unit(&unit_config, &converter->unit), tag, "converter");
    const adc_oneshot_chan_cfg_t channel_config = {.atten = ADC_ATTEN_DB_12, .bitwidth = ADC_BITWIDTH_DEFAULT};
    ESP_RETURN_ON_ERROR(adc_oneshot_config_channel(converter->unit, converter->channel, &channel_config), tag, "channel");
    ESP_RETURN_ON_ERROR(calibrate(unit, converter), tag, "this chip has no calibration");
    return ESP_OK;
}

int32_t battery_percent(void) {
    static converter converter;
    static enum { CLOSED, OPEN, BROKEN } state;
    if (state == CLOSED) state = open(&converter) == ESP_OK ? OPEN : BROKEN;
    if (state == BROKEN) return FJ_REPORT_UNKNOWN;
    uint32_t sum_mv = 0;
    for (int i = 0; i < CONVERSIONS; i++) {
        int millivolts;
        if (adc_oneshot_get_calibrated_result(converter.unit, converter.calibration, converter.channel, &millivolts) != ESP_OK)
            return FJ_REPORT_UNKNOWN;
        sum_mv += (uint32_t)(millivolts > 0 ? millivolts : 0);
    }
    int32_t percent;
    return fj_battery_percent(DIVIDER * sum_mv / CONVERSIONS, &percent) == FJ_OK ? percent : FJ_REPORT_UNKNOWN;
}

#else
int32_t battery_percent(void) { return FJ_REPORT_UNKNOWN; }
#endif
