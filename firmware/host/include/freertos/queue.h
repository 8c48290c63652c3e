// Stand-in: a queue of one entry.
#pragma once

#include <stdlib.h>
#include <string.h>

#include "freertos/FreeRTOS.h"

typedef struct queue {
    int has_entry;
    size_t size;
    unsigned char *entry;
} queue, *QueueHandle_t;

static inline QueueHandle_t xQueueCreate(unsigned count, size_t size) {
    (void)count;
    QueueHandle_t made = malloc(sizeof *made);
    *made = (queue){.size = size, .entry = malloc(size)};
    return made;
}

static inline int xQueueOverwrite(QueueHandle_t queue, const void *entry) {
    memcpy(queue->entry, entry, queue->size);
    return queue->has_entry = pdTRUE;
}

static inline int xQueueReceive(QueueHandle_t queue, void *entry, TickType_t wait) {
    (void)wait;
    if (!queue->has_entry) return pdFALSE;
    memcpy(entry, queue->entry, queue->size);
    queue->has_entry = 0;
    return pdTRUE;
}
