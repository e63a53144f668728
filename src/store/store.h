/* store.h - the contract of a store: where locks are.
 *
 * A store takes requests and gives replies. It never calls back, keeps no protocol
 * state, and never sends a write twice by itself: a request whose reply is missing is
 * IN_DOUBT, and the protocol decides.
 *
 * All of it but wake() is called from one thread, that of the engine. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/time.h"
#include "core/request.h"
#include "store/page.h"

/* REQUEST_LIST is about no lock but a page. FOUND: it has been filled, and tells where it ended.
 * FAILED: it still begins where it began, so that the same can be asked again; what was found
 * before is gone or not. Locks that stand from the first page to the last come once, those
 * that are made or deleted meanwhile once or not at all; in what order is the store's. */
struct store_request {
    uint64_t tag;              /* comes back with the reply */
    const struct lock_id *id;  /* stays alive until the reply was taken */
    const char *owner;         /* what ACQUIRE*, TAKE_OVER write; alive as long */
    struct page *page;         /* of a LIST; the store's until the reply was taken */
    const struct request *ask; /* for the time of the call only */
};

enum { STORE_MESSAGE_SIZE = sizeof(((ddblock_error *)NULL)->message) };

struct store_reply {
    uint64_t tag;
    struct outcome outcome;
    /* IN_DOUBT, FAILED: the sentence for a person; "" if there is none */
    char message[STORE_MESSAGE_SIZE];
};

struct store;

struct store_operations {
    /* Takes a request; there are never more than capacity without their reply. Each gets
     * exactly one reply, at its give_up_at or little later at the latest. Cannot fail: what
     * goes wrong is a reply. */
    void (*submit)(struct store *store, const struct store_request *request);

    /* Waits until a reply is there, wake() is called, or the instant has come. May return early;
     * requests make progress only in here. */
    void (*wait)(struct store *store, struct instant until);

    /* The next reply, valid until the next call; NULL if there is none. */
    const struct store_reply *(*take_reply)(struct store *store);

    /* Makes the wait that is going on, or else the next one, return. From any thread. */
    void (*wake)(struct store *store);

    /* Frees the store. With forked, in a child of the process that opened it: frees memory
     * and closes descriptors, and touches nothing that the parent shares. */
    void (*destroy)(struct store *store, bool forked);
};

/* The head of every store; a store's own struct begins with it. */
struct store {
    const struct store_operations *operations;
    size_t capacity; /* requests at once, at least 1 */
    uint32_t tries;  /* how often an acquisition tries what fails; 0: as usual */
};

static inline void store_submit(struct store *store, const struct store_request *request)
{
    store->operations->submit(store, request);
}

static inline void store_wait(struct store *store, struct instant until)
{
    store->operations->wait(store, until);
}

static inline const struct store_reply *store_take_reply(struct store *store)
{
    return store->operations->take_reply(store);
}

static inline void store_wake(struct store *store)
{
    store->operations->wake(store);
}

static inline void store_destroy(struct store *store, bool forked)
{
    if (store != NULL) {
        store->operations->destroy(store, forked);
    }
}

#endif
