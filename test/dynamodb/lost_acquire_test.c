/* lost_acquire_test.c - what an acquisition does when its reply is lost: it recognises its own
 * write, and leaves no orphan when it is given up. */
#include "support/life.h"

/* Loses the reply to the first acquisition in the way that the command says. */
static void lose_an_acquisition(const char *engine, const char *fault)
{
    struct life life;

    life_open(&life, engine, DDBLOCK_FAIL_OPEN, 0);
    tell(&life, fault);
    acquire(&life);
    expect_faults(&life, 1);
    expect_held(&life);
    /* Its own write, recognised: not a lease waited behind itself, and no token skipped. */
    assert_int_equal(ddblock_lock_fencing_token(life.lock), 1);
    expect_in_table(&life, DDBLOCK_ITEM_FAIL_OPEN, 1);
    release(&life);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    life_close(&life);
}

static void acquire_with_its_reply_dropped(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 drop-reply");
}

static void acquire_with_its_reply_swallowed(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 swallow-reply");
}

static void acquire_with_half_of_its_reply(void **state)
{
    lose_an_acquisition(*state, "on UpdateItem 1 half-close");
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

/* An acquisition that is given up while it is in doubt is undone. */
static void acquire_cancelled_in_doubt(void **state)
{
    struct life life;

    life_open(&life, *state, DDBLOCK_FAIL_OPEN, 0);
    tell(&life, "on UpdateItem 1 swallow-reply");
    expect_status(ddblock_acquire_start(life.client, lock_id(), NULL, &life.lock, &life.error),
                  DDBLOCK_OK, &life.error);
    fault_proxy_await(&life.table.proxy, "faults", 1);
    release(&life);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    life_close(&life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(acquire_with_its_reply_dropped),
        ON_BOTH_ENGINES(acquire_with_its_reply_swallowed),
        ON_BOTH_ENGINES(acquire_with_half_of_its_reply),
        ON_BOTH_ENGINES(acquire_answered_with_500_though_applied),
        ON_BOTH_ENGINES(acquire_answered_with_503_though_applied),
        ON_BOTH_ENGINES(acquire_that_never_arrived),
        ON_BOTH_ENGINES(acquire_that_arrives_twice),
        ON_BOTH_ENGINES(acquire_cancelled_in_doubt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
