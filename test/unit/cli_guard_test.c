/* cli_guard_test.c - when the command is ended because its lock is about to be lost. */
#include "support/testing.h"

#include "guard.h"

static void the_points_are_those_of_the_rule(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 10000, guard_grace_ms(10000));
    assert_int_equal(guard.terminate_ms, 3000);
    assert_int_equal(guard.kill_ms, 500);
    guard_init(&guard, 2000, guard_grace_ms(2000));
    assert_int_equal(guard.terminate_ms, 600);
    assert_int_equal(guard.kill_ms, 100);
    guard_init(&guard, INT32_MAX, guard_grace_ms(INT32_MAX)); /* a long lease has no longer grace */
    assert_int_equal(guard.terminate_ms, 5500);
    assert_int_equal(guard.kill_ms, 500);
}

static void term_comes_first_and_kill_before_the_end(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 10000, guard_grace_ms(10000));
    assert_int_equal(guard_action(&guard, 9999), GUARD_NOTHING);
    assert_int_equal(guard_action(&guard, 3001), GUARD_NOTHING);
    assert_int_equal(guard_action(&guard, 3000), GUARD_TERMINATE);
    assert_int_equal(guard_action(&guard, 501), GUARD_TERMINATE);
    assert_int_equal(guard_action(&guard, 500), GUARD_KILL);
    assert_int_equal(guard_action(&guard, 0), GUARD_KILL);
}

static void it_sleeps_until_the_next_point(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 10000, guard_grace_ms(10000));
    assert_int_equal(guard_sleep_ms(&guard, 9999), 6999);
    assert_int_equal(guard_sleep_ms(&guard, 3000), 2500);
    assert_true(guard_sleep_ms(&guard, 0) == INT64_MAX);
}

static void a_lock_that_fails_closed_is_never_about_to_be_lost(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 10000, guard_grace_ms(10000));
    assert_int_equal(guard_action(&guard, INT64_MAX), GUARD_NOTHING);
    assert_true(guard_sleep_ms(&guard, INT64_MAX) == INT64_MAX);
}

static void the_least_lease_is_guarded(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 2, guard_grace_ms(2));
    assert_int_equal(guard_action(&guard, 1), GUARD_NOTHING);
    assert_int_equal(guard_action(&guard, 0), GUARD_KILL);
}

static void a_longer_grace_takes_from_the_time_to_renew(void **state)
{
    struct guard guard;

    (void)state;
    guard_init(&guard, 10000, 6000);
    assert_int_equal(guard.terminate_ms, 6500);
    assert_int_equal(guard.kill_ms, 500);
    assert_int_equal(guard_grace_max_ms(10000, 3000), 6000);
    assert_int_equal(guard_grace_max_ms(10000, 0), 9000);
    assert_int_equal(guard_grace_max_ms(2, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_points_are_those_of_the_rule),
        cmocka_unit_test(term_comes_first_and_kill_before_the_end),
        cmocka_unit_test(it_sleeps_until_the_next_point),
        cmocka_unit_test(a_lock_that_fails_closed_is_never_about_to_be_lost),
        cmocka_unit_test(the_least_lease_is_guarded),
        cmocka_unit_test(a_longer_grace_takes_from_the_time_to_renew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
