/* page.c - a part of a list of locks. */
#include "store/page.h"

#include <assert.h>
#include <stdlib.h>

bool page_init(struct page *page, size_t limit)
{
    assert(limit >= 1 && limit <= PAGE_LIMIT_MAX);
    *page = (struct page){.limit = limit};
    page->entries = calloc(limit, sizeof(page->entries[0]));
    return page->entries != NULL;
}

void page_clear(struct page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        lock_id_destroy(page->entries[i].id);
    }
    page->count = 0;
    page->is_last = false;
}

void page_finish(struct page *page)
{
    page_clear(page);
    lock_id_destroy(page->after);
    free(page->entries);
    *page = (struct page){0};
}

bool page_add(struct page *page, const struct lock_id *id, const struct record *record)
{
    struct lock_id *copy = lock_id_copy(id);

    assert(page->count < page->limit);
    if (copy == NULL) {
        return false;
    }
    page->entries[page->count] = (struct page_entry){.id = copy, .record = *record};
    page->count++;
    return true;
}

bool page_end(struct page *page, const struct lock_id *last)
{
    struct lock_id *after = NULL;

    if (last != NULL) {
        after = lock_id_copy(last);
        if (after == NULL) {
            return false;
        }
    }
    lock_id_destroy(page->after);
    page->after = after;
    page->is_last = last == NULL;
    return true;
}

static bool begins_with(const struct lock_key *key, const struct lock_key *prefix)
{
    return key->type == prefix->type && key->value.size >= prefix->value.size &&
           memcmp(key->value.data, prefix->value.data, prefix->value.size) == 0;
}

struct lock_id page_start(const struct page *page)
{
    if (page->after != NULL) {
        return *page->after;
    }
    if (page->partition.type != DDBLOCK_KEY_NONE) {
        return (struct lock_id){.partition = page->partition, .sort = page->prefix};
    }
    return (struct lock_id){.partition = page->prefix};
}

bool page_wants(const struct page *page, const struct lock_id *id)
{
    const struct lock_key *key = &id->partition;

    if (page->partition.type != DDBLOCK_KEY_NONE) {
        if (!lock_key_equal(key, &page->partition)) {
            return false;
        }
        key = &id->sort;
    }
    return page->prefix.type == DDBLOCK_KEY_NONE || begins_with(key, &page->prefix);
}
