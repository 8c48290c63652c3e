#include "flash.h"

#include "esp_check.h"
#include "esp_partition.h"

static const char tag[] = "flash";

static fj_error read(void *context, uint32_t address, uint8_t *bytes, size_t length) {
    return esp_partition_read(context, address, bytes, length) == ESP_OK ? FJ_OK : FJ_ERROR_FLASH;
}

static fj_error program(void *context, uint32_t address, const uint8_t *bytes, size_t length) {
    return esp_partition_write(context, address, bytes, length) == ESP_OK ? FJ_OK : FJ_ERROR_FLASH;
}

static fj_error erase_sector(void *context, uint32_t sector) {
    return esp_partition_erase_range(context, sector * FJ_FLASH_SECTOR_BYTES, FJ_FLASH_SECTOR_BYTES) == ESP_OK ? FJ_OK : FJ_ERROR_FLASH;
}

esp_err_t flash_open(fj_flash *flash) {
    const esp_partition_t *log = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, "log");
    if (!log || log->encrypted || log->erase_size != FJ_FLASH_SECTOR_BYTES) return ESP_ERR_NOT_FOUND;
    *flash = (fj_flash){
        .context = (void *)log,  // the callbacks take it back as const
        .sectors = log->size / FJ_FLASH_SECTOR_BYTES,
        .read = read,
        .program = program,
        .erase_sector = erase_sector,
    };
    return ESP_OK;
}

esp_err_t flash_erase_all(const fj_flash *flash) {
    const esp_partition_t *log = flash->context;
    ESP_RETURN_ON_ERROR(esp_partition_erase_range(log, 0, log->size), tag, "erase");
    return ESP_OK;
}
