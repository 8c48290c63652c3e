// What the tests of this folder count.
#pragma once

#include <stdio.h>

static unsigned passed, failed;

#define EXPECT(condition, what)                              \
    do {                                                     \
        if (condition) passed++;                             \
        else {                                               \
            failed++;                                        \
            printf("%s:%d: %s\n", __FILE__, __LINE__, what); \
        }                                                    \
    } while (0)

static inline int ended(void) {
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0;
}
