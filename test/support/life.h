/* life.h - one lock of one client, from its acquisition to its release, in a table of its own. */
#ifndef TEST_SUPPORT_LIFE_H
#define TEST_SUPPORT_LIFE_H

#include "support/dynamodb.h"

struct life {
    struct table table;
    ddblock_client *client;
    ddblock_lock *lock; /* NULL: none */
    ddblock_error error;
};

/* Opens a client with default options but for these; the heartbeat is for a fail-open one. */
void life_open(struct life *life, const char *engine, ddblock_kind kind,
               int64_t heartbeat_period_ms);

void life_close(struct life *life);

/* The id of the lock that acquire acquires. */
const ddblock_id *lock_id(void);

/* Each of these is to succeed. */
void acquire(struct life *life);
void release(struct life *life);

/* Tells the proxy. */
void tell(struct life *life, const char *command);

void expect_held(struct life *life);
void expect_in_table(struct life *life, ddblock_item_kind kind, uint64_t token);

/* How many faults the proxy has made. */
void expect_faults(struct life *life, long count);

#endif
