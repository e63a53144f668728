/* listing.c - locks as they were read, many of them. */
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exit.h"
#include "process.h"

static int keys_compare(const ddblock_key *a, const ddblock_key *b)
{
    size_t size = a->size < b->size ? a->size : b->size;
    int order = size > 0 ? memcmp(a->data, b->data, size) : 0;

    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

int ids_compare(const ddblock_id *a, const ddblock_id *b)
{
    int order = keys_compare(&a->partition, &b->partition);

    return order != 0 ? order : keys_compare(&a->sort, &b->sort);
}

bool ids_are_equal(const ddblock_id *a, const ddblock_id *b)
{
    return ids_compare(a, b) == 0;
}

bool info_is_held(const ddblock_info *info)
{
    return info->kind == DDBLOCK_ITEM_FAIL_OPEN || info->kind == DDBLOCK_ITEM_FAIL_CLOSED;
}

const char *state_word(const ddblock_info *info, bool stale)
{
    switch (info->kind) {
    case DDBLOCK_ITEM_ABSENT:
    case DDBLOCK_ITEM_RELEASED:
        return "free";
    case DDBLOCK_ITEM_FAIL_OPEN:
        return stale ? "stale" : "held";
    case DDBLOCK_ITEM_FAIL_CLOSED:
        return "fail-closed";
    case DDBLOCK_ITEM_BAD:
        break;
    }
    return "no lock";
}

char *id_text(char *target, size_t size, const ddblock_id *id)
{
    char partition[KEY_TEXT_SIZE];
    char sort[KEY_TEXT_SIZE];

    (void)key_text(partition, &id->partition);
    (void)key_text(sort, &id->sort);
    (void)snprintf(target, size, "%s%s%s", partition, id->sort.size > 0 ? " / " : "", sort);
    return target;
}

static char *copy(char **to, const void *data, size_t size)
{
    char *target = *to;

    if (size > 0) {
        memcpy(target, data, size);
    }
    *to += size;
    return target;
}

static ddblock_status make_room(struct listing *listing, ddblock_error *error)
{
    size_t capacity = listing->capacity > 0 ? 2 * listing->capacity : 64;
    struct listed *locks;

    if (listing->count < listing->capacity) {
        return DDBLOCK_OK;
    }
    if (listing->count >= LISTING_MAX) {
        return usage_error(error,
                           "there are more than %d locks: ask for fewer, with --prefix or "
                           "--limit",
                           LISTING_MAX);
    }
    locks = realloc(listing->locks, capacity * sizeof(*locks));
    if (locks == NULL) {
        return error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    listing->locks = locks;
    listing->capacity = capacity;
    return DDBLOCK_OK;
}

ddblock_status listing_add(struct listing *listing, const ddblock_id *id, const ddblock_info *info,
                           const char *defect, ddblock_error *error)
{
    size_t defect_size = defect != NULL ? strlen(defect) + 1 : 0;
    struct listed lock = {.id = *id, .info = *info};
    ddblock_status status = make_room(listing, error);
    char *to;

    if (status != DDBLOCK_OK) {
        return status;
    }
    lock.memory = malloc(id->partition.size + id->sort.size + defect_size + 1);
    if (lock.memory == NULL) {
        return error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    to = lock.memory;
    lock.id.partition.data = copy(&to, id->partition.data, id->partition.size);
    lock.id.sort.data = copy(&to, id->sort.data, id->sort.size);
    lock.defect = defect_size > 0 ? copy(&to, defect, defect_size) : NULL;
    lock.seen_ms = boot_clock_ms();
    listing->locks[listing->count++] = lock;
    return DDBLOCK_OK;
}

static bool is_wanted(const struct listing_filter *filter, const ddblock_info *info)
{
    if (filter->expiring) {
        return info->kind == DDBLOCK_ITEM_FAIL_OPEN;
    }
    return !filter->held || info_is_held(info);
}

static int compare_locks(const void *a, const void *b)
{
    const struct listed *left = a;
    const struct listed *right = b;

    return ids_compare(&left->id, &right->id);
}

void listing_sort(struct listing *listing)
{
    if (listing->count > 0) {
        qsort(listing->locks, listing->count, sizeof(*listing->locks), compare_locks);
    }
}

ddblock_status listing_read(struct listing *listing, ddblock_store *store,
                            const struct listing_filter *filter, ddblock_error *error)
{
    ddblock_list_options options;
    ddblock_list *list = NULL;
    ddblock_status status;

    ddblock_list_options_init(&options);
    options.prefix = filter->prefix;
    status = ddblock_list_open(store, &options, &list, error);
    while (status == DDBLOCK_OK && (filter->limit == 0 || listing->count < filter->limit)) {
        const ddblock_list_entry *entry = NULL;

        status = ddblock_list_next(list, &entry, error);
        if (status != DDBLOCK_OK || entry == NULL) {
            break;
        }
        if (is_wanted(filter, &entry->info)) {
            status = listing_add(listing, &entry->id, &entry->info, entry->defect, error);
        }
    }
    ddblock_list_close(list);
    listing_sort(listing);
    return status;
}

static int64_t due_ms(const struct listed *lock)
{
    return lock->seen_ms + lock->info.lease_duration_ms;
}

static int compare_due(const void *a, const void *b)
{
    int64_t left = due_ms(a);
    int64_t right = due_ms(b);

    return (left > right) - (left < right);
}

static void sleep_until_ms(int64_t due)
{
    int64_t left;

    while ((left = due - boot_clock_ms()) > 0) {
        struct timespec time = {.tv_sec = (time_t)(left / 1000),
                                .tv_nsec = (long)(left % 1000) * 1000000};

        (void)clock_nanosleep(CLOCK_BOOTTIME, 0, &time, NULL);
    }
}

/* Looks at the lock once more. */
static ddblock_status look_again(struct listed *lock, ddblock_store *store, ddblock_error *error)
{
    ddblock_info now = {0};
    int64_t asked_ms;
    ddblock_status status;

    sleep_until_ms(due_ms(lock) + 1);
    asked_ms = boot_clock_ms();
    status = ddblock_show(store, &lock->id, &now, error);
    lock->stale = status == DDBLOCK_OK &&
                  ddblock_info_is_stale(&lock->info, &now, asked_ms - lock->seen_ms) == 1;
    return status;
}

ddblock_status listing_keep_stale(struct listing *listing, ddblock_store *store,
                                  int64_t patience_ms, size_t *ret_unknown, ddblock_error *error)
{
    ddblock_status status = DDBLOCK_OK;
    size_t kept = 0;

    *ret_unknown = 0;
    if (listing->count == 0) {
        return DDBLOCK_OK;
    }
    qsort(listing->locks, listing->count, sizeof(*listing->locks), compare_due);
    for (size_t i = 0; i < listing->count && status == DDBLOCK_OK; i++) {
        if (listing->locks[i].info.lease_duration_ms > patience_ms) {
            ++*ret_unknown;
        } else {
            status = look_again(&listing->locks[i], store, error);
        }
    }
    for (size_t i = 0; i < listing->count; i++) {
        if (listing->locks[i].stale) {
            listing->locks[kept++] = listing->locks[i];
        } else {
            free(listing->locks[i].memory);
        }
    }
    listing->count = kept;
    listing_sort(listing);
    return status;
}

void listing_cut(struct listing *listing, size_t count)
{
    while (listing->count > count) {
        free(listing->locks[--listing->count].memory);
    }
}

void listing_finish(struct listing *listing)
{
    listing_cut(listing, 0);
    free(listing->locks);
    *listing = (struct listing){0};
}
