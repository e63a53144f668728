/* time_test.c - instants and durations saturate. */
#include "support/testing.h"

#include "base/time.h"

#define INSTANT(value)  ((struct instant){value})
#define DURATION(value) ((struct duration){value})

static void milliseconds_saturate(void **state)
{
    (void)state;
    assert_int_equal(duration_from_ms(0).ns, 0);
    assert_int_equal(duration_from_ms(-1).ns, 0);
    assert_int_equal(duration_from_ms(INT64_MIN).ns, 0);
    assert_int_equal(duration_from_ms(1).ns, 1000000);
    assert_int_equal(duration_from_ms(INT64_MAX / 1000000).ns, INT64_MAX / 1000000 * 1000000);
    assert_int_equal(duration_from_ms(INT64_MAX / 1000000 + 1).ns, INT64_MAX);
    assert_int_equal(duration_from_ms(INT64_MAX).ns, INT64_MAX);
}

static void milliseconds_are_rounded_down(void **state)
{
    (void)state;
    assert_int_equal(duration_to_ms(DURATION(0)), 0);
    assert_int_equal(duration_to_ms(DURATION(999999)), 0);
    assert_int_equal(duration_to_ms(DURATION(1000000)), 1);
    assert_int_equal(duration_to_ms(DURATION_FOREVER), INT64_MAX);
}

static void the_smaller_one(void **state)
{
    (void)state;
    assert_int_equal(duration_min(DURATION(1), DURATION(2)).ns, 1);
    assert_int_equal(duration_min(DURATION(2), DURATION(1)).ns, 1);
    assert_int_equal(instant_min(INSTANT(-1), INSTANT_NEVER).ns, -1);
    assert_int_equal(instant_min(INSTANT_NEVER, INSTANT(5)).ns, 5);
}

static void scaling_rounds_up_and_saturates(void **state)
{
    (void)state;
    assert_int_equal(duration_scale(DURATION(10), 1, 3).ns, 4);
    assert_int_equal(duration_scale(DURATION(9), 1, 3).ns, 3);
    assert_int_equal(duration_scale(DURATION(0), 7, 3).ns, 0);
    assert_int_equal(duration_scale(DURATION(7), 0, 3).ns, 0);
    assert_int_equal(duration_scale(DURATION(1), 1000, 1000000).ns, 1);
    assert_int_equal(duration_scale(DURATION_FOREVER, 1, 1000).ns, INT64_MAX);
    assert_int_equal(duration_scale(DURATION(INT64_MAX - 1), UINT32_MAX, 1).ns, INT64_MAX);
    assert_int_equal(duration_scale(DURATION(INT64_MAX - 1), UINT32_MAX, UINT32_MAX).ns,
                     INT64_MAX - 1);
    assert_int_equal(duration_scale(DURATION(INT64_MAX - 1), 1, UINT32_MAX).ns,
                     (INT64_MAX - 1) / UINT32_MAX + 1);
}

static void adding_saturates_at_never(void **state)
{
    (void)state;
    assert_int_equal(instant_add(INSTANT(-5), DURATION(7)).ns, 2);
    assert_true(instant_is_never(instant_add(INSTANT(1), DURATION_FOREVER)));
    assert_true(instant_is_never(instant_add(INSTANT_NEVER, DURATION(0))));
    assert_true(instant_is_never(instant_add(INSTANT_NEVER, DURATION(1))));
    assert_true(instant_is_never(instant_add(INSTANT(INT64_MAX - 1), DURATION(2))));
    assert_false(instant_is_never(instant_add(INSTANT(INT64_MAX - 2), DURATION(1))));
}

static void the_time_until(void **state)
{
    (void)state;
    assert_int_equal(instant_until(INSTANT(3), INSTANT(10)).ns, 7);
    assert_int_equal(instant_until(INSTANT(10), INSTANT(10)).ns, 0);
    assert_int_equal(instant_until(INSTANT(11), INSTANT(10)).ns, 0);
    assert_int_equal(instant_until(INSTANT(3), INSTANT_NEVER).ns, INT64_MAX);
    assert_int_equal(instant_until(INSTANT(INT64_MIN), INSTANT(INT64_MAX - 1)).ns, INT64_MAX);
    assert_int_equal(instant_until(INSTANT_NEVER, INSTANT_NEVER).ns, 0);
}

static void order(void **state)
{
    (void)state;
    assert_true(instant_before(INSTANT(1), INSTANT(2)));
    assert_false(instant_before(INSTANT(2), INSTANT(2)));
    assert_false(instant_before(INSTANT(3), INSTANT(2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(milliseconds_saturate),
        cmocka_unit_test(milliseconds_are_rounded_down),
        cmocka_unit_test(the_smaller_one),
        cmocka_unit_test(scaling_rounds_up_and_saturates),
        cmocka_unit_test(adding_saturates_at_never),
        cmocka_unit_test(the_time_until),
        cmocka_unit_test(order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
