/* doubt_stories.c - requests and replies that are lost, late or doubled while a lock is acquired.
 * docs/protocol.md, "In doubt". */
#include "trace/stories.h"

/* The write was applied and its reply lost: the refusal of the next one shows our own guid, and
 * the lease counts from the attempt that carried it. */
STORY(an_own_write_is_recognised_and_dated_from_its_attempt)
{
    struct world w = world_open();

    w.config.lease_ms = 3000;
    FAULT(&w, A, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1600);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[1500] A  no reply\n"
                     "[1512] A  tick -> ACQUIRE A2\n"
                     "[1512] A  refused by A1/1 for 3000 -> acquired token 1, holds until 2997\n"
                     "[1512] A  tick -> RENEW A3 of A1\n"
                     "[1512] A  applied, holds until 4509\n");
    EXPECT_ITEM(&w, "A3/1 for 3000");
}

STORY(an_own_write_is_recognised_when_the_item_must_be_read_back)
{
    struct world w = world_open();

    w.bare = true;
    FAULT(&w, A, .reset = true, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  refused by something -> READ LATEST\n"
                     "[  12] A  found A1/1 for 1000 -> acquired token 1, holds until 999\n");
}

/* The network delivers the request twice, and the reply is that to the second copy. */
STORY(a_doubled_acquisition_is_one)
{
    struct world w = world_open();

    FAULT(&w, A, .doubled = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);
    w.bare = true;
    FAULT(&w, B, .doubled = true);
    world_release(&w, A);
    world_run(&w, 100);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  a ghost: ACQUIRE A1 applied\n"
                     "[   0] A  refused by A1/1 for 1000 -> acquired token 1, holds until 999\n"
                     "[ 100] A  release -> RELEASE A1\n"
                     "[ 100] A  applied -> released: OK, end\n"
                     "[ 100] B  acquire -> ACQUIRE B1\n"
                     "[ 100] B  a ghost: ACQUIRE B1 applied\n"
                     "[ 100] B  refused by something -> READ LATEST\n"
                     "[ 100] B  found B1/2 for 1000 -> acquired token 2, holds until 1099\n");
}

STORY(an_own_take_over_is_recognised)
{
    struct world w = world_open();

    world_put(&w, world_record("dead", 7, 500));
    w.config.poll = duration_from_ms(400);
    FAULTS(&w, A, 2, .bare = false);
    FAULT(&w, A, .lose_reply = true, .reset = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 600);

    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/7 for 500\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by dead/7 for 500\n"
                     "[ 400] A  tick -> READ\n"
                     "[ 400] A  found dead/7 for 500\n"
                     "[ 500] A  tick -> TAKE OVER A2 of dead/7\n"
                     "[ 500] A  no reply\n"
                     "[ 512] A  tick -> TAKE OVER A3 of dead/7\n"
                     "[ 512] A  refused by A2/8 for 1000 -> acquired token 8, holds until 1499\n");
}

/* A request that was given up lands when the holder that refused its successor has released. */
STORY(a_ghost_that_acquires_is_recognised_by_the_next_look)
{
    struct world w = world_open();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 10);
    FAULT(&w, B, .reset = true, .request_ms = 60);
    world_acquire(&w, B, PATIENCE_FOREVER);
    world_run(&w, 60);
    world_release(&w, A);
    world_run(&w, 150);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[  10] B  acquire -> ACQUIRE B1\n"
                     "[  10] B  no reply\n"
                     "[  22] B  tick -> ACQUIRE B2\n"
                     "[  22] B  refused by A1/1 for 1000\n"
                     "[  60] A  release -> RELEASE A1\n"
                     "[  60] A  applied -> released: OK, end\n"
                     "[  70] B  a ghost: ACQUIRE B1 applied\n"
                     "[ 122] B  tick -> READ\n"
                     "[ 122] B  found B1/2 for 1000 -> acquired token 2, holds until 1009\n");
}

/* The same, and somebody broke it before we saw it: it is free. */
STORY(an_own_write_that_was_broken_is_acquired_again)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .reset = true, .request_ms = 60);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 50);
    world_put(&w, world_record("x", 1, 1));
    world_run(&w, 60);
    w.item.lease_ms = 1;
    world_run(&w, 150);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  refused by x/1 for 1000\n"
                     "[  50] -  somebody writes x/1 released\n"
                     "[  60] A  a ghost: ACQUIRE A1 applied\n"
                     "[ 112] A  tick -> READ\n"
                     "[ 112] A  found A1/2 released -> ACQUIRE A3\n"
                     "[ 112] A  applied -> acquired token 3, holds until 1111\n");
}

/* The lease of an own write is over when it is recognised: it is taken over from ourselves, with
 * a fresh guid and token, since nobody believes in it. */
STORY(an_answer_after_the_lease_gives_another_lease)
{
    struct world w = world_open();

    w.config.lease_ms = 500;
    FAULT(&w, A, .reply_ms = 500);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 600);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[ 500] A  applied -> TAKE OVER A2 of A1/1\n"
                     "[ 500] A  applied -> acquired token 2, holds until 999\n");
}

STORY(answers_that_always_come_after_the_lease_end_it)
{
    struct world w = world_open();

    w.config.lease_ms = 500;
    FAULTS(&w, A, 9, .reply_ms = 500);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[ 500] A  applied -> TAKE OVER A2 of A1/1\n"
                     "[1000] A  applied -> TAKE OVER A3 of A2/2\n"
                     "[1500] A  applied -> TAKE OVER A4 of A3/3\n"
                     "[2000] A  applied -> RELEASE A4\n"
                     "[2500] A  applied -> not acquired: UNAVAILABLE, end\n");
    EXPECT_ITEM(&w, "A4/4 released");

    w = world_open();
    w.config.lease_ms = 500;
    FAULTS(&w, A, 9, .reply_ms = 500);
    world_acquire(&w, A, PATIENCE_MS(400));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[ 500] A  applied -> RELEASE A1\n"
                     "[1000] A  applied -> not acquired: UNAVAILABLE, end\n");
}

/* An outage leaves more doubts than the set of guids holds. The newest guid is sent again; when
 * it is known to have been applied, the set is empty enough for a fresh one. */
STORY(an_outage_with_many_doubts_does_not_end_the_acquisition)
{
    struct world w = world_open();

    w.config.heartbeat = duration_from_ms(0);
    w.config.poll = duration_from_ms(900);
    world_put(&w, world_record("dead", 1, 1000));
    FAULTS(&w, A, 2, .bare = false);
    FAULTS(&w, A, 10, .lose_request = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    w.quiet = true;
    world_run(&w, 15500);
    w.quiet = false;
    world_run(&w, 19500);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[15687] A  tick -> TAKE OVER A7 of dead/1\n"
                     "[16687] A  no reply\n"
                     "[19187] A  tick -> TAKE OVER A7 of dead/1\n"
                     "[19187] A  applied -> TAKE OVER A8 of A7/2\n"
                     "[19187] A  applied -> acquired token 3, holds until 20186\n");
}

/* The same, and the lock is another's meanwhile. */
STORY(after_many_doubts_the_lock_of_another_is_waited_for)
{
    struct world w = world_open();

    w.config.heartbeat = duration_from_ms(0);
    w.config.poll = duration_from_ms(900);
    world_put(&w, world_record("dead", 1, 1000));
    FAULTS(&w, A, 2, .bare = false);
    FAULTS(&w, A, 7, .lose_request = true);
    world_acquire(&w, A, PATIENCE_FOREVER);
    w.quiet = true;
    world_run(&w, 9000);
    world_put(&w, world_record("alive", 2, 1000));
    w.quiet = false;
    world_run(&w, 10600);
    EXPECT_TRACE(&w, "[   0] -  somebody writes dead/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[9587] A  tick -> TAKE OVER A7 of dead/1\n"
                     "[9587] A  refused by alive/2 for 1000\n"
                     "[10487] A  tick -> READ\n"
                     "[10487] A  found alive/2 for 1000\n"
                     "[10587] A  tick -> TAKE OVER A7 of alive/2\n"
                     "[10587] A  applied -> TAKE OVER A8 of A7/3\n"
                     "[10587] A  applied -> acquired token 4, holds until 11586\n");
}

/* A first request that lands after the release makes an orphan of one lease, which the next to
 * come waits for. Tokens rise all the same. */
STORY(a_ghost_after_the_release_is_an_orphan_of_one_lease)
{
    struct world w = world_open();

    FAULT(&w, A, .reset = true, .request_ms = 200);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 100);
    world_release(&w, A);
    world_run(&w, 250);
    w.config.poll = duration_from_ms(900);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1250);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  no reply\n"
                     "[  12] A  tick -> ACQUIRE A2\n"
                     "[  12] A  applied -> acquired token 1, holds until 1011\n"
                     "[ 100] A  release -> RELEASE A2\n"
                     "[ 100] A  applied -> released: OK, end\n"
                     "[ 200] A  a ghost: ACQUIRE A1 applied\n"
                     "[ 250] B  acquire -> ACQUIRE B1\n"
                     "[ 250] B  refused by A1/2 for 1000\n"
                     "[1150] B  tick -> READ\n"
                     "[1150] B  found A1/2 for 1000\n"
                     "[1250] B  tick -> TAKE OVER B2 of A1/2\n"
                     "[1250] B  applied -> acquired token 3, holds until 2249\n");
}

/* A store that says no and shows what it said no to, for ever: a take-over refused by just what
 * was observed is not sent again at once. */
STORY(a_take_over_that_is_refused_without_reason_waits_anew)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(900);
    w.config.trust_local_time = true;
    w.config.heartbeat = duration_from_ms(0);
    world_put(&w, world_record("x", 1, 1000));
    FAULTS(&w, A, 2, .bare = false);
    FAULT(&w, A, .stubborn = true);
    FAULT(&w, A, .bare = false);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 2500);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 900] A  tick -> READ\n"
                     "[ 900] A  found x/1 for 1000\n"
                     "[1000] A  tick -> TAKE OVER A2 of x/1\n"
                     "[1000] A  refused by x/1 for 1000\n"
                     "[1900] A  tick -> READ\n"
                     "[1900] A  found x/1 for 1000\n"
                     "[2000] A  tick -> TAKE OVER A3 of x/1\n"
                     "[2000] A  applied -> acquired token 2, holds until 2999\n");
}

/* Found by the simulator: the lease of a first write was over when it was recognised, and a second
 * one, still under way, arrived when somebody else had had the lock and released it. */
STORY(what_is_under_way_is_not_forgotten_for_a_late_own_write)
{
    struct world w = world_open();

    FAULT(&w, A, .lose_reply = true);
    FAULT(&w, A, .request_ms = 1200);
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .failed = DDBLOCK_THROTTLED);
    world_acquire(&w, A, PATIENCE_MS(6000));
    world_run(&w, 2100);
    world_put(&w, world_record("other", 2, 1));
    world_run(&w, 2600);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[1000] A  no reply\n"
                     "[1012] A  tick -> ACQUIRE A2\n"
                     "[2012] A  no reply\n"
                     "[2037] A  tick -> ACQUIRE A3\n"
                     "[2037] A  refused by A1/1 for 1000 -> TAKE OVER A4 of A1/1\n"
                     "[2037] A  failed: THROTTLED\n"
                     "[2100] -  somebody writes other/2 released\n"
                     "[2212] A  a ghost: ACQUIRE A2 applied\n"
                     "[2537] A  tick -> TAKE OVER A5 of A1/1\n"
                     "[2537] A  refused by A2/3 for 1000 -> TAKE OVER A6 of A2/3\n"
                     "[2537] A  applied -> acquired token 4, holds until 3536\n"
);
}

int doubt_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_own_write_is_recognised_and_dated_from_its_attempt),
        cmocka_unit_test(an_own_write_is_recognised_when_the_item_must_be_read_back),
        cmocka_unit_test(a_doubled_acquisition_is_one),
        cmocka_unit_test(an_own_take_over_is_recognised),
        cmocka_unit_test(a_ghost_that_acquires_is_recognised_by_the_next_look),
        cmocka_unit_test(an_own_write_that_was_broken_is_acquired_again),
        cmocka_unit_test(an_answer_after_the_lease_gives_another_lease),
        cmocka_unit_test(answers_that_always_come_after_the_lease_end_it),
        cmocka_unit_test(an_outage_with_many_doubts_does_not_end_the_acquisition),
        cmocka_unit_test(after_many_doubts_the_lock_of_another_is_waited_for),
        cmocka_unit_test(a_ghost_after_the_release_is_an_orphan_of_one_lease),
        cmocka_unit_test(what_is_under_way_is_not_forgotten_for_a_late_own_write),
        cmocka_unit_test(a_take_over_that_is_refused_without_reason_waits_anew),
    };

    return cmocka_run_group_tests_name("doubts", tests, NULL, NULL);
}
