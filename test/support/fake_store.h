/* fake_store.h - a store that answers when the test says so, and a host whose time stands still. */
#ifndef TEST_SUPPORT_FAKE_STORE_H
#define TEST_SUPPORT_FAKE_STORE_H

#include "engine/loop.h"

enum { FAKE_REQUESTS_MAX = 512 };

struct fake_request {
    uint64_t tag;
    struct request ask;
    const char *owner;
};

struct fake_store {
    struct store store;                          /* first */
    struct fake_request sent[FAKE_REQUESTS_MAX]; /* those without a reply, in their order */
    size_t sent_count;
    struct store_reply replies[FAKE_REQUESTS_MAX];
    size_t replies_first;
    size_t replies_count;
    unsigned submitted;   /* in all */
    struct record record; /* the one item that there is, for fake_store_carry_out */
};

struct fake_host {
    struct instant now;
    bool no_random;
    unsigned random_asked;
};

/* There is no item, and room for so many requests at once. */
void fake_store_init(struct fake_store *fake, size_t capacity);

/* The reply to one of the requests that have none, counted from the oldest. */
void fake_store_reply(struct fake_store *fake, size_t index, struct outcome outcome);

/* Carries the oldest request without a reply out on the item. */
void fake_store_carry_out(struct fake_store *fake);

/* What happens to a request whose reply is lost: nothing but the doubt. */
void fake_store_lose(struct fake_store *fake, size_t index);

/* Its time starts at an hour; its random bytes are never the same twice. */
struct loop_host fake_host_init(struct fake_host *host);
void fake_host_pass_ms(struct fake_host *host, int64_t ms);

#endif
