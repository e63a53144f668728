/* random.h - random bytes from the system. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>

/* Fills data with size unpredictable bytes, waiting for the system's generator if it must.
 * False if the system gives none; there is no weaker source to fall back on. */
bool random_fill(void *data, size_t size);

#endif
