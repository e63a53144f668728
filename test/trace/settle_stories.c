/* settle_stories.c - a lock that was taken over is held for a while before anyone is told. */
#include "trace/stories.h"

static const struct record gone = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

/* At 1000 ms A takes over the lock of somebody dead, and lets it settle until 1300. */
static struct world settling(void)
{
    struct world w = world_open();

    w.config.settle = duration_from_ms(300);
    w.quiet = true;
    world_put(&w, world_record("dead", 4, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1000);
    w.quiet = false;
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    return w;
}

/* Heartbeats go on meanwhile, and the deadline is not published: nobody may believe in it yet. */
STORY(told_when_it_has_settled)
{
    struct world w = settling();

    world_run(&w, 1299);
    assert_true(machine_deadline(&w.actors[A].machine).ns == INT64_MIN);
    world_run(&w, 1400);
    EXPECT_TRACE(&w, "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1190] A  applied\n"
                     "[1300] A  tick -> acquired token 5, holds until 2189\n"
                     "[1380] A  tick -> RENEW A4 of A3\n"
                     "[1380] A  applied, holds until 2379\n");
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1400] A  release -> RELEASE A4\n"
                     "[1400] A  applied -> released: OK, end\n");
}

STORY(only_what_was_taken_over_settles)
{
    struct world w = world_open();

    w.config.settle = duration_from_ms(300);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    world_release(&w, A);
    world_run(&w, 0);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[   0] A  release -> RELEASE A1\n"
                     "[   0] A  applied -> released: OK, end\n"
                     "[   0] B  acquire -> ACQUIRE B1\n"
                     "[   0] B  applied -> acquired token 2, holds until 999\n");
}

/* The time limit is for getting the lock; what was got settles beyond it. */
STORY(settled_after_the_time_limit)
{
    struct world w = world_open();

    w.config.settle = duration_from_ms(300);
    world_put(&w, world_record("dead", 4, 50));
    world_acquire(&w, A, PATIENCE_MS(60));
    world_run(&w, 400);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/4 for 50\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by dead/4 for 50\n"
                     "[  50] A  tick -> TAKE OVER A2 of dead/4\n"
                     "[  50] A  applied -> settles until 350\n"
                     "[ 240] A  tick -> RENEW A3 of A2\n"
                     "[ 240] A  applied\n"
                     "[ 350] A  tick -> acquired token 5, holds until 1239\n");
}

/* A take-over whose reply was lost settles from when it is recognised. */
STORY(an_own_take_over_that_is_recognised_settles)
{
    struct world w = world_open();

    w.config.settle = duration_from_ms(300);
    world_put(&w, world_record("dead", 4, 50));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .reset = true, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 400);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/4 for 50\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by dead/4 for 50\n"
                     "[  50] A  tick -> TAKE OVER A2 of dead/4\n"
                     "[  50] A  no reply\n"
                     "[  62] A  tick -> TAKE OVER A3 of dead/4\n"
                     "[  62] A  refused by A2/5 for 1000 -> settles until 362\n"
                     "[ 240] A  tick -> RENEW A4 of A2\n"
                     "[ 240] A  applied\n"
                     "[ 362] A  tick -> acquired token 5, holds until 1239\n");
    assert_int_equal(w.actors[A].machine.origin, ORIGIN_TAKEN_OVER);
}

STORY(told_while_a_heartbeat_is_under_way)
{
    struct world w = settling();

    FAULT(&w, A, .reply_ms = 200);
    world_run(&w, 1400);
    EXPECT_TRACE(&w, "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1300] A  tick -> acquired token 5, holds until 1999\n"
                     "[1390] A  applied, holds until 2189\n"
                     "[1390] A  tick -> RENEW A4 of A3\n"
                     "[1390] A  applied, holds until 2389\n");
}

/* By the time it may be told, less than a third of the lease is left. */
STORY(told_when_it_is_at_risk_already)
{
    struct world w = world_open();

    w.config.heartbeat = duration_from_ms(0);
    w.config.settle = duration_from_ms(700);
    world_put(&w, world_record("dead", 4, 50));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/4 for 50\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by dead/4 for 50\n"
                     "[  50] A  tick -> TAKE OVER A2 of dead/4\n"
                     "[  50] A  applied -> settles until 750\n"
                     "[ 750] A  tick -> acquired token 5, holds until 1049\n"
                     "[ 750] A  tick -> at risk\n"
                     "[1049] A  tick -> lost: its lease ended\n");
}

/* ------------------------------------------------------------------ lost before it was told */

STORY(taken_while_it_settles)
{
    struct world w = settling();

    w.lawless = true;
    world_put(&w, world_record("thief", 9, 1000));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1000] -  somebody writes thief/9 for 1000\n"
                     "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1190] A  refused by thief/9 for 1000 -> not acquired: NOT_ACQUIRED, end\n");
}

STORY(broken_while_it_settles)
{
    struct world w = settling();

    world_put(&w, world_record("person", 5, 1));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1000] -  somebody writes person/5 released\n"
                     "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1190] A  refused by person/5 released -> not acquired: NOT_ACQUIRED, end\n");
    assert_int_equal(w.actors[A].machine.loss, LOSS_BROKEN);
}

STORY(deleted_while_it_settles)
{
    struct world w = settling();

    w.bare = true;
    world_put(&w, gone);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1000] -  somebody writes nothing\n"
                     "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1190] A  refused by something -> READ LATEST\n"
                     "[1190] A  found nothing -> not acquired: NOT_ACQUIRED, end\n");
}

/* The lease ends before it has settled: it is given back, and that nobody could renew it is the
 * reason. */
STORY(no_heartbeat_gets_through_while_it_settles)
{
    struct world w = world_open();

    w.config.settle = duration_from_ms(5000);
    world_put(&w, world_record("dead", 4, 50));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 4, .lose_request = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/4 for 50\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by dead/4 for 50\n"
                     "[  50] A  tick -> TAKE OVER A2 of dead/4\n"
                     "[  50] A  applied -> settles until 5050\n"
                     "[ 240] A  tick -> RENEW A3 of A2\n"
                     "[ 644] A  no reply\n"
                     "[ 657] A  tick -> RENEW A4 of A2 A3\n"
                     "[ 853] A  no reply\n"
                     "[ 878] A  tick -> RENEW A5 of A2 A3 A4\n"
                     "[ 978] A  no reply\n"
                     "[ 995] A  tick -> RENEW A6 of A2 A3 A4 A5\n"
                     "[1049] A  no reply -> RELEASE A2 A3 A4 A5 A6\n"
                     "[1049] A  applied -> not acquired: UNAVAILABLE, end\n");
    EXPECT_ITEM(&w, "A2/5 released");
}

/* The machine stood still while it settled: the deadline is compared first. */
STORY(suspended_while_it_settles)
{
    struct world w = settling();

    world_suspend(&w, A, 2500);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[2500] A  tick -> RELEASE A2\n"
                     "[2500] A  applied -> not acquired: UNAVAILABLE, end\n");

    w = settling();
    FAULT(&w, A, .reply_ms = 100);
    world_run(&w, 1200);
    world_suspend(&w, A, 4000);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1190] A  tick -> RENEW A3 of A2\n"
                     "[4000] A  applied -> RELEASE A2 A3\n"
                     "[4000] A  applied -> not acquired: UNAVAILABLE, end\n");
}

/* ------------------------------------------------------------------ given up before it was told */

STORY(cancelled_while_it_settles)
{
    struct world w = settling();

    world_cancel(&w, A);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1000] A  cancel -> RELEASE A2\n"
                     "[1000] A  cancel\n"
                     "[1000] A  applied -> not acquired: CANCELLED, end\n");
    EXPECT_ITEM(&w, "A2/5 released");
}

STORY(released_while_it_settles)
{
    struct world w = settling();

    world_run(&w, 1100);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1100] A  release -> RELEASE A2\n"
                     "[1100] A  applied -> not acquired: CANCELLED, end\n");
}

/* The heartbeat that is under way is waited for, beyond the time of settling: it is not told of
 * what was given up. */
STORY(cancelled_while_it_settles_and_is_renewed)
{
    struct world w = settling();

    FAULT(&w, A, .reply_ms = 200);
    world_run(&w, 1200);
    world_cancel(&w, A);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1200] A  cancel\n"
                     "[1200] A  release\n"
                     "[1390] A  applied -> RELEASE A3\n"
                     "[1390] A  applied -> not acquired: CANCELLED, end\n");
    EXPECT_ITEM(&w, "A3/5 released");
}

/* The same, and the heartbeat brings bad news. */
STORY(cancelled_while_it_settles_and_is_taken)
{
    struct world w = settling();

    w.lawless = true;
    FAULT(&w, A, .reply_ms = 200);
    world_put(&w, world_record("thief", 9, 1000));
    world_run(&w, 1200);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1000] -  somebody writes thief/9 for 1000\n"
                     "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1200] A  cancel\n"
                     "[1390] A  refused by thief/9 for 1000 -> not acquired: CANCELLED, end\n");
}

/* The same, and the lease ends before the heartbeat is answered. */
STORY(cancelled_while_it_settles_and_the_lease_ends)
{
    struct world w = settling();

    FAULT(&w, A, .lose_reply = true, .tardy_ms = 900);
    world_run(&w, 1200);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1200] A  cancel\n"
                     "[2494] A  no reply -> RELEASE A2 A3\n"
                     "[2494] A  applied -> not acquired: CANCELLED, end\n");
}

STORY(cancelled_while_it_settles_and_the_store_is_away)
{
    struct world w = settling();

    FAULTS(&w, A, 30, .lose_request = true);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[1000] A  cancel -> RELEASE A2\n"
                     "[1499] A  no reply\n"
                     "[1512] A  tick -> RELEASE A2\n"
                     "[1755] A  no reply\n"
                     "[1780] A  tick -> RELEASE A2\n"
                     "[1889] A  no reply\n"
                     "[1939] A  tick -> RELEASE A2\n"
                     "[1999] A  no reply -> not acquired: CANCELLED, end\n");
}

/* ------------------------------------------------------------------ the program's own limits */

/* A program that was not told of the lock cannot touch it, nor does it hold it for long: the
 * watchdog and max_hold start when it is told. */
STORY(watchdog_and_max_hold_start_when_it_has_settled)
{
    struct world w = world_open();

    w.config.settle = duration_from_ms(1500);
    w.config.watchdog = duration_from_ms(400);
    w.quiet = true;
    world_put(&w, world_record("dead", 4, 50));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 1500);
    w.quiet = false;
    world_run(&w, 2100);
    EXPECT_TRACE(&w, "[1550] A  tick -> acquired token 5, holds until 2379\n"
                     "[1570] A  tick -> RENEW A10 of A9\n"
                     "[1570] A  applied, holds until 2569\n"
                     "[1760] A  tick -> RENEW A11 of A10\n"
                     "[1760] A  applied, holds until 2759\n"
                     "[1950] A  tick -> withheld: watchdog\n"
                     "[2000] A  tick -> withheld: watchdog\n"
                     "[2050] A  tick -> withheld: watchdog\n"
                     "[2100] A  tick -> withheld: watchdog\n");

    w = world_open();
    w.config.settle = duration_from_ms(1500);
    w.config.max_hold = duration_from_ms(400);
    w.quiet = true;
    world_put(&w, world_record("dead", 4, 50));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 1500);
    w.quiet = false;
    world_run(&w, 2100);
    EXPECT_TRACE(&w, "[1550] A  tick -> acquired token 5, holds until 2379\n"
                     "[1570] A  tick -> RENEW A10 of A9\n"
                     "[1570] A  applied, holds until 2569\n"
                     "[1760] A  tick -> RENEW A11 of A10\n"
                     "[1760] A  applied, holds until 2759\n"
                     "[1950] A  tick -> withheld: max hold\n");
}

STORY(what_settles_is_not_handed_over)
{
    struct world w = settling();

    world_hand_over(&w, A);
    world_run(&w, 1300);
    EXPECT_TRACE(&w, "[1000] A  hand over\n"
                     "[1190] A  tick -> RENEW A3 of A2\n"
                     "[1190] A  applied\n"
                     "[1300] A  tick -> acquired token 5, holds until 2189\n");
}

int settle_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_when_it_has_settled),
        cmocka_unit_test(only_what_was_taken_over_settles),
        cmocka_unit_test(settled_after_the_time_limit),
        cmocka_unit_test(an_own_take_over_that_is_recognised_settles),
        cmocka_unit_test(told_while_a_heartbeat_is_under_way),
        cmocka_unit_test(told_when_it_is_at_risk_already),
        cmocka_unit_test(taken_while_it_settles),
        cmocka_unit_test(broken_while_it_settles),
        cmocka_unit_test(deleted_while_it_settles),
        cmocka_unit_test(no_heartbeat_gets_through_while_it_settles),
        cmocka_unit_test(suspended_while_it_settles),
        cmocka_unit_test(cancelled_while_it_settles),
        cmocka_unit_test(released_while_it_settles),
        cmocka_unit_test(cancelled_while_it_settles_and_is_renewed),
        cmocka_unit_test(cancelled_while_it_settles_and_is_taken),
        cmocka_unit_test(cancelled_while_it_settles_and_the_lease_ends),
        cmocka_unit_test(cancelled_while_it_settles_and_the_store_is_away),
        cmocka_unit_test(watchdog_and_max_hold_start_when_it_has_settled),
        cmocka_unit_test(what_settles_is_not_handed_over),
    };

    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
