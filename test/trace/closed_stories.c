/* closed_stories.c - locks that fail closed: nothing expires, so no ghost may stay. */
#include "trace/stories.h"

static const struct record gone = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

STORY(held_for_ever_and_released)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1000000000);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[1000000000] A  release -> DELETE A1\n"
                     "[1000000000] A  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "nothing");
}

STORY(an_own_write_is_recognised_by_fail_closed_too)
{
    struct world w = world_closed();

    FAULT(&w, A, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 6000);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[5000] A  no reply\n"
                     "[5012] A  tick -> PUT A2\n"
                     "[5012] A  refused by A1 closed -> acquired token 0\n");
    world_release(&w, A);
    w.quiet = true;
    world_run_out(&w);
    EXPECT_ITEM(&w, "nothing");
}

STORY(a_release_after_a_doubt_that_finds_nothing_has_released)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULT(&w, A, .lose_reply = true);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[5000] A  no reply\n"
                     "[5012] A  tick -> DELETE A1\n"
                     "[5012] A  refused by nothing -> released: OK, end\n");
}

STORY(a_release_after_a_doubt_that_finds_another_is_in_doubt)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    FAULT(&w, A, .lose_reply = true);
    world_release(&w, A);
    world_run(&w, 100);
    world_acquire(&w, B, PATIENCE_ATTEMPTS(0));
    world_run(&w, 5100);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[ 100] B  acquire -> PUT B1\n"
                     "[ 100] B  applied -> acquired token 0\n"
                     "[5000] A  no reply\n"
                     "[5012] A  tick -> DELETE A1\n"
                     "[5012] A  refused by B1 closed -> released: IN_DOUBT\n");
    w.quiet = true;
    world_run(&w, 400000);
    assert_true(w.actors[A].ended);
    EXPECT_ITEM(&w, "B1 closed");
}

STORY(a_release_without_a_doubt_that_finds_nothing_has_lost)
{
    struct world w = world_closed();

    w.bare = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    world_put(&w, gone);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] -  somebody writes nothing\n"
                     "[   0] A  release -> DELETE A1\n"
                     "[   0] A  refused by something -> READ LATEST\n"
                     "[   0] A  found nothing -> released: LOST, end\n");
}

/* Deleted between the refusal and the look at the item. */
STORY(what_is_gone_when_it_is_read_back_is_acquired)
{
    struct world w = world_closed();
    struct record record = world_record("x", 0, 0);

    record.kind = RECORD_FAIL_CLOSED;
    world_put(&w, record);
    w.bare = true;
    w.latency_ms = 5;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 12);
    world_put(&w, gone);
    world_run(&w, 30);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x closed\n"
                     "[   0] A  acquire -> PUT A1\n"
                     "[  10] A  refused by something -> READ LATEST\n"
                     "[  12] -  somebody writes nothing\n"
                     "[  20] A  found nothing -> PUT A2\n"
                     "[  30] A  applied -> acquired token 0\n");
}

/* The read that should explain a refusal fails: the write counts as in doubt. */
STORY(a_refusal_that_cannot_be_read_back_is_a_doubt)
{
    struct world w = world_closed();
    struct record record = world_record("x", 0, 0);

    record.kind = RECORD_FAIL_CLOSED;
    world_put(&w, record);
    w.bare = true;
    FAULT(&w, A, .bare = true);
    FAULT(&w, A, .failed = DDBLOCK_UNAVAILABLE);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 500);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x closed\n"
                     "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  refused by something -> READ LATEST\n"
                     "[   0] A  failed: UNAVAILABLE\n"
                     "[  12] A  tick -> PUT A2\n"
                     "[  12] A  refused by something -> READ LATEST\n"
                     "[  12] A  found x closed -> DELETE A1\n"
                     "[  12] A  refused by something -> not acquired: NOT_ACQUIRED\n");
}

int closed_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_for_ever_and_released),
        cmocka_unit_test(an_own_write_is_recognised_by_fail_closed_too),
        cmocka_unit_test(a_release_after_a_doubt_that_finds_nothing_has_released),
        cmocka_unit_test(a_release_after_a_doubt_that_finds_another_is_in_doubt),
        cmocka_unit_test(a_release_without_a_doubt_that_finds_nothing_has_lost),
        cmocka_unit_test(what_is_gone_when_it_is_read_back_is_acquired),
        cmocka_unit_test(a_refusal_that_cannot_be_read_back_is_a_doubt),
    };

    return cmocka_run_group_tests_name("fail-closed", tests, NULL, NULL);
}
