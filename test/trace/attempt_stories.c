/* attempt_stories.c - how long an acquisition goes on: by count, or by time. */
#include "trace/stories.h"

/* A holder that lives: the item is renewed by somebody every 400 ms, up to then. */
static void renew_until(struct world *w, int64_t until_ms)
{
    for (int64_t at_ms = world_now_ms(w); at_ms <= until_ms; at_ms += 400) {
        struct record record = world_record("x", 1, 1000);

        record.guid.bytes[0] = (uint8_t)('a' + at_ms / 400);
        world_run(w, at_ms);
        world_put(w, record);
    }
}

STORY(without_retries_one_attempt_lasts_for_the_holders_lease)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(500);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    renew_until(&w, 1200);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[   0] -  somebody writes a/1 for 1000\n"
                     "[ 400] -  somebody writes b/1 for 1000\n"
                     "[ 500] A  tick -> READ\n"
                     "[ 500] A  found b/1 for 1000\n"
                     "[ 800] -  somebody writes c/1 for 1000\n"
                     "[1000] A  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[1200] -  somebody writes d/1 for 1000\n");
}

STORY(each_retry_is_one_more_attempt)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(500);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(2));
    renew_until(&w, 3600);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[   0] -  somebody writes a/1 for 1000\n"
                     "[ 400] -  somebody writes b/1 for 1000\n"
                     "[ 500] A  tick -> READ\n"
                     "[ 500] A  found b/1 for 1000\n"
                     "[ 800] -  somebody writes c/1 for 1000\n"
                     "[1000] A  tick -> ACQUIRE A2\n"
                     "[1000] A  refused by c/1 for 1000\n"
                     "[1200] -  somebody writes d/1 for 1000\n"
                     "[1500] A  tick -> READ\n"
                     "[1500] A  found d/1 for 1000\n"
                     "[1600] -  somebody writes e/1 for 1000\n"
                     "[2000] A  tick -> ACQUIRE A3\n"
                     "[2000] A  refused by e/1 for 1000\n"
                     "[2000] -  somebody writes f/1 for 1000\n"
                     "[2400] -  somebody writes g/1 for 1000\n"
                     "[2500] A  tick -> READ\n"
                     "[2500] A  found g/1 for 1000\n"
                     "[2800] -  somebody writes h/1 for 1000\n"
                     "[3000] A  tick -> not acquired: NOT_ACQUIRED, end\n"
                     "[3200] -  somebody writes i/1 for 1000\n"
                     "[3600] -  somebody writes j/1 for 1000\n");
}

/* The second attempt goes on watching the same guid: it acquires when the lease was seen to
 * stand for its length, at 1900, and not a lease after its own first request. */
STORY(the_observation_runs_on_across_attempts)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(450);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_ATTEMPTS(1));
    world_run(&w, 800);
    world_put(&w, world_record("y", 1, 1000));
    world_run(&w, 1900);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 450] A  tick -> READ\n"
                     "[ 450] A  found x/1 for 1000\n"
                     "[ 800] -  somebody writes y/1 for 1000\n"
                     "[ 900] A  tick -> READ\n"
                     "[ 900] A  found y/1 for 1000\n"
                     "[1000] A  tick -> ACQUIRE A2\n"
                     "[1000] A  refused by y/1 for 1000\n"
                     "[1450] A  tick -> READ\n"
                     "[1450] A  found y/1 for 1000\n"
                     "[1900] A  tick -> TAKE OVER A3 of y/1\n"
                     "[1900] A  applied -> acquired token 2, holds until 2899\n");
}

STORY(a_time_limit_of_nothing_tries_once)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(0));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000 -> not acquired: NOT_ACQUIRED, end\n");
    assert_int_equal(w.requests, 1);
}

STORY(a_time_limit_ends_the_watch)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(250));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 100] A  found x/1 for 1000\n"
                     "[ 200] A  tick -> READ\n"
                     "[ 200] A  found x/1 for 1000\n"
                     "[ 250] A  tick -> not acquired: NOT_ACQUIRED, end\n");
}

/* What is due at the limit is still done. */
STORY(a_take_over_that_is_due_at_the_limit_is_tried)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(800);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_MS(1000));
    world_run(&w, 1000);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 800] A  tick -> READ\n"
                     "[ 800] A  found x/1 for 1000\n"
                     "[1000] A  tick -> TAKE OVER A2 of x/1\n"
                     "[1000] A  applied -> acquired token 2, holds until 1999\n");
}

STORY(what_is_seen_to_be_free_after_the_limit_is_left)
{
    struct world w = world_open();

    world_put(&w, world_record("x", 1, 1000));
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .request_ms = 200);
    world_acquire(&w, A, PATIENCE_MS(250));
    world_run(&w, 150);
    world_put(&w, world_record("x", 1, 1));
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] -  somebody writes x/1 for 1000\n"
                     "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  refused by x/1 for 1000\n"
                     "[ 100] A  tick -> READ\n"
                     "[ 150] -  somebody writes x/1 released\n"
                     "[ 300] A  found x/1 released -> not acquired: NOT_ACQUIRED, end\n");
}

STORY(who_waits_for_ever_gets_it_in_the_end)
{
    struct world w = world_open();

    w.config.poll = duration_from_ms(900);
    world_put(&w, world_record("x", 1, 1000));
    world_acquire(&w, A, PATIENCE_FOREVER);
    renew_until(&w, 4000);
    world_run(&w, 4900);
    EXPECT_ITEM(&w, "k/1 for 1000");
    world_run(&w, 6000);
    assert_int_equal(w.token_told, 2);
}

STORY(fail_closed_attempts_are_single_requests)
{
    struct world w = world_closed();
    struct record record = world_record("x", 0, 0);

    record.kind = RECORD_FAIL_CLOSED;
    world_put(&w, record);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(2));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[   0] -  somebody writes x closed\n"
                     "[   0] A  acquire -> PUT A1\n"
                     "[   0] A  refused by x closed\n"
                     "[1000] A  tick -> PUT A2\n"
                     "[1000] A  refused by x closed\n"
                     "[2000] A  tick -> PUT A3\n"
                     "[2000] A  refused by x closed -> not acquired: NOT_ACQUIRED, end\n");

    world_acquire(&w, A, PATIENCE_MS(0));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[2000] A  acquire -> PUT A4\n"
                     "[2000] A  refused by x closed -> not acquired: NOT_ACQUIRED, end\n");

    world_acquire(&w, A, PATIENCE_MS(1500));
    world_run_out(&w);
    EXPECT_TRACE(&w, "[2000] A  acquire -> PUT A5\n"
                     "[2000] A  refused by x closed\n"
                     "[3000] A  tick -> PUT A6\n"
                     "[3000] A  refused by x closed\n"
                     "[3500] A  tick -> not acquired: NOT_ACQUIRED, end\n");

    w.bare = true;
    world_acquire(&w, A, PATIENCE_FOREVER);
    world_run(&w, 5500);
    world_put(&w, (struct record){.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1});
    world_run(&w, 6500);
    EXPECT_TRACE(&w, "[3500] A  acquire -> PUT A7\n"
                     "[3500] A  refused by something -> READ LATEST\n"
                     "[3500] A  found x closed\n"
                     "[4500] A  tick -> PUT A8\n"
                     "[4500] A  refused by something -> READ LATEST\n"
                     "[4500] A  found x closed\n"
                     "[5500] A  tick -> PUT A9\n"
                     "[5500] A  refused by something -> READ LATEST\n"
                     "[5500] A  found x closed\n"
                     "[5500] -  somebody writes nothing\n"
                     "[6500] A  tick -> PUT A10\n"
                     "[6500] A  applied -> acquired token 0\n");
    EXPECT_ITEM(&w, "A10 closed");
}

int attempt_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_retries_one_attempt_lasts_for_the_holders_lease),
        cmocka_unit_test(each_retry_is_one_more_attempt),
        cmocka_unit_test(the_observation_runs_on_across_attempts),
        cmocka_unit_test(a_time_limit_of_nothing_tries_once),
        cmocka_unit_test(a_time_limit_ends_the_watch),
        cmocka_unit_test(a_take_over_that_is_due_at_the_limit_is_tried),
        cmocka_unit_test(what_is_seen_to_be_free_after_the_limit_is_left),
        cmocka_unit_test(who_waits_for_ever_gets_it_in_the_end),
        cmocka_unit_test(fail_closed_attempts_are_single_requests),
    };

    return cmocka_run_group_tests_name("attempts", tests, NULL, NULL);
}
