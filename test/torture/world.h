/* world.h - where a scenario of the torture tests takes place: a store that has trouble, and an
 * observer on the same locks that has none. */
#ifndef TEST_TORTURE_WORLD_H
#define TEST_TORTURE_WORLD_H

#include <ddblock/ddblock.h>

#include "support/folder.h"
#include "support/testing.h"
#include "torture/trouble.h"

enum where { IN_MEMORY, IN_FILE, IN_DYNAMODB, WHERES };

/* What the requests to the stand-in are signed with. No freed memory may hold it. */
#define TORTURE_SECRET "torture/s3cr3t+key/0123456789"

struct world {
    enum where where;
    bool once;     /* one thing goes wrong only, so that all that is in doubt is cleared up */
    char name[32]; /* of the lock, another one for each run */
    ddblock_id id;
    ddblock_store *store;    /* of the scenario; NULL: none could be had */
    ddblock_store *observer; /* in memory: the same one, if there is one */
    ddblock_client *others;  /* of the observer: who else wants the lock. No heartbeats */
};

/* Starts the stand-in for DynamoDB, and makes the folder of the file. Once in a program. */
void world_start(void);
void world_stop(void);

/* The URL of the stand-in. */
const char *world_endpoint(void);

const char *where_name(enum where where);

/* A world with no store yet; may be done again and again. */
void world_open(struct world *world, enum where where, bool once);

/* Opens the store, which may fail by the trouble. */
bool world_open_store(struct world *world);

/* Closes what is open; whatever the scenario had acquired is released by now, and what the
 * trouble made doubtful given back. With trouble, until it is disarmed. */
void world_close(struct world *world);

/* A client of the scenario's, with a lease of so long and no heartbeats but those that it asks
 * for. NULL: none could be had. */
ddblock_client *world_client(struct world *world, ddblock_kind kind, int64_t lease_ms);

/* Somebody else acquires the lock. No trouble there. */
ddblock_lock *world_let_other_acquire(struct world *world, int64_t lease_ms);

/* What stands in the table. No trouble there. */
ddblock_info world_look(struct world *world);

/* Whoever believes has the item, with its token. Returns whether it believes. */
bool world_check_belief(struct world *world, const ddblock_lock *lock);

/* Not both believe at the same time. */
void world_check_apart(struct world *world, const ddblock_lock *mine, const ddblock_lock *others);

/* Acquires, which fails without a handle or succeeds with one. NULL: it failed. */
ddblock_lock *world_acquire(struct world *world, ddblock_client *client, int64_t wait_ms);

/* Releases; what it says must be what the table says. NULL is fine. */
void world_release(struct world *world, ddblock_lock *lock);

/* Fails the test if the item is held by the scenario, which has let go of it. */
void world_expect_not_ours(struct world *world);

#endif
