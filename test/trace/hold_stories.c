/* hold_stories.c - heartbeats, and how a lock is lost. */
#include "trace/stories.h"

static const struct record gone = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

/* A holds the lock, written down no further than here. */
static struct world held(void)
{
    struct world w = world_open();

    w.quiet = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    w.quiet = false;
    return w;
}

/* One heartbeat that fails is nothing: it is sent again until the deadline. */
STORY(a_throttled_heartbeat_is_sent_again)
{
    struct world w = held();

    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_run(&w, 600);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  failed: THROTTLED\n"
                     "[ 392] A  tick -> RENEW A3 of A1\n"
                     "[ 392] A  failed: DENIED\n"
                     "[ 417] A  tick -> RENEW A4 of A1\n"
                     "[ 417] A  applied, holds until 1416\n");
}

STORY(at_risk_and_saved)
{
    struct world w = held();

    FAULT(&w, A, .lose_request = true);
    FAULT(&w, A, .lose_request = true);
    world_run(&w, 900);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 803] A  no reply\n"
                     "[ 828] A  tick -> RENEW A4 of A1 A2 A3\n"
                     "[ 828] A  applied -> no longer at risk, holds until 1827\n");
}

/* The fourth answer comes, late, when a tenth of the lease is left. */
STORY(at_risk_and_saved_late)
{
    struct world w = held();

    FAULT(&w, A, .reset = true, .lose_reply = true);
    FAULTS(&w, A, 2, .lose_request = true);
    FAULT(&w, A, .reply_ms = 90);
    world_run(&w, 1400);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  no reply\n"
                     "[ 202] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 600] A  no reply\n"
                     "[ 625] A  tick -> RENEW A4 of A1 A2 A3\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 812] A  no reply\n"
                     "[ 859] A  tick -> RENEW A5 of A1 A2 A3 A4\n"
                     "[ 949] A  applied -> no longer at risk, holds until 1858\n"
                     "[1049] A  tick -> RENEW A6 of A5\n"
                     "[1049] A  applied, holds until 2048\n"
                     "[1239] A  tick -> RENEW A7 of A6\n"
                     "[1239] A  applied, holds until 2238\n");
}

/* A full set of doubts ends with what was sent so long ago that the lease is still at risk: the
 * next heartbeat goes at once. */
STORY(saved_but_still_at_risk)
{
    struct world w = world_open();

    w.config.lease_ms = 10000;
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 14, .reset = true, .lose_request = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    w.quiet = true;
    world_run(&w, 6500);
    w.quiet = false;
    world_run(&w, 9000);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[6656] A  tick -> at risk\n"
                     "[7200] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[7200] A  no reply\n"
                     "[7897] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[7897] A  no reply\n"
                     "[8420] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[8420] A  no reply\n"
                     "[8813] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[8813] A  applied, holds until 10367\n"
                     "[8813] A  tick -> RENEW A7 of A6\n"
                     "[8813] A  applied -> no longer at risk, holds until 18803\n");
}

/* A store that refuses to renew and shows that nothing has changed is not asked again at once. */
STORY(a_renewal_that_is_refused_without_reason)
{
    struct world w = held();

    FAULTS(&w, A, 2, .stubborn = true);
    world_run(&w, 300);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by A1/1 for 1000\n"
                     "[ 202] A  tick -> RENEW A3 of A1\n"
                     "[ 202] A  refused by A1/1 for 1000\n"
                     "[ 227] A  tick -> RENEW A4 of A1\n"
                     "[ 227] A  applied, holds until 1226\n");
}

STORY(at_risk_and_lost)
{
    struct world w = held();

    FAULTS(&w, A, 30, .lose_request = true);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 803] A  no reply\n"
                     "[ 828] A  tick -> RENEW A4 of A1 A2 A3\n"
                     "[ 928] A  no reply\n"
                     "[ 945] A  tick -> RENEW A5 of A1 A2 A3 A4\n"
                     "[ 999] A  no reply -> lost: its lease ended\n");

    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 999] A  release -> RELEASE A1 A2 A3 A4 A5\n"
                     "[1499] A  no reply -> released: LOST, end\n");
}

/* A store that fails at once does not make us send without end before the deadline. */
STORY(the_last_moments_take_time)
{
    struct world w = held();

    w.random = UINT32_MAX;
    FAULTS(&w, A, 32, .failed = DDBLOCK_UNAVAILABLE);
    w.quiet = true;
    world_run_out(&w);
    w.quiet = false;
    assert_true(w.requests < 32);
    assert_int_equal(w.actors[A].machine.loss, LOSS_LEASE_ENDED);
}

STORY(without_heartbeats_the_lease_ends)
{
    struct world w = world_open();

    w.config.heartbeat = duration_from_ms(0);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 999] A  tick -> lost: its lease ended\n");
}

STORY(lost_since_somebody_took_it)
{
    struct world w = held();

    w.lawless = true;
    world_put(&w, world_record("thief", 2, 1000));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes thief/2 for 1000\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by thief/2 for 1000 -> lost: taken\n");

    world_release(&w, A);
    EXPECT_TRACE(&w, "[ 190] A  release -> released: LOST, end\n");
}

STORY(lost_since_it_is_gone)
{
    struct world w = held();

    world_put(&w, gone);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes nothing\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by nothing -> lost: gone\n");
}

STORY(lost_since_somebody_broke_it)
{
    struct world w = held();

    w.item.lease_ms = 1;
    world_run_out(&w);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by A1/1 released -> lost: broken\n");
}

STORY(lost_since_it_is_no_lock_any_more)
{
    struct world w = held();

    w.item.kind = RECORD_BAD;
    world_run_out(&w);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by a bad item -> lost: taken\n");
}

STORY(lost_as_is_read_back)
{
    struct world w = held();

    w.bare = true;
    world_put(&w, gone);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes nothing\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by something -> READ LATEST\n"
                     "[ 190] A  found nothing -> lost: gone\n");
}

/* The refusal cannot be explained in time. */
STORY(lost_while_it_is_read_back)
{
    struct world w = held();

    w.bare = true;
    world_put(&w, gone);
    FAULT(&w, A, .bare = true);
    FAULTS(&w, A, 30, .lose_reply = true);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes nothing\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by something -> READ LATEST\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 803] A  no reply\n"
                     "[ 828] A  tick -> RENEW A4 of A1 A2 A3\n"
                     "[ 928] A  no reply\n"
                     "[ 945] A  tick -> RENEW A5 of A1 A2 A3 A4\n"
                     "[ 999] A  no reply -> lost: its lease ended\n");
}

/* A read that gets lost leaves time for another heartbeat. */
STORY(reading_back_leaves_time_for_another_heartbeat)
{
    struct world w = held();

    w.bare = true;
    FAULT(&w, A, .doubled = true);
    FAULT(&w, A, .lose_reply = true);
    world_run(&w, 800);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  a ghost: RENEW A2 of A1 applied\n"
                     "[ 190] A  refused by something -> READ LATEST\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 607] A  applied, holds until 1606\n"
                     "[ 797] A  tick -> RENEW A4 of A3\n"
                     "[ 797] A  applied, holds until 1796\n");

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .doubled = true);
    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    world_run(&w, 1600);
    EXPECT_TRACE(&w, "[ 987] A  tick -> RENEW A5 of A4\n"
                     "[ 987] A  applied, holds until 1986\n"
                     "[1177] A  tick -> RENEW A6 of A5\n"
                     "[1177] A  a ghost: RENEW A6 of A5 applied\n"
                     "[1177] A  refused by something -> READ LATEST\n"
                     "[1177] A  failed: THROTTLED\n"
                     "[1379] A  tick -> RENEW A7 of A5 A6\n"
                     "[1379] A  applied, holds until 2378\n"
                     "[1569] A  tick -> RENEW A8 of A7\n"
                     "[1569] A  applied, holds until 2568\n");
}

/* ------------------------------------------------------------------ with a release */

STORY(a_release_waits_for_the_heartbeat_that_is_under_way)
{
    struct world w = held();

    FAULT(&w, A, .reply_ms = 100);
    world_run(&w, 200);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] A  release\n"
                     "[ 290] A  applied -> RELEASE A2\n"
                     "[ 290] A  applied -> released: OK, end\n");

    w = held();
    FAULT(&w, A, .lose_reply = true);
    world_run(&w, 200);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] A  release\n"
                     "[ 594] A  no reply -> RELEASE A1 A2\n"
                     "[ 594] A  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "A2/1 released");
}

STORY(a_release_that_waited_for_the_bad_news)
{
    struct world w = held();

    FAULT(&w, A, .reply_ms = 100);
    world_put(&w, gone);
    world_run(&w, 200);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes nothing\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] A  release\n"
                     "[ 290] A  refused by nothing -> released: LOST, end\n");
}

/* The deadline comes while the release waits for a heartbeat: it is lost, and given back as a
 * courtesy to who waits. */
STORY(a_release_that_waited_too_long)
{
    struct world w = held();

    FAULTS(&w, A, 3, .lose_request = true);
    FAULT(&w, A, .lose_reply = true, .tardy_ms = 50);
    world_run(&w, 950);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 665] A  tick -> at risk\n"
                     "[ 803] A  no reply\n"
                     "[ 828] A  tick -> RENEW A4 of A1 A2 A3\n"
                     "[ 928] A  no reply\n"
                     "[ 945] A  tick -> RENEW A5 of A1 A2 A3 A4\n"
                     "[ 950] A  release\n"
                     "[ 999] A  tick -> lost: its lease ended\n"
                     "[1049] A  no reply -> RELEASE A1 A2 A3 A4 A5\n"
                     "[1049] A  applied -> released: LOST, end\n");
}

int hold_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_throttled_heartbeat_is_sent_again),
        cmocka_unit_test(at_risk_and_saved),
        cmocka_unit_test(at_risk_and_saved_late),
        cmocka_unit_test(saved_but_still_at_risk),
        cmocka_unit_test(a_renewal_that_is_refused_without_reason),
        cmocka_unit_test(at_risk_and_lost),
        cmocka_unit_test(the_last_moments_take_time),
        cmocka_unit_test(without_heartbeats_the_lease_ends),
        cmocka_unit_test(lost_since_somebody_took_it),
        cmocka_unit_test(lost_since_it_is_gone),
        cmocka_unit_test(lost_since_somebody_broke_it),
        cmocka_unit_test(lost_since_it_is_no_lock_any_more),
        cmocka_unit_test(lost_as_is_read_back),
        cmocka_unit_test(lost_while_it_is_read_back),
        cmocka_unit_test(reading_back_leaves_time_for_another_heartbeat),
        cmocka_unit_test(a_release_waits_for_the_heartbeat_that_is_under_way),
        cmocka_unit_test(a_release_that_waited_for_the_bad_news),
        cmocka_unit_test(a_release_that_waited_too_long),
    };

    return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
