/* memory.c - locks in the memory of this process.
 *
 * A sorted array of records. Bounded by memory alone: whoever fills it is this process. */
#include "store/stores.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "base/waker.h"
#include "store/reply_queue.h"
#include "store/transition.h"

struct entry {
    struct lock_id *id;
    struct record record;
};

struct memory_store {
    struct store store;
    struct waker waker;
    struct entry **entries; /* sorted by id */
    size_t count;
    size_t capacity;
    struct reply_queue replies;
};

static struct memory_store *memory_from(struct store *store)
{
    return (struct memory_store *)store;
}

/* Where the id is, or else where it would be. */
static size_t memory_find(const struct memory_store *memory, const struct lock_id *id,
                          bool *ret_found)
{
    size_t low = 0;
    size_t high = memory->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = lock_id_compare(memory->entries[middle]->id, id);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_found = false;
    return low;
}

static void entry_destroy(struct entry *entry)
{
    if (entry != NULL) {
        lock_id_destroy(entry->id);
        free(entry);
    }
}

static struct entry *entry_create(const struct lock_id *id, const struct record *record)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL) {
        return NULL;
    }
    entry->id = lock_id_copy(id);
    if (entry->id == NULL) {
        entry_destroy(entry);
        return NULL;
    }
    entry->record = *record;
    return entry;
}

static bool memory_reserve(struct memory_store *memory)
{
    size_t capacity = memory->capacity > 0 ? memory->capacity * 2 : 16;
    struct entry **entries;

    if (memory->count < memory->capacity) {
        return true;
    }
    entries = reallocarray(memory->entries, capacity, sizeof(struct entry *));
    if (entries == NULL) {
        return false;
    }
    memory->entries = entries;
    memory->capacity = capacity;
    return true;
}

/* False if there is no memory, and then nothing has changed. */
static bool memory_insert(struct memory_store *memory, size_t position, const struct lock_id *id,
                          const struct record *record)
{
    struct entry *entry;

    if (!memory_reserve(memory)) {
        return false;
    }
    entry = entry_create(id, record);
    if (entry == NULL) {
        return false;
    }
    memmove(memory->entries + position + 1, memory->entries + position,
            (memory->count - position) * sizeof(struct entry *));
    memory->entries[position] = entry;
    memory->count++;
    return true;
}

static void memory_remove(struct memory_store *memory, size_t position)
{
    entry_destroy(memory->entries[position]);
    memory->count--;
    memmove(memory->entries + position, memory->entries + position + 1,
            (memory->count - position) * sizeof(struct entry *));
}

static void fail(struct store_reply *reply, const char *message)
{
    reply->outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_NO_MEMORY};
    (void)snprintf(reply->message, sizeof(reply->message), "%s", message);
}

static void memory_transit(struct memory_store *memory, const struct store_request *request,
                           struct store_reply *reply)
{
    struct record record = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};
    bool found;
    size_t position = memory_find(memory, request->id, &found);

    if (found) {
        record = memory->entries[position]->record;
    }
    transition_apply(request->ask, request->owner, &record, &reply->outcome);
    if (reply->outcome.kind == OUTCOME_FAILED) {
        (void)snprintf(reply->message, sizeof(reply->message), TRANSITION_FAILED);
    }
    if (reply->outcome.kind != OUTCOME_APPLIED) {
        return;
    }
    if (found && record.kind == RECORD_ABSENT) {
        memory_remove(memory, position);
    } else if (found) {
        memory->entries[position]->record = record;
    } else if (!memory_insert(memory, position, request->id, &record)) {
        fail(reply, "no memory for another lock");
    }
}

/* False if there is no memory. */
static bool memory_list(const struct memory_store *memory, struct page *page)
{
    struct lock_id start = page_start(page);
    bool found;
    size_t next = memory_find(memory, &start, &found);

    page_clear(page);
    if (found && page->after != NULL) {
        next++;
    }
    for (; next < memory->count && page_wants(page, memory->entries[next]->id); next++) {
        const struct entry *entry = memory->entries[next];

        if (page->count == page->limit) {
            return page_end(page, page->entries[page->count - 1].id);
        }
        if (!page_add(page, entry->id, &entry->record)) {
            return false;
        }
    }
    return page_end(page, NULL);
}

static void memory_submit(struct store *store, const struct store_request *request)
{
    struct memory_store *memory = memory_from(store);
    struct store_reply *reply = reply_queue_add(&memory->replies, request->tag);

    if (request->ask->kind != REQUEST_LIST) {
        memory_transit(memory, request, reply);
    } else if (memory_list(memory, request->page)) {
        reply->outcome.kind = OUTCOME_FOUND;
    } else {
        fail(reply, "no memory for a list of locks");
    }
}

static void memory_wait(struct store *store, struct instant until)
{
    struct memory_store *memory = memory_from(store);

    if (memory->replies.count == 0) {
        waker_wait(&memory->waker, until);
    }
}

static const struct store_reply *memory_take_reply(struct store *store)
{
    return reply_queue_take(&memory_from(store)->replies);
}

static void memory_wake(struct store *store)
{
    waker_wake(&memory_from(store)->waker);
}

static void memory_destroy(struct store *store, bool forked)
{
    struct memory_store *memory = memory_from(store);

    (void)forked; /* all that it has is this process' own */
    for (size_t i = 0; i < memory->count; i++) {
        entry_destroy(memory->entries[i]);
    }
    free(memory->entries);
    waker_close(&memory->waker);
    free(memory);
}

static const struct store_operations memory_operations = {
    .submit = memory_submit,
    .wait = memory_wait,
    .take_reply = memory_take_reply,
    .wake = memory_wake,
    .destroy = memory_destroy,
};

ddblock_status store_memory_open(struct store **ret_store, ddblock_error *error)
{
    struct memory_store *memory = calloc(1, sizeof(*memory));

    assert(ret_store != NULL);
    if (memory == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a store");
    }
    if (!waker_open(&memory->waker)) {
        int problem = errno;

        free(memory);
        return status_set(error, DDBLOCK_UNAVAILABLE, "no descriptor for a store: %s",
                          strerror(problem));
    }
    memory->store.operations = &memory_operations;
    memory->store.capacity = REPLY_QUEUE_CAPACITY;
    *ret_store = &memory->store;
    return DDBLOCK_OK;
}
