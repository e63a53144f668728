/* refresh_test.c - when keys are asked for anew. */
#include "support/testing.h"

#include "aws/refresh.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

/* The wall clock and the clock of leases at the start, far apart. */
static const int64_t WALL = INT64_C(1700000000000);
static const struct instant START = {1000000};

/* In how many milliseconds the next asking is. */
static int64_t due_ms(const struct refresh *refresh, struct instant now)
{
    return duration_to_ms(instant_until(now, refresh->due));
}

static struct instant later(int64_t ms)
{
    return instant_add(START, duration_from_ms(ms));
}

static int64_t found_due_ms(int64_t lives_ms, uint32_t random)
{
    struct refresh refresh = {0};

    refresh_found(&refresh, WALL + lives_ms, START, WALL, random);
    assert_true(refresh.has_keys);
    return due_ms(&refresh, START);
}

static void keys_are_renewed_five_minutes_before_they_expire(void **state)
{
    (void)state;
    assert_int_equal(found_due_ms(HOUR, 0), 55 * MINUTE);
    assert_int_equal(found_due_ms(HOUR, UINT32_C(1) << 31), 55 * MINUTE - 30 * 1000);
    assert_in_range(found_due_ms(HOUR, UINT32_MAX), 54 * MINUTE, 54 * MINUTE + 1);
}

static void keys_that_do_not_live_long_are_renewed_at_half_their_life(void **state)
{
    (void)state;
    assert_int_equal(found_due_ms(4 * MINUTE, 0), 2 * MINUTE);
    assert_int_equal(found_due_ms(10 * MINUTE, UINT32_MAX), 5 * MINUTE);
    assert_int_equal(found_due_ms(15 * 1000, 0), 10 * 1000);
    assert_int_equal(found_due_ms(1, 0), 10 * 1000);
}

static void keys_that_are_over_already_are_no_reason_to_ask_without_end(void **state)
{
    (void)state;
    assert_int_equal(found_due_ms(0, 0), 5 * MINUTE);
    assert_in_range(found_due_ms(-HOUR, UINT32_MAX), 10 * MINUTE - 1, 10 * MINUTE);
}

static void keys_that_never_expire_are_never_renewed(void **state)
{
    struct refresh refresh = {0};

    (void)state;
    refresh_found(&refresh, -1, START, WALL, 7);
    assert_true(refresh.has_keys);
    assert_true(instant_is_never(refresh.due));
}

static void a_source_that_is_down_is_asked_sooner_while_there_is_hope(void **state)
{
    struct refresh refresh = {0};

    (void)state;
    refresh_found(&refresh, WALL + HOUR, START, WALL, 0);
    refresh_failed(&refresh, later(55 * MINUTE), 0);
    assert_int_equal(due_ms(&refresh, later(55 * MINUTE)), 2 * MINUTE + 30 * 1000);
    refresh_failed(&refresh, later(59 * MINUTE), UINT32_MAX);
    assert_int_equal(due_ms(&refresh, later(59 * MINUTE)), 30 * 1000);
    refresh_failed(&refresh, later(HOUR - 1000), 0);
    assert_int_equal(due_ms(&refresh, later(HOUR - 1000)), 10 * 1000);
    assert_true(refresh.has_keys);
}

static void keys_that_are_over_are_kept_and_asked_for_rarely(void **state)
{
    struct refresh refresh = {0};

    (void)state;
    refresh_found(&refresh, WALL + HOUR, START, WALL, 0);
    refresh_failed(&refresh, later(2 * HOUR), 0);
    assert_int_equal(due_ms(&refresh, later(2 * HOUR)), 5 * MINUTE);
    refresh_failed(&refresh, later(2 * HOUR), UINT32_MAX);
    assert_in_range(due_ms(&refresh, later(2 * HOUR)), 10 * MINUTE - 1, 10 * MINUTE);
    assert_true(refresh.has_keys);
}

static void without_keys_nothing_is_due(void **state)
{
    struct refresh refresh = {0};

    (void)state;
    refresh_failed(&refresh, START, 0);
    assert_false(refresh.has_keys);
    assert_true(instant_is_never(refresh.due));
}

static void a_refusal_does_not_ask_again_and_again(void **state)
{
    struct refresh refresh = {0};

    (void)state;
    assert_true(refresh_may_force(&refresh, START));
    refresh_found(&refresh, WALL + HOUR, START, WALL, 0);
    assert_false(refresh_may_force(&refresh, later(4999)));
    assert_true(refresh_may_force(&refresh, later(5000)));
    refresh_failed(&refresh, later(5000), 0);
    assert_false(refresh_may_force(&refresh, later(9999)));
    assert_true(refresh_may_force(&refresh, later(10000)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_renewed_five_minutes_before_they_expire),
        cmocka_unit_test(keys_that_do_not_live_long_are_renewed_at_half_their_life),
        cmocka_unit_test(keys_that_are_over_already_are_no_reason_to_ask_without_end),
        cmocka_unit_test(keys_that_never_expire_are_never_renewed),
        cmocka_unit_test(a_source_that_is_down_is_asked_sooner_while_there_is_hope),
        cmocka_unit_test(keys_that_are_over_are_kept_and_asked_for_rarely),
        cmocka_unit_test(without_keys_nothing_is_due),
        cmocka_unit_test(a_refusal_does_not_ask_again_and_again),
    };

    return cmocka_run_group_tests_name("refresh", tests, NULL, NULL);
}
