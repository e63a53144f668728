/* cancel_stories.c - acquisitions that are given up, in every state of them. What is in doubt is
 * given back before the caller is told. */
#include "trace/stories.h"

/* Somebody else's lock, and A in doubt of its first request, 30 ms ago. */
static struct world in_doubt(bool bare)
{
    struct world w = world_open();

    w.bare = bare;
    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .reset = true, .lose_request = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    return w;
}

STORY(while_the_request_is_under_way)
{
    struct world w = world_open();

    w.latency_ms = 5;
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  cancel\n"
                     "[  10] A  applied -> RELEASE A1\n"
                     "[  20] A  applied -> not acquired: CANCELLED, end\n");
    EXPECT_ITEM(&w, "A1/1 released");

    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_release(&w, A); /* has the same effect */
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  20] -  somebody writes x/1 for 1000\n"
                     "[  20] A  acquire -> ACQUIRE A2\n"
                     "[  20] A  release\n"
                     "[  30] A  refused by x/1 for 1000 -> not acquired: CANCELLED, end\n");
}

STORY(while_it_is_read_back)
{
    struct world w = in_doubt(true);

    FAULT(&w, A, .bare = true);
    FAULT(&w, A, .reply_ms = 20);
    world_run(&w, 20);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  refused by something -> READ LATEST\n"
                     "[  20] A  cancel\n"
                     "[  32] A  found x/1 for 1000 -> RELEASE A1\n"
                     "[  32] A  refused by something -> not acquired: CANCELLED, end\n");

    w = world_open();
    w.bare = true;
    w.latency_ms = 5;
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 10);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[  10] A  refused by something -> READ LATEST\n"
                     "[  10] A  cancel\n"
                     "[  20] A  found x/1 for 1000 -> not acquired: CANCELLED, end\n");
}

/* The refusal of the own second copy came without the item: it may be ours. */
STORY(while_a_refusal_is_not_explained)
{
    struct world w = world_open();

    w.bare = true;
    FAULT(&w, A, .doubled = true, .reply_ms = 20);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  cancel\n"
                     "[   0] A  a ghost: ACQUIRE A1 applied\n"
                     "[  20] A  refused by something -> RELEASE A1\n"
                     "[  20] A  applied -> not acquired: CANCELLED, end\n");
    EXPECT_ITEM(&w, "A1/1 released");
}

STORY(while_somebody_is_watched)
{
    struct world w = in_doubt(false);

    world_run(&w, 50);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  refused by x/1 for 1000\n"
                     "[  50] A  cancel -> RELEASE A1\n"
                     "[  50] A  refused by x/1 for 1000 -> not acquired: CANCELLED, end\n");

    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 60);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[  50] A  acquire -> ACQUIRE A3\n"
                     "[  50] A  refused by x/1 for 1000\n"
                     "[  60] A  cancel -> not acquired: CANCELLED, end\n");
}

STORY(while_somebody_is_polled)
{
    struct world w = in_doubt(false);

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .reply_ms = 50);
    world_run(&w, 120);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  refused by x/1 for 1000\n"
                     "[ 112] A  tick -> READ\n"
                     "[ 120] A  cancel\n"
                     "[ 162] A  found x/1 for 1000 -> RELEASE A1\n"
                     "[ 162] A  refused by x/1 for 1000 -> not acquired: CANCELLED, end\n");

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .reply_ms = 50);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 270);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[ 163] A  acquire -> ACQUIRE A3\n"
                     "[ 163] A  refused by x/1 for 1000\n"
                     "[ 263] A  tick -> READ\n"
                     "[ 270] A  cancel\n"
                     "[ 313] A  found x/1 for 1000 -> not acquired: CANCELLED, end\n");
}

STORY(while_it_pauses)
{
    struct world w = in_doubt(false);

    world_run(&w, 5);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[   5] A  cancel -> RELEASE A1\n"
                     "[   5] A  refused by x/1 for 1000 -> not acquired: CANCELLED, end\n");

    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 10);
    world_tick(&w, A); /* too early */
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   5] A  acquire -> ACQUIRE A2\n"
                     "[   5] A  failed: THROTTLED\n"
                     "[  10] A  cancel -> not acquired: CANCELLED, end\n");
}

/* Before it, while it is held, while it is given back, and afterwards: nothing happens. */
STORY(when_there_is_nothing_to_cancel)
{
    struct world w = world_open();
    struct machine_patience patience = PATIENCE_FOREVER;

    machine_init(&w.actors[A].machine, &w.config, &patience, &w.actors[A].aside);
    world_cancel(&w, A);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 10);
    world_cancel(&w, A);
    w.latency_ms = 5;
    world_release(&w, A);
    world_cancel(&w, A);
    world_tick(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  cancel\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[  10] A  cancel\n"
                     "[  10] A  release -> RELEASE A1\n"
                     "[  10] A  cancel\n"
                     "[  20] A  applied -> released: OK, end\n");
}

/* Giving back is tried for ten seconds. */
STORY(giving_back_has_an_end)
{
    struct world w = world_open();

    w.latency_ms = 5;
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 30, .lose_request = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  cancel\n"
                     "[  10] A  applied -> RELEASE A1\n"
                     "[5010] A  no reply\n"
                     "[5022] A  tick -> RELEASE A1\n"
                     "[7516] A  no reply\n"
                     "[7541] A  tick -> RELEASE A1\n"
                     "[8775] A  no reply\n"
                     "[8825] A  tick -> RELEASE A1\n"
                     "[9417] A  no reply\n"
                     "[9517] A  tick -> RELEASE A1\n"
                     "[9763] A  no reply\n"
                     "[9963] A  tick -> RELEASE A1\n"
                     "[10010] A  no reply -> not acquired: CANCELLED, end\n");

    w = world_open();
    w.latency_ms = 5;
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 30, .failed = DDBLOCK_THROTTLED);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  cancel\n"
                     "[  10] A  applied -> RELEASE A1\n"
                     "[  20] A  failed: THROTTLED\n"
                     "[ 520] A  tick -> RELEASE A1\n"
                     "[ 530] A  failed: THROTTLED\n"
                     "[1530] A  tick -> RELEASE A1\n"
                     "[1540] A  failed: THROTTLED\n"
                     "[3540] A  tick -> RELEASE A1\n"
                     "[3550] A  failed: THROTTLED\n"
                     "[6050] A  tick -> RELEASE A1\n"
                     "[6060] A  failed: THROTTLED\n"
                     "[8560] A  tick -> RELEASE A1\n"
                     "[8570] A  failed: THROTTLED\n"
                     "[10010] A  tick -> not acquired: CANCELLED, end\n");

    w = world_open();
    w.latency_ms = 5;
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .failed = DDBLOCK_DENIED);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_cancel(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  cancel\n"
                     "[  10] A  applied -> RELEASE A1\n"
                     "[  20] A  failed: DENIED -> not acquired: CANCELLED, end\n");
}

/* A release while it is given back: the caller hears of the acquisition's end, once. */
STORY(a_release_while_it_is_given_back)
{
    struct world w = in_doubt(false);

    world_run(&w, 5);
    w.latency_ms = 5;
    world_cancel(&w, A);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[   5] A  cancel -> RELEASE A1\n"
                     "[   5] A  release\n"
                     "[  15] A  refused by x/1 for 1000 -> not acquired: CANCELLED, end\n");
}

int cancel_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_the_request_is_under_way),
        cmocka_unit_test(while_it_is_read_back),
        cmocka_unit_test(while_a_refusal_is_not_explained),
        cmocka_unit_test(while_somebody_is_watched),
        cmocka_unit_test(while_somebody_is_polled),
        cmocka_unit_test(while_it_pauses),
        cmocka_unit_test(when_there_is_nothing_to_cancel),
        cmocka_unit_test(giving_back_has_an_end),
        cmocka_unit_test(a_release_while_it_is_given_back),
    };

    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
