/* lost_release_test.c - releases whose replies are lost, or that come twice. */
#include "support/life.h"

static void lose_a_release(const char *engine, const char *fault)
{
    struct life life;

    life_open(&life, engine, DDBLOCK_FAIL_OPEN, 0);
    acquire(&life);
    tell(&life, fault);
    release(&life);
    expect_faults(&life, 1);
    expect_in_table(&life, DDBLOCK_ITEM_RELEASED, 1);
    acquire(&life);
    assert_int_equal(ddblock_lock_fencing_token(life.lock), 2);
    release(&life);
    life_close(&life);
}

static void release_with_its_reply_dropped(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 drop-reply");
}

static void release_with_its_reply_swallowed(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 swallow-reply");
}

static void release_with_half_of_its_reply(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 half-close");
}

static void release_answered_with_500_though_applied(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 apply 500");
}

static void release_that_arrives_twice(void **state)
{
    lose_a_release(*state, "on UpdateItem 1 double");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(release_with_its_reply_dropped),
        ON_BOTH_ENGINES(release_with_its_reply_swallowed),
        ON_BOTH_ENGINES(release_with_half_of_its_reply),
        ON_BOTH_ENGINES(release_answered_with_500_though_applied),
        ON_BOTH_ENGINES(release_that_arrives_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
