// Stand-in.
#pragma once

static inline void bootloader_random_enable(void) {}
static inline void bootloader_random_disable(void) {}
