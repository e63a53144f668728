/* guid_set.h - the guids that a client may have written, and when it sent each.
 *
 * While a lock is acquired the set holds the writes in doubt. While it is held it holds the
 * guid that was confirmed last and the renewals in doubt after it. docs/protocol.md, "In
 * doubt", rule 1. */
#ifndef CORE_GUID_SET_H
#define CORE_GUID_SET_H

#include "core/request.h"

struct guid_sent {
    struct guid guid;
    struct instant sent; /* just before the first attempt that carried it */
    bool in_doubt;       /* an attempt that carried it got no reply */
    bool took_over;      /* it was written by a TAKE_OVER */
};

/* What a calm holder needs: the guid that was confirmed last, and that of the renewal under way. */
enum { GUIDS_CALM = 2 };

/* Memory for those beyond. */
struct guids_more {
    struct guid_sent entries[GUIDS_MAX - GUIDS_CALM];
};

struct guid_set {
    struct guid_sent calm[GUIDS_CALM]; /* oldest first, and then those of: */
    struct guids_more *more;           /* the caller's; NULL: the set is full before */
    size_t count;
};

/* The entries, from 0, the oldest, to count - 1. */
const struct guid_sent *guid_set_at(const struct guid_set *set, size_t position);

/* Adds a guid that is about to be sent, or, where the set is full, settles for the newest one
 * again, which keeps its time. Returns the entry to send; *ret_added tells which it was. */
const struct guid_sent *guid_set_add(struct guid_set *set, const struct guid *fresh,
                                     struct instant now, bool *ret_added);

/* Adds an entry of another set. There is room. */
void guid_set_restore(struct guid_set *set, const struct guid_sent *entry);

/* The entry added last. The set is not empty. */
struct guid_sent *guid_set_newest(struct guid_set *set);

/* The newest write is known not to have been applied: forgets it, unless an earlier attempt that
 * carried the same guid is in doubt. */
void guid_set_drop_newest(struct guid_set *set);

/* The entry whose guid was read; NULL if it is none of ours. */
const struct guid_sent *guid_set_find(const struct guid_set *set,
                                      const struct foreign_guid *foreign);

/* The entry's write is confirmed and its lease runs: forgets all others, since each of them fails
 * its condition as long as that lease runs. The entry must be of this set. */
void guid_set_settle(struct guid_set *set, const struct guid_sent *entry);

/* The entry's write is confirmed, but its lease is over. It becomes the newest. Others in doubt
 * stay, since they may yet be carried out once somebody else has had the lock and released it; but
 * the set has room for one more, if need be by forgetting the oldest of them, whose ghost then
 * costs a lease's wait. The entry must be of this set. */
void guid_set_confirm(struct guid_set *set, const struct guid_sent *entry);

/* Copies the guids into a request's condition. */
void guid_set_name(const struct guid_set *set, struct request *request);

#endif
