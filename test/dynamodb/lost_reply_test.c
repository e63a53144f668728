/* lost_reply_test.c - replies that a proxy loses after the engine has carried the request out,
 * at every step of a lock's life: no lock is lost, and no orphan stays. */
#include <time.h>

#include "support/dynamodb.h"
#include "support/testing.h"

/* How often the table is read, ten times a second, until a ghost must be gone. */
enum { GHOST_TRIES = 600 };

/* The public functions with one client, which has a lock in its table. */
struct world {
    struct table table;
    ddblock_client *client;
    ddblock_lock *lock;
    ddblock_error error;
};

static const ddblock_id *lock_id(void)
{
    static ddblock_id id;

    id = ddblock_id_string("lock");
    return &id;
}

static void world_open(struct world *world, const char *engine, ddblock_kind kind,
                       int64_t heartbeat_period_ms)
{
    ddblock_client_options options;

    *world = (struct world){0};
    table_open(&world->table, engine);
    ddblock_client_options_init(&options);
    options.kind = kind;
    options.heartbeat_period_ms = kind == DDBLOCK_FAIL_OPEN ? heartbeat_period_ms : DDBLOCK_AUTO;
    expect_status(
        ddblock_client_open(world->table.proxied, &options, &world->client, &world->error),
        DDBLOCK_OK, &world->error);
}

static void world_close(struct world *world)
{
    ddblock_client_close(world->client);
    table_close(&world->table);
}

static void acquire(struct world *world)
{
    expect_status(ddblock_acquire(world->client, lock_id(), NULL, &world->lock, &world->error),
                  DDBLOCK_OK, &world->error);
}

static void release(struct world *world)
{
    expect_status(ddblock_release(world->lock, &world->error), DDBLOCK_OK, &world->error);
    world->lock = NULL;
}

static void expect_held(struct world *world)
{
    assert_int_equal(ddblock_lock_state(world->lock, &world->error), DDBLOCK_STATE_HELD);
    assert_true(ddblock_lock_remaining_ms(world->lock) > 0);
}

static void expect_in_table(struct world *world, ddblock_item_kind kind, uint64_t token)
{
    ddblock_info info = table_show(&world->table, "lock");

    assert_int_equal(info.kind, kind);
    assert_int_equal(info.fencing_token, token);
}

static void tell(struct world *world, const char *command)
{
    fault_proxy_tell(&world->table.proxy, command);
}

static void expect_faults(struct world *world, long count)
{
    assert_int_equal(fault_proxy_ask(&world->table.proxy, "faults"), count);
}

/* Loses the reply to the first acquisition in the way that the command says. */
static void lose_an_acquisition(const char *engine, const char *fault)
{
    struct world world;

    world_open(&world, engine, DDBLOCK_FAIL_OPEN, 0);
    tell(&world, fault);
    acquire(&world);
    expect_faults(&world, 1);
    expect_held(&world);
    /* Its own write, recognised: not a lease waited behind itself, and no token skipped. */
    assert_int_equal(ddblock_lock_fencing_token(world.lock), 1);
    expect_in_table(&world, DDBLOCK_ITEM_FAIL_OPEN, 1);
    release(&world);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    world_close(&world);
}

static void acquire_with_its_reply_dropped(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 drop-reply");
}

static void acquire_with_its_reply_swallowed(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 swallow-reply");
}

static void acquire_answered_with_500_though_applied(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 apply 500");
}

static void acquire_answered_with_503_though_applied(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 apply 503");
}

static void acquire_that_never_arrived(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 reset");
}

static void acquire_that_arrives_twice(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 double");
}

/* Loses heartbeats in the way that the command says; others get through. */
static void lose_heartbeats(const char *engine, const char *fault)
{
    struct world world;

    world_open(&world, engine, DDBLOCK_FAIL_OPEN, 300);
    acquire(&world);
    tell(&world, "clear");
    tell(&world, fault);
    fault_proxy_await(&world.table.proxy, "faults", 1);
    tell(&world, "clear");
    fault_proxy_await(&world.table.proxy, "count UpdateItem", 3);
    expect_held(&world);
    expect_in_table(&world, DDBLOCK_ITEM_FAIL_OPEN, 1);
    release(&world);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    world_close(&world);
}

static void heartbeat_with_its_reply_dropped(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 drop-reply");
}

static void heartbeat_with_its_reply_swallowed(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 swallow-reply");
}

static void heartbeat_answered_with_500_though_applied(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 apply 500");
}

static void heartbeat_throttled(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 refuse 400");
}

static void heartbeat_that_arrives_twice(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 double");
}

/* One that the network kept for two seconds does not bring the lock back to life. */
static void heartbeat_that_lands_after_the_release(void **state)
{
    struct world world;

    world_open(&world, *state, DDBLOCK_FAIL_OPEN, 300);
    acquire(&world);
    tell(&world, "clear");
    tell(&world, "on UpdateItem 1 late 2000");
    fault_proxy_await(&world.table.proxy, "faults", 1);
    release(&world);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    fault_proxy_await(&world.table.proxy, "landed", 1);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    world_close(&world);
}

/* The heartbeat before the release is in doubt, so either of two guids may be in the table. */
static void release_after_a_lost_heartbeat(void **state)
{
    struct world world;

    world_open(&world, *state, DDBLOCK_FAIL_OPEN, 300);
    acquire(&world);
    tell(&world, "clear");
    tell(&world, "on UpdateItem 1 swallow-reply");
    fault_proxy_await(&world.table.proxy, "faults", 1);
    release(&world);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    world_close(&world);
}

static void lose_a_release(const char *engine, const char *fault)
{
    struct world world;

    world_open(&world, engine, DDBLOCK_FAIL_OPEN, 0);
    acquire(&world);
    tell(&world, fault);
    release(&world);
    expect_faults(&world, 1);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    acquire(&world);
    assert_int_equal(ddblock_lock_fencing_token(world.lock), 2);
    release(&world);
    world_close(&world);
}

static void release_with_its_reply_dropped(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 drop-reply");
}

static void release_with_its_reply_swallowed(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 swallow-reply");
}

static void release_answered_with_500_though_applied(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 apply 500");
}

static void release_that_arrives_twice(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 double");
}

/* An acquisition that is given up while it is in doubt is undone. */
static void acquire_cancelled_in_doubt(void **state)
{
    struct world world;

    world_open(&world, *state, DDBLOCK_FAIL_OPEN, 0);
    tell(&world, "on UpdateItem 1 swallow-reply");
    expect_status(ddblock_acquire_start(world.client, lock_id(), NULL, &world.lock, &world.error),
                  DDBLOCK_OK, &world.error);
    fault_proxy_await(&world.table.proxy, "faults", 1);
    release(&world);
    expect_in_table(&world, DDBLOCK_ITEM_RELEASED, 1);
    world_close(&world);
}

static void lose_in_a_closed_life(const char *engine, const char *fault)
{
    struct world world;

    world_open(&world, engine, DDBLOCK_FAIL_CLOSED, 0);
    tell(&world, fault);
    acquire(&world);
    expect_held(&world);
    expect_in_table(&world, DDBLOCK_ITEM_FAIL_CLOSED, 0);
    release(&world);
    expect_faults(&world, 1);
    expect_in_table(&world, DDBLOCK_ITEM_ABSENT, 0);
    world_close(&world);
}

static void closed_acquire_with_its_reply_dropped(void **state)
{
    lose_in_a_closed_life(*state, "on PutItem 1 drop-reply");
}

static void closed_acquire_with_its_reply_swallowed(void **state)
{
    lose_in_a_closed_life(*state, "on PutItem 1 swallow-reply");
}

static void closed_acquire_answered_with_500_though_applied(void **state)
{
    lose_in_a_closed_life(*state, "on PutItem 1 apply 500");
}

static void closed_release_with_its_reply_dropped(void **state)
{
    lose_in_a_closed_life(*state, "on DeleteItem 1 drop-reply");
}

static void closed_release_with_its_reply_swallowed(void **state)
{
    lose_in_a_closed_life(*state, "on DeleteItem 1 swallow-reply");
}

static void closed_release_answered_with_500_though_applied(void **state)
{
    lose_in_a_closed_life(*state, "on DeleteItem 1 apply 500");
}

static void closed_acquire_cancelled_in_doubt(void **state)
{
    struct world world;

    world_open(&world, *state, DDBLOCK_FAIL_CLOSED, 0);
    tell(&world, "on PutItem 1 swallow-reply");
    expect_status(ddblock_acquire_start(world.client, lock_id(), NULL, &world.lock, &world.error),
                  DDBLOCK_OK, &world.error);
    fault_proxy_await(&world.table.proxy, "faults", 1);
    release(&world);
    expect_in_table(&world, DDBLOCK_ITEM_ABSENT, 0);
    world_close(&world);
}

/* The worst that can befall a lock that never expires: it is made again after its release, by a
 * request that was on its way for long. The client goes on looking for it, and deletes it. */
static void closed_acquire_that_lands_after_the_release(void **state)
{
    const struct timespec period = {.tv_nsec = 100 * 1000000L};
    struct world world;

    world_open(&world, *state, DDBLOCK_FAIL_CLOSED, 0);
    tell(&world, "on PutItem 1 late 2000");
    acquire(&world);
    release(&world);
    expect_faults(&world, 1);
    fault_proxy_await(&world.table.proxy, "landed", 1);
    for (int tries = 0; tries < GHOST_TRIES; tries++) {
        if (table_show(&world.table, "lock").kind == DDBLOCK_ITEM_ABSENT) {
            break;
        }
        nanosleep(&period, NULL);
    }
    expect_in_table(&world, DDBLOCK_ITEM_ABSENT, 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(acquire_with_its_reply_dropped),
        ON_BOTH_ENGINES(acquire_with_its_reply_swallowed),
        ON_BOTH_ENGINES(acquire_answered_with_500_though_applied),
        ON_BOTH_ENGINES(acquire_answered_with_503_though_applied),
        ON_BOTH_ENGINES(acquire_that_never_arrived),
        ON_BOTH_ENGINES(acquire_that_arrives_twice),
        ON_BOTH_ENGINES(acquire_cancelled_in_doubt),
        ON_BOTH_ENGINES(heartbeat_with_its_reply_dropped),
        ON_BOTH_ENGINES(heartbeat_with_its_reply_swallowed),
        ON_BOTH_ENGINES(heartbeat_answered_with_500_though_applied),
        ON_BOTH_ENGINES(heartbeat_throttled),
        ON_BOTH_ENGINES(heartbeat_that_arrives_twice),
        ON_BOTH_ENGINES(heartbeat_that_lands_after_the_release),
        ON_BOTH_ENGINES(release_after_a_lost_heartbeat),
        ON_BOTH_ENGINES(release_with_its_reply_dropped),
        ON_BOTH_ENGINES(release_with_its_reply_swallowed),
        ON_BOTH_ENGINES(release_answered_with_500_though_applied),
        ON_BOTH_ENGINES(release_that_arrives_twice),
        ON_BOTH_ENGINES(closed_acquire_with_its_reply_dropped),
        ON_BOTH_ENGINES(closed_acquire_with_its_reply_swallowed),
        ON_BOTH_ENGINES(closed_acquire_answered_with_500_though_applied),
        ON_BOTH_ENGINES(closed_acquire_cancelled_in_doubt),
        ON_BOTH_ENGINES(closed_acquire_that_lands_after_the_release),
        ON_BOTH_ENGINES(closed_release_with_its_reply_dropped),
        ON_BOTH_ENGINES(closed_release_with_its_reply_swallowed),
        ON_BOTH_ENGINES(closed_release_answered_with_500_though_applied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
