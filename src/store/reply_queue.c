/* reply_queue.c - the replies of a store that makes them itself, first in, first out. */
#include "store/reply_queue.h"

#include <assert.h>

struct store_reply *reply_queue_add(struct reply_queue *queue, uint64_t tag)
{
    struct store_reply *reply;

    /* The engine never has more requests open than the store's capacity. */
    assert(queue->count < REPLY_QUEUE_CAPACITY);
    reply = &queue->replies[(queue->first + queue->count) % REPLY_QUEUE_CAPACITY];
    queue->count++;
    *reply = (struct store_reply){.tag = tag};
    return reply;
}

const struct store_reply *reply_queue_take(struct reply_queue *queue)
{
    if (queue->count == 0) {
        return NULL;
    }
    queue->taken = queue->replies[queue->first];
    queue->first = (queue->first + 1) % REPLY_QUEUE_CAPACITY;
    queue->count--;
    return &queue->taken;
}
