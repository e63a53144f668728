/* lost_heartbeat_test.c - heartbeats whose replies are lost, that come late or twice: the lock is
 * held on. */
#include "support/life.h"

/* Loses heartbeats in the way that the command says; others get through. */
static void lose_heartbeats(const char *engine, const char *fault)
{
    struct life life;

    life_open(&life, engine, DDBLOCK_FAIL_OPEN, 300);
    acquire(&life);
    tell(&life, "clear");
    tell(&life, fault);
    fault_proxy_await(&life.table.proxy, "faults", 1);
    tell(&life, "clear");
    fault_proxy_await(&life.table.proxy, "count UpdateItem", 3);
    expect_held(&life);
    expect_in_table(&life, DDBLOCK_ITEM_FAIL_OPEN, 1);
    release(&life);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    life_close(&life);
}

static void heartbeat_with_its_reply_dropped(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 drop-reply");
}

static void heartbeat_with_its_reply_swallowed(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 swallow-reply");
}

static void heartbeat_with_half_of_its_reply(void **state)
{
    lose_heartbeats(*state, "on UpdateItem 1 half-close");
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
    struct life life;

    life_open(&life, *state, DDBLOCK_FAIL_OPEN, 300);
    acquire(&life);
    tell(&life, "clear");
    tell(&life, "on UpdateItem 1 late 2000");
    fault_proxy_await(&life.table.proxy, "faults", 1);
    release(&life);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    fault_proxy_await(&life.table.proxy, "landed", 1);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    life_close(&life);
}

/* The heartbeat before the release is in doubt, so either of two guids may be in the table. */
static void release_after_a_lost_heartbeat(void **state)
{
    struct life life;

    life_open(&life, *state, DDBLOCK_FAIL_OPEN, 300);
    acquire(&life);
    tell(&life, "clear");
    tell(&life, "on UpdateItem 1 swallow-reply");
    fault_proxy_await(&life.table.proxy, "faults", 1);
    release(&life);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    life_close(&life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(heartbeat_with_its_reply_dropped),
        ON_BOTH_ENGINES(heartbeat_with_its_reply_swallowed),
        ON_BOTH_ENGINES(heartbeat_with_half_of_its_reply),
        ON_BOTH_ENGINES(heartbeat_answered_with_500_though_applied),
        ON_BOTH_ENGINES(heartbeat_throttled),
        ON_BOTH_ENGINES(heartbeat_that_arrives_twice),
        ON_BOTH_ENGINES(heartbeat_that_lands_after_the_release),
        ON_BOTH_ENGINES(release_after_a_lost_heartbeat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
