/* origin_stories.c - how a lock was got, and how it was lost to a person. */
#include "trace/stories.h"

/* A acquires, at once or after a wait; what it then says. */
static enum origin origin_of(struct world *w)
{
    w->quiet = true;
    world_acquire(w, A, PATIENCE_FOREVER);
    world_run(w, world_now_ms(w) + 8000);
    assert_int_equal(w->actors[A].machine.state, STATE_HELD);
    return w->actors[A].machine.origin;
}

STORY(got_from_nobody)
{
    struct world w = world_open();

    assert_int_equal(origin_of(&w), ORIGIN_FRESH);
    w = world_closed();
    assert_int_equal(origin_of(&w), ORIGIN_FRESH);
}

STORY(got_after_a_release)
{
    struct world w = world_open();

    world_put(&w, world_record("last", 4, 1));
    assert_int_equal(origin_of(&w), ORIGIN_RELEASED);
    assert_int_equal(w.actors[A].machine.token, 5);
}

STORY(got_by_a_take_over)
{
    struct world w = world_open();

    world_put(&w, world_record("dead", 4, 1000));
    assert_int_equal(origin_of(&w), ORIGIN_TAKEN_OVER);
    assert_int_equal(w.actors[A].machine.token, 5);
}

/* The holder released while its lease was watched. */
STORY(got_after_a_release_that_was_waited_for)
{
    struct world w = world_open();

    world_put(&w, world_record("alive", 4, 1000));
    w.quiet = true;
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 500);
    world_put(&w, world_record("alive", 4, 1));
    world_run(&w, 1000);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    assert_int_equal(w.actors[A].machine.origin, ORIGIN_RELEASED);
}

/* The reply was lost, and the item shows the own write. */
STORY(got_by_a_write_that_is_recognised)
{
    struct world w = world_open();

    FAULT(&w, A, .reset = true, .lose_reply = true);
    assert_int_equal(origin_of(&w), ORIGIN_FRESH);
    w = world_open();
    world_put(&w, world_record("last", 4, 1));
    FAULT(&w, A, .reset = true, .lose_reply = true);
    assert_int_equal(origin_of(&w), ORIGIN_RELEASED);
    w = world_open();
    world_put(&w, world_record("dead", 4, 1000));
    w.bare = true; /* every refusal is followed by a read */
    FAULTS(&w, A, 2, .bare = false);
    for (int poll = 0; poll < 9; poll++) {
        FAULT(&w, A, .bare = false);
    }
    FAULT(&w, A, .reset = true, .lose_reply = true);
    assert_int_equal(origin_of(&w), ORIGIN_TAKEN_OVER);
    assert_int_equal(w.actors[A].machine.token, 5);
}

/* The take-over is in doubt and did not arrive; the lock is released, and got after that. */
STORY(got_after_a_release_and_a_take_over_in_doubt)
{
    struct world w = world_open();

    world_put(&w, world_record("dead", 4, 50));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .reset = true, .lose_request = true);
    w.quiet = true;
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 50);
    world_put(&w, world_record("person", 4, 1));
    world_run(&w, 500);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    assert_int_equal(w.actors[A].machine.origin, ORIGIN_RELEASED);
}

/* The reply came when the lease that it gave was over, and the lock is taken over from ourselves:
 * that alone is no reason to mend what it guards, but what it came from may be one. */
STORY(got_twice)
{
    struct world w = world_open();

    FAULT(&w, A, .bare = false);
    w.quiet = true;
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_suspend(&w, A, 1500);
    world_run(&w, 1600);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    assert_int_equal(w.actors[A].machine.token, 2);
    assert_int_equal(w.actors[A].machine.origin, ORIGIN_RELEASED);

    w = world_open();
    w.quiet = true;
    world_put(&w, world_record("dead", 4, 50));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .request_ms = 10, .reply_ms = 10);
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 55);
    world_suspend(&w, A, 1500);
    world_run(&w, 1600);
    assert_int_equal(w.actors[A].machine.state, STATE_HELD);
    assert_int_equal(w.actors[A].machine.token, 6);
    assert_int_equal(w.actors[A].machine.origin, ORIGIN_TAKEN_OVER);
}

/* ------------------------------------------------------------------ and lost */

static struct world held(void)
{
    struct world w = world_open();

    w.quiet = true;
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 0);
    w.quiet = false;
    return w;
}

/* A person wrote a fresh guid and left the token. */
STORY(lost_to_a_person)
{
    struct world w = held();

    world_put(&w, world_record("person", 1, 1));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes person/1 released\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by person/1 released -> lost: broken\n");

    w = held();
    world_put(&w, world_record("person", 1, 1));
    world_release(&w, A);
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes person/1 released\n"
                     "[   0] A  release -> RELEASE A1\n"
                     "[   0] A  refused by person/1 released -> released: LOST, end\n");
    assert_int_equal(w.actors[A].machine.loss, LOSS_BROKEN);
}

/* Somebody took it, and has released it since. */
STORY(lost_to_somebody_who_has_released_it)
{
    struct world w = held();

    w.lawless = true;
    world_put(&w, world_record("thief", 2, 1));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes thief/2 released\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  refused by thief/2 released -> lost: taken\n");
    assert_int_equal(w.actors[A].machine.loss, LOSS_TAKEN);
}

int origin_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(got_from_nobody),
        cmocka_unit_test(got_after_a_release),
        cmocka_unit_test(got_by_a_take_over),
        cmocka_unit_test(got_after_a_release_that_was_waited_for),
        cmocka_unit_test(got_by_a_write_that_is_recognised),
        cmocka_unit_test(got_after_a_release_and_a_take_over_in_doubt),
        cmocka_unit_test(got_twice),
        cmocka_unit_test(lost_to_a_person),
        cmocka_unit_test(lost_to_somebody_who_has_released_it),
    };

    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
