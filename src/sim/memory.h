/* memory.h - memory for the simulator, which ends when there is none: it proves nothing then. */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdio.h>
#include <stdlib.h>

static inline void *memory_got(void *memory)
{
    if (memory == NULL) {
        (void)fputs("ddblock-sim: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* Makes room for one more element than count in an array. */
static inline void *memory_room(void *array, size_t count, size_t *capacity, size_t element_size)
{
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity > 0 ? *capacity * 2 : 64;
    return memory_got(reallocarray(array, *capacity, element_size));
}

#endif
