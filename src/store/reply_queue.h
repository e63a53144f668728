/* reply_queue.h - the replies of a store that makes them itself, first in, first out. */
#ifndef STORE_REPLY_QUEUE_H
#define STORE_REPLY_QUEUE_H

#include "store/store.h"

/* Requests at once in the stores on this machine: each is over in a moment, so a longer
 * queue would gain nothing. */
enum { REPLY_QUEUE_CAPACITY = 64 };

/* Zeroed, it is empty. */
struct reply_queue {
    struct store_reply replies[REPLY_QUEUE_CAPACITY];
    size_t first;
    size_t count;
    struct store_reply taken; /* lives until the next call, as take_reply promises */
};

/* Adds an empty reply to the queue, for the caller to fill in. */
struct store_reply *reply_queue_add(struct reply_queue *queue, uint64_t tag);

/* The next reply, valid until the next one is taken; NULL if there is none. */
const struct store_reply *reply_queue_take(struct reply_queue *queue);

#endif
