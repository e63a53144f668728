/* heap.h - a queue of deadlines; of equal ones the first to be set comes first.
 *
 * Room is made when an entry is added to the heap's count (heap_reserve), so that
 * setting and clearing deadlines later cannot fail. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

/* Lies in the object that has the deadline. Zeroed, it is in no heap. */
struct heap_entry {
    struct instant due;
    uint64_t order;
    size_t position; /* in the heap, from 1; 0: not in it */
};

struct heap {
    struct heap_entry **entries;
    size_t size;
    size_t capacity;
    uint64_t next_order;
};

void heap_finish(struct heap *heap);

/* Makes room for count entries in all. False if there is no memory. */
bool heap_reserve(struct heap *heap, size_t count);

/* Sets or moves the entry's deadline; INSTANT_NEVER takes it out. */
void heap_set(struct heap *heap, struct heap_entry *entry, struct instant due);

/* The entry that is due first; NULL if there is none. It stays in the heap. */
struct heap_entry *heap_first(const struct heap *heap);

#endif
