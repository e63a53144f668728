/* observe.h - what changes from one look at the locks to the next. */
#ifndef CLI_OBSERVE_H
#define CLI_OBSERVE_H

#include "listing.h"

/* Receives a sentence about what has happened to a lock; text from outside in it is escaped. */
typedef void (*observe_function)(void *user, const char *sentence);

/* Carries over from the look before what is known of locks that have not changed: since when they
 * have stood so, and that they are stale. asked_ms is when the second look was asked for, by
 * boot_clock_ms. Both are sorted by their keys. Tells what has happened, but for heartbeats. */
void observe(const struct listing *before, struct listing *now, int64_t asked_ms,
             observe_function told, void *user);

/* Tells who holds the lock, as observe does of one that it sees for the first time. */
void observe_first(const struct listed *lock, observe_function told, void *user);

#endif
