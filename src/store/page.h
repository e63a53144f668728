/* page.h - a part of a list of locks: what is asked of a store, and what it found.
 *
 * Bounded by its limit of locks, whatever stands in the table. */
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include "core/record.h"
#include "store/lock_id.h"

/* A lock of the worst kind takes 3 KiB for its id and half a KiB for what it says, so that a page
 * of these has some 4 MiB, and one of plain names half a MiB. */
enum { PAGE_LIMIT_MAX = 1000 };

struct page_entry {
    struct lock_id *id; /* as it was read: it may be one that lock_id_create refuses */
    struct record record;
};

struct page {
    /* What is asked for. The keys are the caller's. */
    struct lock_key partition; /* of this partition alone; NONE: of all */
    struct lock_key prefix;    /* S or B; only if the sort key, or without a partition the
                                  partition key, begins with it; NONE: all */
    bool may_be_stale;
    size_t limit;          /* so many at most, 1 … PAGE_LIMIT_MAX */
    struct lock_id *after; /* where the page before ended; NULL: there was none */

    /* What was found. Empty does not mean that nothing follows. */
    struct page_entry *entries; /* memory for limit of them */
    size_t count;
    bool is_last;
};

/* An empty page. False, and nothing to finish, if there is no memory. */
bool page_init(struct page *page, size_t limit);
void page_finish(struct page *page);

/* Forgets what was found, not where it ended. */
void page_clear(struct page *page);

/* Adds a lock; there must be room. False if there is no memory. */
bool page_add(struct page *page, const struct lock_id *id, const struct record *record);

/* Ends the page at this id, behind which the next one begins; NULL: it is the last. False, and
 * the page begins where it began, if there is no memory. */
bool page_end(struct page *page, const struct lock_id *last);

/* For stores that keep their locks in the order of lock_id_compare: where the locks that are asked
 * for begin, or those that are left of them, and whether one is asked for. What is asked for is all
 * in one place. */
struct lock_id page_start(const struct page *page);
bool page_wants(const struct page *page, const struct lock_id *id);

#endif
