/* list.c - a walk through the locks of a store, for the application. */
#include "engine/list.h"

#include <stdlib.h>

#include "base/status.h"
#include "engine/errand_task.h"
#include "engine/explain.h"

/* Checks what is asked for, and copies it into the list. An empty prefix is none. */
static ddblock_status choose(struct ddblock_list *list, const ddblock_list_options *options,
                             ddblock_error *error)
{
    bool has_prefix = options->prefix != NULL && options->prefix->size > 0;
    bool has_partition = options->partition != NULL;
    ddblock_id choice = {0};
    ddblock_status status;

    if (has_prefix && options->prefix->type != DDBLOCK_KEY_STRING &&
        options->prefix->type != DDBLOCK_KEY_BINARY) {
        return status_set(error, DDBLOCK_INVALID,
                          "the prefix has type %u; string (83) and binary (66) keys have prefixes",
                          (unsigned)options->prefix->type);
    }
    if (!has_partition && !has_prefix) {
        return DDBLOCK_OK;
    }
    /* Where the keys that begin with it begin, and bounded as they are. */
    choice.partition = has_partition ? *options->partition : *options->prefix;
    if (has_partition && has_prefix) {
        choice.sort = *options->prefix;
    }
    status = lock_id_create(&choice, &list->choice, error);
    if (status == DDBLOCK_OK && has_partition) {
        list->page.partition = list->choice->partition;
        list->page.prefix = list->choice->sort;
    } else if (status == DDBLOCK_OK) {
        list->page.prefix = list->choice->partition;
    }
    return status;
}

static ddblock_status check_page_size(uint32_t page_size, ddblock_error *error)
{
    if (page_size < 1 || page_size > PAGE_LIMIT_MAX) {
        return status_set(error, DDBLOCK_INVALID, "page_size is %u, but must be 1 to %d",
                          (unsigned)page_size, PAGE_LIMIT_MAX);
    }
    return DDBLOCK_OK;
}

ddblock_status list_open(struct ddblock_store *engine, const ddblock_list_options *options,
                         struct ddblock_list **ret_list, ddblock_error *error)
{
    struct ddblock_list *list = NULL;
    ddblock_status status = check_page_size(options->page_size, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    list = calloc(1, sizeof(*list));
    if (list == NULL || !page_init(&list->page, options->page_size)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a list of locks");
        goto out;
    }
    list->page.may_be_stale = options->may_be_stale != 0;
    status = choose(list, options, error);
    if (status != DDBLOCK_OK) {
        goto out;
    }
    engine_reference(engine);
    list->engine = engine;

    *ret_list = list;
    list = NULL;
out:
    list_close(list);
    return status;
}

static ddblock_key key_from(const struct lock_key *key)
{
    return (ddblock_key){key->type, key->value.data, key->value.size};
}

ddblock_status list_next(struct ddblock_list *list, const ddblock_list_entry **ret_entry,
                         ddblock_error *error)
{
    const struct page_entry *found;

    while (list->next == list->page.count) {
        ddblock_status status = DDBLOCK_OK;

        if (list->page.is_last) {
            *ret_entry = NULL;
            return DDBLOCK_OK;
        }
        status = errand_list(list->engine, &list->page, error);
        list->next = 0;
        if (status != DDBLOCK_OK) {
            page_clear(&list->page); /* what it has of this page comes again */
            return status;
        }
    }
    found = &list->page.entries[list->next];
    list->next++;
    list->entry.id.partition = key_from(&found->id->partition);
    list->entry.id.sort = key_from(&found->id->sort);
    info_from_record(&list->entry.info, &found->record);
    list->entry.defect = found->record.defect;
    *ret_entry = &list->entry;
    return DDBLOCK_OK;
}

void list_close(struct ddblock_list *list)
{
    if (list == NULL) {
        return;
    }
    page_finish(&list->page);
    lock_id_destroy(list->choice);
    if (list->engine != NULL) {
        engine_release(list->engine);
    }
    free(list);
}
