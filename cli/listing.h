/* listing.h - locks as they were read, many of them. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include <ddblock/ddblock.h>
#include <stdbool.h>
#include <stddef.h>

#include "key.h"

/* At about 1 KiB each, 100 MiB. */
enum { LISTING_MAX = 100 * 1000 };

struct listed {
    ddblock_id id; /* points to memory */
    ddblock_info info;
    const char *defect; /* points to memory; NULL: there is none */
    int64_t seen_ms;    /* when this version had been read first, by boot_clock_ms */
    bool stale;
    void *memory;
};

struct listing {
    struct listed *locks;
    size_t count;
    size_t capacity;
};

/* Which locks are wanted. */
struct listing_filter {
    const ddblock_key *prefix; /* NULL: all */
    bool held;                 /* only those that somebody holds, or held when it died */
    bool expiring;             /* only those of them that fail open */
    size_t limit;              /* 0: none */
};

/* Reads the locks that the filter wants, and sorts them by their keys. What was read before a
 * failure stays. */
ddblock_status listing_read(struct listing *listing, ddblock_store *store,
                            const struct listing_filter *filter, ddblock_error *error);

/* Copies a lock to the end of the listing. */
ddblock_status listing_add(struct listing *listing, const ddblock_id *id, const ddblock_info *info,
                           const char *defect, ddblock_error *error);

/* Keeps those of the locks, all held and failing open, that are stale: each is looked at once more
 * when its lease has passed since it was read, and not again before. Locks whose lease is longer
 * than patience_ms are not waited for; *ret_unknown is how many they are. */
ddblock_status listing_keep_stale(struct listing *listing, ddblock_store *store,
                                  int64_t patience_ms, size_t *ret_unknown, ddblock_error *error);

/* By their keys. */
void listing_sort(struct listing *listing);

/* Keeps the first count of the locks. */
void listing_cut(struct listing *listing, size_t count);

void listing_finish(struct listing *listing);

bool ids_are_equal(const ddblock_id *a, const ddblock_id *b);

/* By bytes, the partition key first: below, at or above 0. */
int ids_compare(const ddblock_id *a, const ddblock_id *b);

/* The lock's name for people, with that of its sort key; not escaped. Returns target. */
char *id_text(char *target, size_t size, const ddblock_id *id);

enum { ID_TEXT_SIZE = 2 * KEY_TEXT_SIZE + 4 };

bool info_is_held(const ddblock_info *info);

/* One or two words: "held", "stale", "fail-closed", "free", "no lock". */
const char *state_word(const ddblock_info *info, bool stale);

#endif
