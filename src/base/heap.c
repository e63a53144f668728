/* heap.c - a binary heap of deadlines. */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

void heap_finish(struct heap *heap)
{
    free(heap->entries);
    *heap = (struct heap){0};
}

bool heap_reserve(struct heap *heap, size_t count)
{
    struct heap_entry **entries;
    size_t capacity = heap->capacity > 0 ? heap->capacity : 16;

    if (count <= heap->capacity) {
        return true;
    }
    while (capacity < count) {
        capacity *= 2;
    }
    entries = realloc(heap->entries, capacity * sizeof(*entries));
    if (entries == NULL) {
        return false;
    }
    heap->entries = entries;
    heap->capacity = capacity;
    return true;
}

static bool entry_before(const struct heap_entry *a, const struct heap_entry *b)
{
    return a->due.ns != b->due.ns ? a->due.ns < b->due.ns : a->order < b->order;
}

static void heap_place(struct heap *heap, size_t position, struct heap_entry *entry)
{
    heap->entries[position - 1] = entry;
    entry->position = position;
}

static void sift_up(struct heap *heap, struct heap_entry *entry)
{
    size_t position = entry->position;

    while (position > 1 && entry_before(entry, heap->entries[position / 2 - 1])) {
        heap_place(heap, position, heap->entries[position / 2 - 1]);
        position /= 2;
    }
    heap_place(heap, position, entry);
}

static void sift_down(struct heap *heap, struct heap_entry *entry)
{
    size_t position = entry->position;

    while (position * 2 <= heap->size) {
        size_t child = position * 2;

        if (child < heap->size && entry_before(heap->entries[child], heap->entries[child - 1])) {
            child++;
        }
        if (!entry_before(heap->entries[child - 1], entry)) {
            break;
        }
        heap_place(heap, position, heap->entries[child - 1]);
        position = child;
    }
    heap_place(heap, position, entry);
}

static void heap_remove(struct heap *heap, struct heap_entry *entry)
{
    struct heap_entry *last = heap->entries[heap->size - 1];

    heap->size--;
    if (last != entry) {
        heap_place(heap, entry->position, last);
        sift_up(heap, last);
        sift_down(heap, last);
    }
    entry->position = 0;
}

void heap_set(struct heap *heap, struct heap_entry *entry, struct instant due)
{
    if (entry->position > 0) {
        assert(heap->entries[entry->position - 1] == entry);
        heap_remove(heap, entry);
    }
    if (instant_is_never(due)) {
        return;
    }
    assert(heap->size < heap->capacity);
    entry->due = due;
    entry->order = heap->next_order++;
    heap->size++;
    entry->position = heap->size;
    sift_up(heap, entry);
}

struct heap_entry *heap_first(const struct heap *heap)
{
    return heap->size > 0 ? heap->entries[0] : NULL;
}
