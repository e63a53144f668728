/* turn_stories.c - acquisitions that wait behind another one of their own client. */
#include "trace/stories.h"

/* A holds the lock and renews it, written down no further than here. */
static struct world held(void)
{
    struct world w = world_open();

    w.quiet = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    w.quiet = false;
    return w;
}

/* In line nothing is sent; the lock is acquired as soon as it is released. */
STORY(its_turn_comes)
{
    struct world w = held();

    world_queue(&w, B, PATIENCE_FOREVER);
    world_run(&w, 100);
    world_release(&w, A);
    world_run(&w, 100);
    world_turn(&w, B);
    world_run(&w, 100);
    assert_int_equal(w.actors[B].machine.origin, ORIGIN_RELEASED);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[ 100] A  release -> RELEASE A1\n"
                     "[ 100] A  applied -> released: OK, end\n"
                     "[ 100] B  acquire -> ACQUIRE B1\n"
                     "[ 100] B  applied -> acquired token 2, holds until 1099\n");
}

STORY(a_turn_that_does_not_come_in_time)
{
    struct world w = held();

    world_queue(&w, B, PATIENCE_MS(300));
    world_queue(&w, C, PATIENCE_MS(0));
    world_run(&w, 500);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[   0] C  queue\n"
                     "[   0] C  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 300] B  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[ 380] A  tick -> RENEW A3 of A2\n"
                     "[ 380] A  applied, holds until 1379\n");
}

/* By count it is waited for as long as the attempts would have taken. */
STORY(a_turn_that_does_not_come_while_the_attempts_last)
{
    struct world w = held();

    w.quiet = true;
    world_queue(&w, B, PATIENCE_ATTEMPTS(0));
    world_queue(&w, C, PATIENCE_ATTEMPTS(2));
    world_run(&w, 999);
    assert_false(w.actors[B].ended);
    world_run(&w, 1000);
    assert_true(w.actors[B].ended);
    world_run(&w, 2999);
    assert_false(w.actors[C].ended);
    world_run(&w, 3000);
    assert_true(w.actors[C].ended);
}

/* Fail-closed, two attempts are one period apart, and one alone does not wait. */
STORY(a_turn_for_a_lock_that_fails_closed)
{
    struct world w = world_closed();

    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_queue(&w, B, PATIENCE_ATTEMPTS(0));
    world_queue(&w, C, PATIENCE_ATTEMPTS(2));
    world_run(&w, 5000);
    EXPECT_TRACE(&w, "[   0] A  acquire -> PUT A1\n"
                     "[   0] B  queue\n"
                     "[   0] C  queue\n"
                     "[   0] A  applied -> acquired token 0\n"
                     "[   0] B  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[2000] C  tick -> not acquired: NOT_ACQUIRED, end\n");
}

STORY(given_up_in_line)
{
    struct world w = held();

    world_queue(&w, B, PATIENCE_FOREVER);
    world_queue(&w, C, PATIENCE_ATTEMPTS(1));
    world_tick(&w, B);
    world_cancel(&w, B);
    world_release(&w, C);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[   0] C  queue\n"
                     "[   0] B  cancel -> not acquired: CANCELLED, end\n"
                     "[   0] C  release -> not acquired: CANCELLED, end\n");
}

/* What is left of the time is for the store; time in line does not use up attempts. */
STORY(after_its_turn_it_waits_like_any_other)
{
    struct world w = held();

    world_queue(&w, B, PATIENCE_MS(250));
    world_queue(&w, C, PATIENCE_ATTEMPTS(1));
    world_run(&w, 100);
    world_turn(&w, B);
    world_run(&w, 300);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[   0] C  queue\n"
                     "[ 100] B  acquire -> ACQUIRE B1\n"
                     "[ 100] B  refused by A1/1 for 1000\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  applied, holds until 1189\n"
                     "[ 200] B  tick -> READ\n"
                     "[ 200] B  found A2/1 for 1000\n"
                     "[ 250] B  tick -> not acquired: NOT_ACQUIRED, end\n");

    w.quiet = true;
    world_run(&w, 900);
    world_turn(&w, C);
    world_run(&w, 2000); /* past the time that it would have waited in line */
    assert_false(w.actors[C].ended);
    world_cancel(&w, C);
    world_run(&w, 2000);
    assert_true(w.actors[C].ended);
}

/* The machine stood still: its turn and the end of its time come together. It is tried once. */
STORY(a_turn_that_comes_late)
{
    struct world w = held();

    world_queue(&w, B, PATIENCE_MS(300));
    world_suspend(&w, B, 400);
    w.quiet = true;
    world_run(&w, 350);
    world_release(&w, A);
    world_run(&w, 350);
    w.quiet = false;
    world_turn(&w, B);
    world_run(&w, 400);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[ 350] B  acquire -> ACQUIRE B1\n"
                     "[ 400] B  applied -> acquired token 2, holds until 1349\n");
}

/* In line, the one ahead was known as the holder; that is no answer of the store. */
STORY(its_turn_comes_and_the_store_is_away)
{
    struct world w = held();

    world_queue(&w, B, PATIENCE_MS(60));
    w.actors[B].aside.seen = world_record("A1", 1, 1000); /* as the engine does */
    world_run(&w, 50);
    FAULTS(&w, B, 2, .failed = DDBLOCK_UNAVAILABLE);
    world_turn(&w, B);
    world_run(&w, 100);
    EXPECT_TRACE(&w, "[   0] B  queue\n"
                     "[  50] B  acquire -> ACQUIRE B1\n"
                     "[  50] B  failed: UNAVAILABLE\n"
                     "[  60] B  tick -> not acquired: UNAVAILABLE, end\n");
}

int turn_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_turn_comes),
        cmocka_unit_test(a_turn_that_does_not_come_in_time),
        cmocka_unit_test(a_turn_that_does_not_come_while_the_attempts_last),
        cmocka_unit_test(a_turn_for_a_lock_that_fails_closed),
        cmocka_unit_test(given_up_in_line),
        cmocka_unit_test(after_its_turn_it_waits_like_any_other),
        cmocka_unit_test(a_turn_that_comes_late),
        cmocka_unit_test(its_turn_comes_and_the_store_is_away),
    };

    return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
