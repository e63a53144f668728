/* ghost_stories.c - fail-closed locks must leave no orphan: what a ghost may write, or a
 * release left, is deleted on until no request can land any more. */
#include "trace/stories.h"

static const struct record gone = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

/* A request in doubt lands after the release: it is deleted again, until none can come any more,
 * five minutes after the last doubt. */
STORY(a_ghost_after_the_release_is_swept)
{
    struct world w = world_closed();

    FAULT(&w, A, .reset = true, .request_ms = 299000);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);
    world_release(&w, A);
    world_run(&w, 1000);
    world_tick(&w, A); /* too early */
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> PUT A2\n"
                     "[  12] A  applied -> acquired token 0\n"
                     "[ 100] A  release -> DELETE A1 A2\n"
                     "[ 100] A  applied -> released: OK\n"
                     "[1100] A  tick -> DELETE A1 A2\n"
                     "[1100] A  refused by nothing\n"
                     "[3100] A  tick -> DELETE A1 A2\n"
                     "[3100] A  refused by nothing\n"
                     "[7100] A  tick -> DELETE A1 A2\n"
                     "[7100] A  refused by nothing\n"
                     "[15100] A  tick -> DELETE A1 A2\n"
                     "[15100] A  refused by nothing\n"
                     "[31100] A  tick -> DELETE A1 A2\n"
                     "[31100] A  refused by nothing\n"
                     "[63100] A  tick -> DELETE A1 A2\n"
                     "[63100] A  refused by nothing\n"
                     "[127100] A  tick -> DELETE A1 A2\n"
                     "[127100] A  refused by nothing\n"
                     "[191100] A  tick -> DELETE A1 A2\n"
                     "[191100] A  refused by nothing\n"
                     "[255100] A  tick -> DELETE A1 A2\n"
                     "[255100] A  refused by nothing\n"
                     "[299000] A  a ghost: PUT A1 applied\n"
                     "[315157] A  tick -> DELETE A1 A2\n"
                     "[315157] A  applied, end\n");
    EXPECT_ITEM(&w, "nothing");
}

/* The sweep's own failures: it goes on a while after the last doubt, and then ends. */
STORY(a_sweep_that_cannot_be_answered_ends)
{
    struct world w = world_closed();

    FAULT(&w, A, .reset = true, .lose_request = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 31, .lose_request = true);
    world_release(&w, A);
    w.quiet = true;
    world_run_out(&w);
    assert_true(world_now_ms(&w) > 315000 && world_now_ms(&w) < 3600000);
}

/* A refusal without the item, while a ghost may come. */
STORY(a_refusal_that_is_confirmed_while_a_ghost_may_come)
{
    struct world w = world_closed();

    w.bare = true;
    FAULT(&w, A, .reset = true, .request_ms = 2500);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);
    world_put(&w, gone);
    world_release(&w, A);
    world_run(&w, 5000);

    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> PUT A2\n"
                     "[  12] A  applied -> acquired token 0\n"
                     "[ 100] -  somebody writes nothing\n"
                     "[ 100] A  release -> DELETE A1 A2\n"
                     "[ 100] A  refused by something -> READ LATEST\n"
                     "[ 100] A  found nothing -> released: LOST\n"
                     "[1100] A  tick -> DELETE A1 A2\n"
                     "[1100] A  refused by something\n"
                     "[2500] A  a ghost: PUT A1 applied\n"
                     "[3100] A  tick -> DELETE A1 A2\n"
                     "[3100] A  applied\n");
    EXPECT_ITEM(&w, "nothing");
}

/* Given up in doubt by an outage: all that may land is deleted. */
STORY(an_acquisition_given_up_in_doubt_leaves_no_orphan)
{
    struct world w = world_closed();

    FAULT(&w, A, .reset = true, .request_ms = 60000);
    FAULT(&w, A, .reset = true, .request_ms = 61000);
    FAULT(&w, A, .reset = true, .request_ms = 62000);
    FAULT(&w, A, .reset = true, .request_ms = 240000);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> PUT A2\n"
                     "[  12] A  no reply\n"
                     "[  37] A  tick -> PUT A3\n"
                     "[  37] A  no reply\n"
                     "[  87] A  tick -> PUT A4\n"
                     "[  87] A  no reply -> DELETE A1 A2 A3 A4\n"
                     "[  87] A  refused by nothing -> not acquired: UNAVAILABLE\n"
                     "[1087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[1087] A  refused by nothing\n"
                     "[3087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[3087] A  refused by nothing\n"
                     "[7087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[7087] A  refused by nothing\n"
                     "[15087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[15087] A  refused by nothing\n"
                     "[31087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[31087] A  refused by nothing\n"
                     "[60000] A  a ghost: PUT A1 applied\n"
                     "[61012] A  a ghost: PUT A2 refused\n"
                     "[62037] A  a ghost: PUT A3 refused\n"
                     "[63087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[63087] A  applied\n"
                     "[127087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[127087] A  refused by nothing\n"
                     "[191087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[191087] A  refused by nothing\n"
                     "[240087] A  a ghost: PUT A4 applied\n"
                     "[255087] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[255087] A  applied\n"
                     "[315245] A  tick -> DELETE A1 A2 A3 A4\n"
                     "[315245] A  refused by nothing, end\n");
    EXPECT_ITEM(&w, "nothing");
}

/* Cancelled with the acquisition applied for certain, and the store out of reach then. */
STORY(what_cannot_be_given_back_is_tried_on)
{
    struct world w = world_closed();

    w.latency_ms = 5;
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 4, .lose_request = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run(&w, 30000);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  cancel\n"
                     "[  10] A  applied -> DELETE A1\n"
                     "[5010] A  no reply\n"
                     "[5022] A  tick -> DELETE A1\n"
                     "[7516] A  no reply\n"
                     "[7541] A  tick -> DELETE A1\n"
                     "[8775] A  no reply\n"
                     "[8825] A  tick -> DELETE A1\n"
                     "[9417] A  no reply\n"
                     "[9517] A  tick -> DELETE A1\n"
                     "[9527] A  applied -> not acquired: CANCELLED, end\n");
    EXPECT_ITEM(&w, "nothing");

    w = world_closed();
    w.latency_ms = 5;
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run(&w, 30000);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  cancel\n"
                     "[  10] A  applied -> DELETE A1\n"
                     "[  20] A  failed: DENIED -> not acquired: CANCELLED\n"
                     "[1020] A  tick -> DELETE A1\n"
                     "[1030] A  applied\n"
                     "[3030] A  tick -> DELETE A1\n"
                     "[3040] A  refused by nothing\n"
                     "[7040] A  tick -> DELETE A1\n"
                     "[7050] A  refused by nothing\n"
                     "[15050] A  tick -> DELETE A1\n"
                     "[15060] A  refused by nothing\n");
    EXPECT_ITEM(&w, "nothing");
}

/* Released in doubt after thirty seconds: the caller is told, and the deleting goes on. */
STORY(a_release_that_stays_in_doubt_is_tried_on)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULTS(&w, A, 8, .lose_request = true);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[5000] A  no reply\n"
                     "[5012] A  tick -> DELETE A1\n"
                     "[10012] A  no reply\n"
                     "[10037] A  tick -> DELETE A1\n"
                     "[15037] A  no reply\n"
                     "[15087] A  tick -> DELETE A1\n"
                     "[20087] A  no reply\n"
                     "[20187] A  tick -> DELETE A1\n"
                     "[25093] A  no reply\n"
                     "[25293] A  tick -> DELETE A1\n"
                     "[27646] A  no reply\n"
                     "[28046] A  tick -> DELETE A1\n"
                     "[29023] A  no reply\n"
                     "[29823] A  tick -> DELETE A1\n"
                     "[29923] A  no reply\n"
                     "[30000] A  tick -> released: IN_DOUBT\n"
                     "[31000] A  tick -> DELETE A1\n"
                     "[31000] A  applied\n"
                     "[33000] A  tick -> DELETE A1\n"
                     "[33000] A  refused by nothing\n"
                     "[37000] A  tick -> DELETE A1\n"
                     "[37000] A  refused by nothing\n"
                     "[45000] A  tick -> DELETE A1\n"
                     "[45000] A  refused by nothing\n"
                     "[61000] A  tick -> DELETE A1\n"
                     "[61000] A  refused by nothing\n"
                     "[93000] A  tick -> DELETE A1\n"
                     "[93000] A  refused by nothing\n"
                     "[157000] A  tick -> DELETE A1\n"
                     "[157000] A  refused by nothing\n"
                     "[221000] A  tick -> DELETE A1\n"
                     "[221000] A  refused by nothing\n"
                     "[285000] A  tick -> DELETE A1\n"
                     "[285000] A  refused by nothing\n"
                     "[345157] A  tick -> DELETE A1\n"
                     "[345157] A  refused by nothing, end\n");
    EXPECT_ITEM(&w, "nothing");
}

/* The same, with its end between two tries. */
STORY(a_release_whose_time_is_over_in_a_pause_is_tried_on)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULTS(&w, A, 15, .failed = DDBLOCK_THROTTLED);
    world_release(&w, A);
    w.quiet = true;
    world_run(&w, 29000);
    w.quiet = false;
    world_run(&w, 33000);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[30000] A  tick -> released: THROTTLED\n"
                     "[31000] A  tick -> DELETE A1\n"
                     "[31000] A  failed: THROTTLED\n"
                     "[33000] A  tick -> DELETE A1\n"
                     "[33000] A  applied\n");
    EXPECT_ITEM(&w, "nothing");
}

/* The same where every try is known to have failed: the lock would stay for ever. */
STORY(a_release_that_failed_is_tried_on)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULTS(&w, A, 13, .failed = DDBLOCK_THROTTLED);
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[   0] A  failed: THROTTLED\n"
                     "[ 500] A  tick -> DELETE A1\n"
                     "[ 500] A  failed: THROTTLED\n"
                     "[1500] A  tick -> DELETE A1\n"
                     "[1500] A  failed: THROTTLED\n"
                     "[3500] A  tick -> DELETE A1\n"
                     "[3500] A  failed: THROTTLED\n"
                     "[6000] A  tick -> DELETE A1\n"
                     "[6000] A  failed: THROTTLED\n"
                     "[8500] A  tick -> DELETE A1\n"
                     "[8500] A  failed: THROTTLED\n"
                     "[11000] A  tick -> DELETE A1\n"
                     "[11000] A  failed: THROTTLED\n"
                     "[13500] A  tick -> DELETE A1\n"
                     "[13500] A  failed: THROTTLED\n"
                     "[16000] A  tick -> DELETE A1\n"
                     "[16000] A  failed: THROTTLED\n"
                     "[18500] A  tick -> DELETE A1\n"
                     "[18500] A  failed: THROTTLED\n"
                     "[21000] A  tick -> DELETE A1\n"
                     "[21000] A  failed: THROTTLED\n"
                     "[23500] A  tick -> DELETE A1\n"
                     "[23500] A  failed: THROTTLED\n"
                     "[26000] A  tick -> DELETE A1\n"
                     "[26000] A  failed: THROTTLED\n"
                     "[28500] A  tick -> DELETE A1\n"
                     "[28500] A  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "nothing");
}

STORY(a_release_that_is_denied_is_tried_on)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_release(&w, A);
    world_run(&w, 2000);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[   0] A  failed: DENIED -> released: DENIED\n"
                     "[1000] A  tick -> DELETE A1\n"
                     "[1000] A  applied\n");
    EXPECT_ITEM(&w, "nothing");
}

int ghost_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ghost_after_the_release_is_swept),
        cmocka_unit_test(a_sweep_that_cannot_be_answered_ends),
        cmocka_unit_test(a_refusal_that_is_confirmed_while_a_ghost_may_come),
        cmocka_unit_test(an_acquisition_given_up_in_doubt_leaves_no_orphan),
        cmocka_unit_test(what_cannot_be_given_back_is_tried_on),
        cmocka_unit_test(a_release_that_stays_in_doubt_is_tried_on),
        cmocka_unit_test(a_release_whose_time_is_over_in_a_pause_is_tried_on),
        cmocka_unit_test(a_release_that_failed_is_tried_on),
        cmocka_unit_test(a_release_that_is_denied_is_tried_on),
    };

    return cmocka_run_group_tests_name("ghosts", tests, NULL, NULL);
}
