/* release_stories.c - giving a fail-open lock back: released, lost, or in doubt. */
#include "trace/stories.h"

static const struct record gone = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

/* A holds the lock, without heartbeats, written down no further than here. */
static struct world held_for(int64_t lease_ms)
{
    struct world w = world_open();

    w.config.lease_ms = lease_ms;
    w.config.heartbeat = duration_from_ms(0);
    w.quiet = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 10);
    w.quiet = false;
    return w;
}

static struct world held(void)
{
    return held_for(1000);
}

static struct world held_long(void)
{
    return held_for(10000);
}

STORY(released_at_once)
{
    struct world w = held();

    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "A1/1 released");
}

STORY(lost_to_somebody)
{
    struct world w = held();

    w.lawless = true;
    world_put(&w, world_record("thief", 2, 1000));
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] -  somebody writes thief/2 for 1000\n"
                     "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  refused by thief/2 for 1000 -> released: LOST, end\n");

    w = held();
    world_put(&w, gone);
    w.bare = true;
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] -  somebody writes nothing\n"
                     "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  refused by something -> READ LATEST\n"
                     "[  10] A  found nothing -> released: LOST, end\n");
}

/* The release was applied and its reply lost, and somebody has acquired since: before the local
 * deadline nobody but us could have changed the item. */
STORY(a_refusal_before_the_deadline_after_a_doubt_means_released)
{
    struct world w = held();

    FAULT(&w, A, .lose_reply = true);
    world_release(&w, A);
    world_run(&w, 500);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[ 500] B  acquire -> ACQUIRE B1\n"
                     "[ 500] B  applied -> acquired token 2, holds until 1499\n"
                     "[ 504] A  no reply\n"
                     "[ 517] A  tick -> RELEASE A1\n"
                     "[ 517] A  refused by B1/2 for 1000 -> released: OK, end\n"
                     "[1165] B  tick -> at risk\n"
                     "[1499] B  tick -> lost: its lease ended\n");
}

STORY(a_release_that_was_applied_twice_is_one)
{
    struct world w = held();

    FAULT(&w, A, .reset = true, .lose_reply = true);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  no reply\n"
                     "[  22] A  tick -> RELEASE A1\n"
                     "[  22] A  applied -> released: OK, end\n");
}

STORY(a_release_that_is_never_answered_stays_in_doubt)
{
    struct world w = held();

    FAULTS(&w, A, 30, .lose_request = true);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[ 504] A  no reply\n"
                     "[ 517] A  tick -> RELEASE A1\n"
                     "[ 758] A  no reply\n"
                     "[ 783] A  tick -> RELEASE A1\n"
                     "[ 891] A  no reply\n"
                     "[ 941] A  tick -> RELEASE A1\n"
                     "[ 999] A  no reply -> released: IN_DOUBT, end\n");
}

/* With a lease longer than the patience, it ends between two tries or at the end of one. */
STORY(a_release_is_tried_for_thirty_seconds)
{
    struct world w = world_open();

    w.config.lease_ms = 100000;
    w.config.heartbeat = duration_from_ms(0);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULTS(&w, A, 30, .lose_request = true);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 99900\n"
                     "[   0] A  release -> RELEASE A1\n"
                     "[5000] A  no reply\n"
                     "[5012] A  tick -> RELEASE A1\n"
                     "[10012] A  no reply\n"
                     "[10037] A  tick -> RELEASE A1\n"
                     "[15037] A  no reply\n"
                     "[15087] A  tick -> RELEASE A1\n"
                     "[20087] A  no reply\n"
                     "[20187] A  tick -> RELEASE A1\n"
                     "[25093] A  no reply\n"
                     "[25293] A  tick -> RELEASE A1\n"
                     "[27646] A  no reply\n"
                     "[28046] A  tick -> RELEASE A1\n"
                     "[29023] A  no reply\n"
                     "[29823] A  tick -> RELEASE A1\n"
                     "[29923] A  no reply\n"
                     "[30000] A  tick -> released: IN_DOUBT, end\n");

    w = held_for(100000);
    FAULTS(&w, A, 30, .failed = DDBLOCK_THROTTLED);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  failed: THROTTLED\n"
                     "[ 510] A  tick -> RELEASE A1\n"
                     "[ 510] A  failed: THROTTLED\n"
                     "[1510] A  tick -> RELEASE A1\n"
                     "[1510] A  failed: THROTTLED\n"
                     "[3510] A  tick -> RELEASE A1\n"
                     "[3510] A  failed: THROTTLED\n"
                     "[6010] A  tick -> RELEASE A1\n"
                     "[6010] A  failed: THROTTLED\n"
                     "[8510] A  tick -> RELEASE A1\n"
                     "[8510] A  failed: THROTTLED\n"
                     "[11010] A  tick -> RELEASE A1\n"
                     "[11010] A  failed: THROTTLED\n"
                     "[13510] A  tick -> RELEASE A1\n"
                     "[13510] A  failed: THROTTLED\n"
                     "[16010] A  tick -> RELEASE A1\n"
                     "[16010] A  failed: THROTTLED\n"
                     "[18510] A  tick -> RELEASE A1\n"
                     "[18510] A  failed: THROTTLED\n"
                     "[21010] A  tick -> RELEASE A1\n"
                     "[21010] A  failed: THROTTLED\n"
                     "[23510] A  tick -> RELEASE A1\n"
                     "[23510] A  failed: THROTTLED\n"
                     "[26010] A  tick -> RELEASE A1\n"
                     "[26010] A  failed: THROTTLED\n"
                     "[28510] A  tick -> RELEASE A1\n"
                     "[28510] A  failed: THROTTLED\n"
                     "[30010] A  tick -> released: THROTTLED, end\n");
}

STORY(a_refusal_after_the_deadline_after_a_doubt_stays_in_doubt)
{
    struct world w = held();

    FAULT(&w, A, .reset = true, .lose_request = true);
    FAULT(&w, A, .request_ms = 20);
    world_release(&w, A);
    world_run(&w, 30);
    world_put(&w, world_record("thief", 2, 1000));
    world_suspend(&w, A, 1200);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  no reply\n"
                     "[  22] A  tick -> RELEASE A1\n"
                     "[  30] -  somebody writes thief/2 for 1000\n"
                     "[1200] A  refused by thief/2 for 1000 -> released: IN_DOUBT, end\n");
}

STORY(a_release_that_the_store_denies_says_so)
{
    struct world w = held();

    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  failed: DENIED -> released: DENIED, end\n");

    w = held();
    FAULT(&w, A, .lose_request = true);
    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[ 504] A  no reply\n"
                     "[ 517] A  tick -> RELEASE A1\n"
                     "[ 517] A  failed: DENIED -> released: IN_DOUBT, end\n");
}

STORY(a_throttled_release_is_sent_again)
{
    struct world w = held();

    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  failed: THROTTLED\n"
                     "[ 510] A  tick -> RELEASE A1\n"
                     "[ 510] A  applied -> released: OK, end\n");
}

/* The refusal came without the item, and the item cannot be read: it was refused all the same. */
STORY(a_refusal_that_cannot_be_explained)
{
    struct world w = held_long();

    w.bare = true;
    world_put(&w, gone);
    FAULT(&w, A, .bare = true);
    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] -  somebody writes nothing\n"
                     "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  refused by something -> READ LATEST\n"
                     "[  10] A  failed: THROTTLED -> released: LOST, end\n");

    w = held_long();
    w.bare = true;
    world_put(&w, gone);
    FAULT(&w, A, .bare = true);
    FAULT(&w, A, .lose_reply = true);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] -  somebody writes nothing\n"
                     "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  refused by something -> READ LATEST\n"
                     "[5000] A  no reply -> released: LOST, end\n");

    w = held_long();
    w.bare = true;
    FAULT(&w, A, .reset = true, .lose_reply = true);
    FAULT(&w, A, .bare = true);
    FAULT(&w, A, .lose_reply = true);
    world_release(&w, A);
    world_run(&w, 15);
    world_put(&w, world_record("next", 2, 1000));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  no reply\n"
                     "[  15] -  somebody writes next/2 for 1000\n"
                     "[  22] A  tick -> RELEASE A1\n"
                     "[  22] A  refused by something -> READ LATEST\n"
                     "[5006] A  no reply -> released: OK, end\n");
}

/* The lease is over, but the item may still be ours: who comes next need not wait for it. */
STORY(what_was_lost_is_given_back_as_a_courtesy)
{
    struct world w = held();

    world_run(&w, 999);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 665] A  tick -> at risk\n"
                     "[ 999] A  tick -> lost: its lease ended\n"
                     "[ 999] A  release -> RELEASE A1\n"
                     "[ 999] A  applied -> released: LOST, end\n");
    EXPECT_ITEM(&w, "A1/1 released");

    w = held();
    world_suspend(&w, A, 5000);
    world_run(&w, 5000);
    world_put(&w, world_record("next", 2, 1000));
    FAULT(&w, A, .bare = true);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[5000] A  tick -> lost: its lease ended\n"
                     "[5000] -  somebody writes next/2 for 1000\n"
                     "[5000] A  release -> RELEASE A1\n"
                     "[5000] A  refused by something -> released: LOST, end\n");

    w = held();
    world_run(&w, 1500);
    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 665] A  tick -> at risk\n"
                     "[ 999] A  tick -> lost: its lease ended\n"
                     "[1500] A  release -> RELEASE A1\n"
                     "[1500] A  failed: THROTTLED -> released: LOST, end\n");
}

/* The release comes at the deadline, before anything else has noticed it. */
STORY(a_release_at_the_deadline_is_too_late)
{
    struct world w = held();

    world_suspend(&w, A, 2000);
    world_run(&w, 999);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[ 999] A  release -> lost: its lease ended -> RELEASE A1\n"
                     "[2000] A  applied -> released: LOST, end\n");
}

STORY(a_release_that_comes_first_ends_it)
{
    struct world w = world_open();
    struct machine_patience patience = PATIENCE_FOREVER;

    machine_init(&w.actors[A].machine, &w.config, &patience, &w.actors[A].aside);
    world_release(&w, A);

    EXPECT_TRACE(&w, "[   0] A  release, end\n");
}

int release_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(released_at_once),
        cmocka_unit_test(lost_to_somebody),
        cmocka_unit_test(a_refusal_before_the_deadline_after_a_doubt_means_released),
        cmocka_unit_test(a_release_that_was_applied_twice_is_one),
        cmocka_unit_test(a_release_that_is_never_answered_stays_in_doubt),
        cmocka_unit_test(a_release_is_tried_for_thirty_seconds),
        cmocka_unit_test(a_refusal_after_the_deadline_after_a_doubt_stays_in_doubt),
        cmocka_unit_test(a_release_that_the_store_denies_says_so),
        cmocka_unit_test(a_throttled_release_is_sent_again),
        cmocka_unit_test(a_refusal_that_cannot_be_explained),
        cmocka_unit_test(what_was_lost_is_given_back_as_a_courtesy),
        cmocka_unit_test(a_release_at_the_deadline_is_too_late),
        cmocka_unit_test(a_release_that_comes_first_ends_it),
    };

    return cmocka_run_group_tests_name("release", tests, NULL, NULL);
}
