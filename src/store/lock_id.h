/* lock_id.h - a lock's id, checked and owned. */
#ifndef STORE_LOCK_ID_H
#define STORE_LOCK_ID_H

#include "base/bytes.h"
#include "ddblock/ddblock.h"

/* DynamoDB's limits: "Service, account, and table quotas", partition and sort key length. */
enum { PARTITION_KEY_SIZE_MAX = 2048, SORT_KEY_SIZE_MAX = 1024 };

/* One part: numbers in the one canonical form, so that equal keys are equal bytes. */
struct lock_key {
    ddblock_key_type type; /* NONE: there is no such part */
    struct bytes value;    /* in the id's own memory */
};

struct lock_id {
    struct lock_key partition;
    struct lock_key sort;
};

/* Checks and copies an id. The caller destroys it.
 *
 * Returns DDBLOCK_INVALID with a sentence (an unknown type, an empty partition key, a string that
 * is not UTF-8, a number that DynamoDB would not take, too long), or DDBLOCK_NO_MEMORY. */
ddblock_status lock_id_create(const ddblock_id *id, struct lock_id **ret_id, ddblock_error *error);

/* Copies an id as it is, unchecked. NULL if there is no memory. */
struct lock_id *lock_id_copy(const struct lock_id *id);

bool lock_key_equal(const struct lock_key *a, const struct lock_key *b);

/* An order of all ids, as memcmp tells it: by type, then by bytes, the partition key first. */
int lock_id_compare(const struct lock_id *a, const struct lock_id *b);

/* NULL is fine. */
void lock_id_destroy(struct lock_id *id);

#endif
