/* withheld_stories.c - heartbeats that are held back, and those that are wanted at once. */
#include "trace/stories.h"

static struct world world_with(int64_t max_hold_ms, int64_t watchdog_ms)
{
    struct world w = world_open();

    w.config.max_hold = duration_from_ms(max_hold_ms);
    w.config.watchdog = duration_from_ms(watchdog_ms);
    w.quiet = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    w.quiet = false;
    return w;
}

STORY(held_for_too_long)
{
    struct world w = world_with(300, 0);

    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 380] A  tick -> withheld: max hold\n"
                     "[ 855] A  tick -> at risk\n"
                     "[1189] A  tick -> lost: its lease ended\n");
    assert_int_equal(w.actors[A].machine.withheld, WITHHELD_MAX_HOLD);
}

/* Touching does not help. */
STORY(held_for_too_long_by_a_program_that_is_alive)
{
    struct world w = world_with(300, 500);

    world_run(&w, 380);
    world_touch(&w, A);
    world_renew(&w, A);
    world_run(&w, 500);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 380] A  tick -> withheld: max hold\n"
                     "[ 380] A  renew -> withheld: max hold\n");
}

STORY(a_program_that_is_not_heard_of)
{
    struct world w = world_with(0, 300);

    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 380] A  tick -> withheld: watchdog\n"
                     "[ 417] A  tick -> withheld: watchdog\n"
                     "[ 455] A  tick -> withheld: watchdog\n"
                     "[ 492] A  tick -> withheld: watchdog\n"
                     "[ 530] A  tick -> withheld: watchdog\n"
                     "[ 567] A  tick -> withheld: watchdog\n"
                     "[ 605] A  tick -> withheld: watchdog\n"
                     "[ 642] A  tick -> withheld: watchdog\n"
                     "[ 680] A  tick -> withheld: watchdog\n"
                     "[ 717] A  tick -> withheld: watchdog\n"
                     "[ 755] A  tick -> withheld: watchdog\n"
                     "[ 792] A  tick -> withheld: watchdog\n"
                     "[ 830] A  tick -> withheld: watchdog\n"
                     "[ 855] A  tick -> at risk\n"
                     "[ 867] A  tick -> withheld: watchdog\n"
                     "[ 905] A  tick -> withheld: watchdog\n"
                     "[ 942] A  tick -> withheld: watchdog\n"
                     "[ 980] A  tick -> withheld: watchdog\n"
                     "[1017] A  tick -> withheld: watchdog\n"
                     "[1055] A  tick -> withheld: watchdog\n"
                     "[1088] A  tick -> withheld: watchdog\n"
                     "[1113] A  tick -> withheld: watchdog\n"
                     "[1132] A  tick -> withheld: watchdog\n"
                     "[1146] A  tick -> withheld: watchdog\n"
                     "[1157] A  tick -> withheld: watchdog\n"
                     "[1165] A  tick -> withheld: watchdog\n"
                     "[1171] A  tick -> withheld: watchdog\n"
                     "[1175] A  tick -> withheld: watchdog\n"
                     "[1178] A  tick -> withheld: watchdog\n"
                     "[1181] A  tick -> withheld: watchdog\n"
                     "[1183] A  tick -> withheld: watchdog\n"
                     "[1184] A  tick -> withheld: watchdog\n"
                     "[1185] A  tick -> withheld: watchdog\n"
                     "[1186] A  tick -> withheld: watchdog\n"
                     "[1187] A  tick -> withheld: watchdog\n"
                     "[1188] A  tick -> withheld: watchdog\n"
                     "[1189] A  tick -> lost: its lease ended\n");
    assert_int_equal(w.actors[A].machine.withheld, WITHHELD_WATCHDOG);
}

STORY(a_program_that_is_heard_of)
{
    struct world w = world_with(0, 300);

    w.quiet = true;
    for (int64_t ms = 250; ms <= 5000; ms += 250) {
        world_run(&w, ms);
        world_touch(&w, A);
    }
    assert_int_equal(w.actors[A].machine.withheld_count, 0);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
}

/* It is heard of late, but in time for a heartbeat. */
STORY(a_program_that_is_heard_of_late)
{
    struct world w = world_with(0, 300);

    world_run(&w, 900);
    world_touch(&w, A);
    world_run(&w, 1100);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 380] A  tick -> withheld: watchdog\n"
                     "[ 417] A  tick -> withheld: watchdog\n"
                     "[ 455] A  tick -> withheld: watchdog\n"
                     "[ 492] A  tick -> withheld: watchdog\n"
                     "[ 530] A  tick -> withheld: watchdog\n"
                     "[ 567] A  tick -> withheld: watchdog\n"
                     "[ 605] A  tick -> withheld: watchdog\n"
                     "[ 642] A  tick -> withheld: watchdog\n"
                     "[ 680] A  tick -> withheld: watchdog\n"
                     "[ 717] A  tick -> withheld: watchdog\n"
                     "[ 755] A  tick -> withheld: watchdog\n"
                     "[ 792] A  tick -> withheld: watchdog\n"
                     "[ 830] A  tick -> withheld: watchdog\n"
                     "[ 855] A  tick -> at risk\n"
                     "[ 867] A  tick -> withheld: watchdog\n"
                     "[ 905] A  tick -> RENEW A3 of A2\n"
                     "[ 905] A  applied -> no longer at risk, holds until 1904\n"
                     "[1095] A  tick -> RENEW A4 of A3\n"
                     "[1095] A  applied, holds until 2094\n");
}

/* With a watchdog far longer than the lease it is still looked for often enough. */
STORY(a_program_that_is_heard_of_late_by_a_long_watchdog)
{
    struct world w = world_with(0, 20000);

    w.quiet = true;
    world_run(&w, 20200);
    assert_int_equal(w.actors[A].machine.withheld, WITHHELD_WATCHDOG);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    world_touch(&w, A);
    world_run(&w, 22000);
    assert_int_equal(w.actors[A].machine.withheld, WITHHELD_NOT);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
}

STORY(heard_of_and_renewed_at_once)
{
    struct world w = world_with(0, 300);

    world_run(&w, 380);
    world_renew(&w, A);
    world_touch(&w, A);
    world_renew(&w, A);
    world_run(&w, 400);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 380] A  tick -> withheld: watchdog\n"
                     "[ 380] A  renew -> withheld: watchdog\n"
                     "[ 380] A  renew -> RENEW A3 of A2\n"
                     "[ 380] A  applied, holds until 1379\n");
}

/* What got no reply is not sent again once the time has come. */
STORY(withheld_after_a_doubt)
{
    struct world w = world_with(300, 0);

    world_run(&w, 100);
    FAULT(&w, A, .lose_reply = true);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> withheld: max hold\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 999] A  tick -> lost: its lease ended\n");
}

/* ------------------------------------------------------------------ wanted at once */

static struct world by_hand(int64_t watchdog_ms)
{
    struct world w = world_open();

    w.config.heartbeat = duration_from_ms(0);
    w.config.watchdog = duration_from_ms(watchdog_ms);
    w.quiet = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    w.quiet = false;
    return w;
}

STORY(renewed_by_hand)
{
    struct world w = by_hand(0);

    world_run(&w, 700);
    world_renew(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 665] A  tick -> at risk\n"
                     "[ 700] A  renew -> RENEW A2 of A1\n"
                     "[ 700] A  applied -> no longer at risk, holds until 1699\n"
                     "[1365] A  tick -> at risk\n"
                     "[1699] A  tick -> lost: its lease ended\n");
}

/* One that failed is sent again, as any. */
STORY(renewed_by_hand_after_a_failure)
{
    struct world w = by_hand(0);

    world_run(&w, 500);
    FAULT(&w, A, .failed = DDBLOCK_UNAVAILABLE);
    world_renew(&w, A);
    world_run(&w, 1600);
    EXPECT_TRACE(&w, "[ 500] A  renew -> RENEW A2 of A1\n"
                     "[ 500] A  failed: UNAVAILABLE\n"
                     "[ 512] A  tick -> RENEW A3 of A1\n"
                     "[ 512] A  applied, holds until 1511\n"
                     "[1178] A  tick -> at risk\n"
                     "[1511] A  tick -> lost: its lease ended\n");
}

/* What was withheld is not sent later by itself: nobody asked for heartbeats. */
STORY(withheld_from_the_hand)
{
    struct world w = by_hand(200);

    world_run(&w, 300);
    world_renew(&w, A);
    world_touch(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 300] A  renew -> withheld: watchdog\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 999] A  tick -> lost: its lease ended\n");
}

/* At the deadline it is too late. */
STORY(renewed_too_late)
{
    struct world w = by_hand(0);

    world_run(&w, 998);
    world_suspend(&w, A, 1200);
    world_run(&w, 1100);
    world_renew(&w, A);
    EXPECT_TRACE(&w, "[ 665] A  tick -> at risk\n"
                     "[1100] A  renew -> lost: its lease ended\n");
}

/* Wanted where none can be sent, nothing happens. */
STORY(renewed_before_it_is_held)
{
    struct world w = world_with(0, 0);

    world_queue(&w, B, PATIENCE_FOREVER);
    world_renew(&w, B);
    world_turn(&w, B);
    world_renew(&w, B);
    world_run(&w, 0);
    assert_int_equal(w.actors[B].machine.state, STATE_WATCHING);
    world_renew(&w, B);
    FAULT(&w, B, .reply_ms = 10);
    FAULT(&w, B, .failed = DDBLOCK_UNAVAILABLE);
    world_run(&w, 105);
    assert_int_equal(w.actors[B].machine.state, STATE_POLLING);
    world_renew(&w, B);
    world_run(&w, 215);
    assert_int_equal(w.actors[B].machine.state, STATE_PAUSING);
    world_renew(&w, B);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[   0] B  renew\n"
                     "[   0] B  acquire -> ACQUIRE B1\n"
                     "[   0] B  renew\n"
                     "[   0] B  refused by A1/1 for 1000\n"
                     "[   0] B  renew\n"
                     "[ 100] B  tick -> READ\n"
                     "[ 105] B  renew\n"
                     "[ 110] B  found A1/1 for 1000\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 210] B  tick -> READ\n"
                     "[ 210] B  failed: UNAVAILABLE\n"
                     "[ 215] B  renew\n");
}

STORY(renewed_while_it_is_renewed)
{
    struct world w = world_with(0, 0);

    w.bare = true;
    FAULT(&w, A, .stubborn = true, .reply_ms = 20);
    FAULT(&w, A, .reply_ms = 20);
    world_run(&w, 200);
    assert_int_equal(w.actors[A].machine.state, STATE_RENEWING);
    world_renew(&w, A);
    world_run(&w, 220);
    assert_int_equal(w.actors[A].machine.state, STATE_CHECKING);
    world_renew(&w, A);
    world_run(&w, 250);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] A  renew\n"
                     "[ 210] A  refused by something -> READ LATEST\n"
                     "[ 220] A  renew\n"
                     "[ 230] A  found A1/1 for 1000\n"
                     "[ 242] A  tick -> RENEW A3 of A1\n"
                     "[ 242] A  applied, holds until 1241\n");
}

STORY(renewed_after_it_was_held)
{
    struct world w = world_with(0, 0);

    w.bare = true;
    FAULT(&w, A, .reset = true, .lose_reply = true);
    FAULT(&w, A, .reply_ms = 5);
    FAULT(&w, A, .reply_ms = 5);
    world_release(&w, A);
    world_renew(&w, A);
    world_run(&w, 1);
    assert_int_equal(w.actors[A].machine.state, STATE_RELEASE_WAIT);
    world_renew(&w, A);
    world_put(&w, world_record("next", 2, 1000));
    world_run(&w, 18);
    assert_int_equal(w.actors[A].machine.state, STATE_CONFIRMING);
    world_renew(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  release -> RELEASE A1\n"
                     "[   0] A  renew\n"
                     "[   0] A  no reply\n"
                     "[   1] A  renew\n"
                     "[   1] -  somebody writes next/2 for 1000\n"
                     "[  12] A  tick -> RELEASE A1\n"
                     "[  17] A  refused by something -> READ LATEST\n"
                     "[  18] A  renew\n"
                     "[  22] A  found next/2 for 1000 -> released: OK, end\n");

    w = by_hand(0);
    world_run(&w, 999);
    assert_int_equal(w.actors[A].machine.state, STATE_LOST);
    world_renew(&w, A);
    EXPECT_TRACE(&w, "[ 665] A  tick -> at risk\n"
                     "[ 999] A  tick -> lost: its lease ended\n"
                     "[ 999] A  renew\n");
}

STORY(renewed_though_it_fails_closed)
{
    struct world w = world_closed();

    FAULT(&w, A, .reset = true, .lose_request = true); /* a ghost may come */
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 20);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    world_renew(&w, A);
    world_release(&w, A);
    world_run(&w, 20);
    assert_int_equal(w.actors[A].machine.state, STATE_SWEEP_WAIT);
    world_renew(&w, A);
    FAULT(&w, A, .reply_ms = 50);
    world_run(&w, 1040);
    assert_int_equal(w.actors[A].machine.state, STATE_SWEEPING);
    world_renew(&w, A);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> PUT A2\n"
                     "[  12] A  applied -> acquired token 0\n"
                     "[  20] A  renew\n"
                     "[  20] A  release -> DELETE A1 A2\n"
                     "[  20] A  applied -> released: OK\n"
                     "[  20] A  renew\n"
                     "[1020] A  tick -> DELETE A1 A2\n"
                     "[1040] A  renew\n");
}

int withheld_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_for_too_long),
        cmocka_unit_test(held_for_too_long_by_a_program_that_is_alive),
        cmocka_unit_test(a_program_that_is_not_heard_of),
        cmocka_unit_test(a_program_that_is_heard_of),
        cmocka_unit_test(a_program_that_is_heard_of_late),
        cmocka_unit_test(a_program_that_is_heard_of_late_by_a_long_watchdog),
        cmocka_unit_test(heard_of_and_renewed_at_once),
        cmocka_unit_test(withheld_after_a_doubt),
        cmocka_unit_test(renewed_by_hand),
        cmocka_unit_test(renewed_by_hand_after_a_failure),
        cmocka_unit_test(withheld_from_the_hand),
        cmocka_unit_test(renewed_too_late),
        cmocka_unit_test(renewed_before_it_is_held),
        cmocka_unit_test(renewed_while_it_is_renewed),
        cmocka_unit_test(renewed_after_it_was_held),
        cmocka_unit_test(renewed_though_it_fails_closed),
    };

    return cmocka_run_group_tests_name("withheld", tests, NULL, NULL);
}
