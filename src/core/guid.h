/* guid.h - the version of a lock's item.
 *
 * Every write that changes who may believe in the lock changes the guid, so a waiter
 * that sees one guid stand for a whole lease knows that nobody renewed it. */
#ifndef CORE_GUID_H
#define CORE_GUID_H

#include "base/bytes.h"
#include "base/time.h"

/* As the npm package writes it: 64 random bytes. */
enum { GUID_SIZE = 64 };

/* The largest foreign guid that is kept. The npm package writes 64 bytes, its v3 fork 88,
 * other libraries UUIDs of 36; an item with a longer one is not taken for a lock. */
enum { GUID_FOREIGN_SIZE_MAX = 128 };

/* A guid that we wrote: always binary. */
struct guid {
    uint8_t bytes[GUID_SIZE];
};

/* A guid as it was read: opaque, and equal only with its type. */
struct foreign_guid {
    char type; /* 'B', 'S' or 'N' as in the table; 0: the item has none */
    uint8_t size;
    uint8_t bytes[GUID_FOREIGN_SIZE_MAX];
};

bool foreign_guid_equal(const struct foreign_guid *a, const struct foreign_guid *b);

/* True if the guid that was read is this one of ours. */
bool foreign_guid_is(const struct foreign_guid *foreign, const struct guid *guid);

/* The guid in the form in which it is read back. */
struct foreign_guid foreign_guid_from(const struct guid *guid);

#endif
