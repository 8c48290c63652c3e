#include "device.h"

#include "esp_check.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "nvram.h"

static const char tag[] = "device";

/// Stacks (bytes). sampling: the pulse's arithmetic and 192 bytes of a full FIFO twice; keeping: flash and NVS drivers; sending and updating: a TLS
/// handshake with a certificate chain needs about 6 KB.
#define STACK_SAMPLING 4096
#define STACK_KEEPING 6144
#define STACK_SENDING 9216
#define STACK_UPDATING 9216

/// Wi-Fi and Bluetooth live on the first core: where there is a second, sampling has it.
#if portNUM_PROCESSORS > 1
#define SAMPLING_CORE 1
#else
#define SAMPLING_CORE 0
#endif

void device_lock(device *device) { xSemaphoreTake(device->lock, portMAX_DELAY); }
void device_unlock(device *device) { xSemaphoreGive(device->lock); }

void device_watch(void) {
    const esp_err_t error = esp_task_wdt_add(NULL);
    if (error != ESP_OK) ESP_LOGE(tag, "no watchdog: %s", esp_err_to_name(error));
}

void device_turns(void) { esp_task_wdt_reset(); }

void device_restart(device *device) {
    device_lock(device);  // and keeps it: nobody brings anything new
    fj_store_flush(&device->store);
    esp_restart();
}

static bool is_on_trial(void) {
    esp_ota_img_states_t state;
    return esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK && state == ESP_OTA_IMG_PENDING_VERIFY;
}

static esp_err_t prepare(device *device, uint32_t start) {
    static fj_record ring[DEVICE_RING_RECORDS];
    const port *port = device->port;
    const uint64_t now_ms = port->clock.now_ms(port->clock.context);
    device->lock = xSemaphoreCreateMutex();
    device->seconds = xQueueCreate(DEVICE_SECONDS_MAX, sizeof(measured));
    ESP_RETURN_ON_FALSE(device->lock && device->seconds, ESP_ERR_NO_MEM, tag, "no memory");
    fj_error error = fj_store_init(&device->store, ring, DEVICE_RING_RECORDS, port->flash, &device->clock, start);
    if (error != FJ_OK) ESP_LOGE(tag, "the log cannot be used, only RAM: %s", fj_error_name(error));
    error = fj_uplink_init(&device->uplink, &device->store, &device->clock, port->random, now_ms);
    ESP_RETURN_ON_FALSE(error == FJ_OK, ESP_ERR_INVALID_ARG, tag, "uplink: %s", fj_error_name(error));
    fj_rules rules;
    if (nvram_read_rules(&rules)) device->uplink.rules = rules;
    error = fj_ota_init(&device->ota, is_on_trial(), now_ms);
    return error == FJ_OK ? ESP_OK : ESP_ERR_INVALID_ARG;
}

static esp_err_t start_task(
    TaskFunction_t task, const char *name, uint32_t stack, device *device, UBaseType_t priority, TaskHandle_t *handle, BaseType_t core) {
    const BaseType_t created = xTaskCreatePinnedToCore(task, name, stack, device, priority, handle, core);
    ESP_RETURN_ON_FALSE(created == pdPASS, ESP_ERR_NO_MEM, tag, "no memory for %s", name);
    return ESP_OK;
}

esp_err_t device_run(const port *port, const fj_setup *setup, bool is_faulty, uint32_t start) {
    static device device;
    device.port = port;
    device.setup = setup;
    device.is_faulty = is_faulty;
    ESP_RETURN_ON_ERROR(prepare(&device, start), tag, "prepare");
    // Who is told comes before who tells.
    ESP_RETURN_ON_ERROR(start_task(sending_task, "sending", STACK_SENDING, &device, 5, &device.sending, tskNO_AFFINITY), tag, "sending");
    ESP_RETURN_ON_ERROR(start_task(keeping_task, "keeping", STACK_KEEPING, &device, 10, NULL, tskNO_AFFINITY), tag, "keeping");
    ESP_RETURN_ON_ERROR(start_task(sampling_task, "sampling", STACK_SAMPLING, &device, 15, &device.sampling, SAMPLING_CORE), tag, "sampling");
    if (CONFIG_FAJMA_UPDATE_HOURS > 0)
        ESP_RETURN_ON_ERROR(start_task(updating_task, "updating", STACK_UPDATING, &device, 2, NULL, tskNO_AFFINITY), tag, "updating");
    return ESP_OK;
}
