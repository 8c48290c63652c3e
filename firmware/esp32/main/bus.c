#include "bus.h"

#include "driver/gpio.h"
#include "driver/i2c_master.h"
#include "esp_check.h"
#include "fj_max30102.h"
#include "fj_mlx90614.h"

/// A full FIFO is 192 bytes: 17.6 ms at 100 kHz. A sensor that stretches longer is stuck.
#define TRANSFER_MAX_MS 30
/// The MLX90614 is specified to this, and hears what is said to the other one. 17 samples, as they usually wait, take 10 ms of 170.
#define WIRES_HZ 100000

static const char tag[] = "bus";

typedef struct wires {
    i2c_master_bus_handle_t bus;
    i2c_master_dev_handle_t oximeter, thermometer;
} wires;

static i2c_master_dev_handle_t device_at(const wires *wires, uint8_t address) {
    return address == FJ_MAX30102_ADDRESS ? wires->oximeter : address == FJ_MLX90614_ADDRESS ? wires->thermometer : NULL;
}

/// The driver answers a missing acknowledgement and a transfer that never ended alike; the lines tell: at rest both are high.
static fj_error reason_of(esp_err_t error) {
    if (error == ESP_OK) return FJ_OK;
    if (error == ESP_ERR_INVALID_ARG) return FJ_ERROR_ARGUMENT;
    const bool at_rest = gpio_get_level(CONFIG_FAJMA_PIN_SDA) && gpio_get_level(CONFIG_FAJMA_PIN_SCL);
    return at_rest && error != ESP_ERR_TIMEOUT ? FJ_ERROR_NO_ANSWER : FJ_ERROR_BUS_STUCK;
}

static fj_error write(void *context, uint8_t address, const uint8_t *bytes, size_t length, size_t *done) {
    *done = 0;
    i2c_master_dev_handle_t device = device_at(context, address);
    if (!device) return FJ_ERROR_NO_ANSWER;
    const fj_error error = reason_of(i2c_master_transmit(device, bytes, length, TRANSFER_MAX_MS));
    if (error == FJ_OK) *done = length;
    return error;
}

static fj_error write_read(void *context, uint8_t address, const uint8_t *out, size_t out_length, uint8_t *in, size_t in_length, size_t *done) {
    *done = 0;
    i2c_master_dev_handle_t device = device_at(context, address);
    if (!device) return FJ_ERROR_NO_ANSWER;
    const fj_error error = reason_of(i2c_master_transmit_receive(device, out, out_length, in, in_length, TRANSFER_MAX_MS));
    if (error == FJ_OK) *done = in_length;
    return error;
}

static fj_error reset(void *context) {
    const wires *wires = context;
    return i2c_master_bus_reset(wires->bus) == ESP_OK ? FJ_OK : FJ_ERROR_BUS_STUCK;
}

esp_err_t bus_open(port_bus *bus) {
    static wires opened;
    const i2c_master_bus_config_t bus_config = {
        .i2c_port = -1,  // any
        .sda_io_num = CONFIG_FAJMA_PIN_SDA,
        .scl_io_num = CONFIG_FAJMA_PIN_SCL,
        .clk_source = I2C_CLK_SRC_DEFAULT,
        .glitch_ignore_cnt = 7,
        .flags.enable_internal_pullup = true,  // beside the modules' own: a board without sensors is then at rest, not floating
    };
    ESP_RETURN_ON_ERROR(i2c_new_master_bus(&bus_config, &opened.bus), tag, "bus");
    const i2c_device_config_t oximeter = {.dev_addr_length = I2C_ADDR_BIT_LEN_7, .device_address = FJ_MAX30102_ADDRESS, .scl_speed_hz = WIRES_HZ};
    const i2c_device_config_t thermometer = {.dev_addr_length = I2C_ADDR_BIT_LEN_7, .device_address = FJ_MLX90614_ADDRESS, .scl_speed_hz = WIRES_HZ};
    ESP_RETURN_ON_ERROR(i2c_master_bus_add_device(opened.bus, &oximeter, &opened.oximeter), tag, "oximeter");
    ESP_RETURN_ON_ERROR(i2c_master_bus_add_device(opened.bus, &thermometer, &opened.thermometer), tag, "thermometer");
    *bus = (port_bus){.i2c = {.context = &opened, .write = write, .write_read = write_read}, .reset = reset};
    return ESP_OK;
}

#if CONFIG_FAJMA_PIN_INTERRUPT >= 0
static void on_interrupt(void *task) {
    BaseType_t is_more_urgent = pdFALSE;
    vTaskNotifyGiveFromISR(task, &is_more_urgent);
    portYIELD_FROM_ISR(is_more_urgent);
}

esp_err_t bus_wake(TaskHandle_t task) {
    const gpio_config_t config = {
        .pin_bit_mask = UINT64_C(1) << CONFIG_FAJMA_PIN_INTERRUPT,
        .mode = GPIO_MODE_INPUT,
        .pull_up_en = GPIO_PULLUP_ENABLE,  // the chip's output only pulls down
        .intr_type = GPIO_INTR_NEGEDGE,
    };
    ESP_RETURN_ON_ERROR(gpio_config(&config), tag, "interrupt pin");
    ESP_RETURN_ON_ERROR(gpio_install_isr_service(0), tag, "interrupts");
    return gpio_isr_handler_add(CONFIG_FAJMA_PIN_INTERRUPT, on_interrupt, task);
}
#else
esp_err_t bus_wake(TaskHandle_t task) {
    (void)task;
    return ESP_OK;
}
#endif
