/* list.h - a walk through the locks of a store, for the application. */
#ifndef ENGINE_LIST_H
#define ENGINE_LIST_H

#include "engine/engine.h"

/* The public name of a list. It is one reference of its engine. */
struct ddblock_list {
    struct ddblock_store *engine;
    struct lock_id *choice; /* what page.partition and page.prefix are views of; NULL: all */
    struct page page;
    size_t next; /* of the page's entries, the next to be given */
    ddblock_list_entry entry;
};

/* Statuses and rules of these are those of the public functions of the same names. */
ddblock_status list_open(struct ddblock_store *engine, const ddblock_list_options *options,
                         struct ddblock_list **ret_list, ddblock_error *error);
ddblock_status list_next(struct ddblock_list *list, const ddblock_list_entry **ret_entry,
                         ddblock_error *error);
void list_close(struct ddblock_list *list);

#endif
