/* lost_closed_test.c - the life of a fail-closed lock with a reply lost: an orphan would stay for
 * ever. */
#include <time.h>

#include "support/life.h"

/* How often the table is read, ten times a second, until a ghost must be gone. */
enum { GHOST_TRIES = 600 };

static void lose_in_a_closed_life(const char *engine, const char *fault)
{
    struct life life;

    life_open(&life, engine, DDBLOCK_FAIL_CLOSED, 0);
    tell(&life, fault);
    acquire(&life);
    expect_held(&life);
    expect_in_table(&life, DDBLOCK_ITEM_FAIL_CLOSED, 0);
    release(&life);
    expect_faults(&life, 1);
    expect_in_table(&life, DDBLOCK_ITEM_ABSENT, 0);
    life_close(&life);
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
    struct life life;

    life_open(&life, *state, DDBLOCK_FAIL_CLOSED, 0);
    tell(&life, "on PutItem 1 swallow-reply");
    expect_status(ddblock_acquire_start(life.client, lock_id(), NULL, &life.lock, &life.error),
                  DDBLOCK_OK, &life.error);
    fault_proxy_await(&life.table.proxy, "faults", 1);
    release(&life);
    expect_in_table(&life, DDBLOCK_ITEM_ABSENT, 0);
    life_close(&life);
}

/* The worst that can befall a lock that never expires: it is made again after its release, by a
 * request that was on its way for long. The client goes on looking for it, and deletes it. */
static void closed_acquire_that_lands_after_the_release(void **state)
{
    const struct timespec period = {.tv_nsec = 100 * 1000000L};
    struct life life;

    life_open(&life, *state, DDBLOCK_FAIL_CLOSED, 0);
    tell(&life, "on PutItem 1 late 2000");
    acquire(&life);
    release(&life);
    expect_faults(&life, 1);
    fault_proxy_await(&life.table.proxy, "landed", 1);
    for (int tries = 0; tries < GHOST_TRIES; tries++) {
        if (table_show(&life.table, "lock").kind == DDBLOCK_ITEM_ABSENT) {
            break;
        }
        nanosleep(&period, NULL);
    }
    expect_in_table(&life, DDBLOCK_ITEM_ABSENT, 0);
    life_close(&life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
