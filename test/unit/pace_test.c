/* pace_test.c - how long to wait: bounds, spread, and that nothing overflows. */
#include "support/testing.h"

#include "core/machine_parts.h"

enum { DRAWS = 1000 };

/* The draws of a generator that is spread evenly over all of 32 bits. */
static uint32_t draw(uint32_t i)
{
    return i * (UINT32_MAX / (DRAWS - 1));
}

static int64_t jitter_ms(int64_t ms, uint32_t low, uint32_t high, uint32_t random)
{
    return duration_to_ms(pace_jitter(duration_from_ms(ms), low, high, random));
}

static void jitter_spreads_over_its_range_and_no_further(void **state)
{
    int64_t sum_ms = 0;
    int64_t last_ms = 0;

    (void)state;
    for (uint32_t i = 0; i < DRAWS; i++) {
        int64_t ms = jitter_ms(100000, 75, 125, draw(i));

        assert_in_range(ms, 75000, 125000);
        assert_true(ms >= last_ms);
        last_ms = ms;
        sum_ms += ms;
    }
    assert_int_equal(jitter_ms(100000, 75, 125, 0), 75000);
    assert_int_equal(jitter_ms(100000, 75, 125, UINT32_C(1) << 31), 100000);
    assert_in_range(jitter_ms(100000, 75, 125, UINT32_MAX), 124800, 125000);
    assert_in_range(sum_ms / DRAWS, 99500, 100500);
}

static void jitter_without_a_range_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(jitter_ms(100, 100, 100, 0), 100);
    assert_int_equal(jitter_ms(100, 100, 100, UINT32_MAX), 100);
    assert_int_equal(pace_jitter(DURATION_FOREVER, 75, 125, 0).ns, INT64_MAX);
}

static int64_t backoff_ms(uint32_t failures, ddblock_status status, uint32_t random)
{
    return duration_to_ms(pace_backoff(failures, status, random));
}

static void the_backoff_doubles_up_to_its_limit(void **state)
{
    const uint32_t half = UINT32_C(1) << 31;

    (void)state;
    assert_int_equal(pace_backoff(1, DDBLOCK_UNAVAILABLE, half).ns, 12500000);
    assert_int_equal(backoff_ms(2, DDBLOCK_UNAVAILABLE, half), 25);
    assert_int_equal(backoff_ms(3, DDBLOCK_UNAVAILABLE, half), 50);
    assert_int_equal(backoff_ms(8, DDBLOCK_UNAVAILABLE, half), 1600);
    assert_int_equal(backoff_ms(9, DDBLOCK_UNAVAILABLE, half), 2500);
    assert_int_equal(backoff_ms(UINT32_MAX, DDBLOCK_UNAVAILABLE, half), 2500);
    assert_int_equal(backoff_ms(1, DDBLOCK_THROTTLED, half), 500);
    assert_int_equal(backoff_ms(3, DDBLOCK_THROTTLED, half), 2000);
    assert_int_equal(backoff_ms(4, DDBLOCK_THROTTLED, half), 2500);
}

static void the_backoff_is_never_nothing(void **state)
{
    (void)state;
    for (uint32_t failures = 0; failures < 20; failures++) {
        assert_int_equal(backoff_ms(failures, DDBLOCK_UNAVAILABLE, 0), 1);
        assert_in_range(backoff_ms(failures, DDBLOCK_UNAVAILABLE, UINT32_MAX), 1, 5000);
    }
}

static int64_t margin_ns(int64_t lease_ms, uint32_t drift_ppm)
{
    return pace_margin(&(struct machine_config){.lease_ms = lease_ms, .drift_ppm = drift_ppm}).ns;
}

static void the_margin_is_twice_the_drift_and_a_millisecond_at_least(void **state)
{
    (void)state;
    assert_int_equal(margin_ns(10000, 500), 10000000);
    assert_int_equal(margin_ns(10000, 0), 1000000);
    assert_int_equal(margin_ns(2, 100000), 1000000);
    assert_int_equal(margin_ns(LEASE_MAX_MS, 100000), LEASE_MAX_MS * 200000);
}

static int64_t trusted_ms(int64_t lease_ms, int64_t acquired_ms, int64_t wall_ms)
{
    struct record record = {
        .kind = RECORD_FAIL_OPEN, .lease_ms = lease_ms, .acquired_time_unix_ms = acquired_ms};

    return duration_to_ms(pace_trusted_wait(&record, wall_ms));
}

static void a_trusted_wait_lies_between_nothing_and_the_lease(void **state)
{
    (void)state;
    assert_int_equal(trusted_ms(1000, 5000, 5000), 1000);
    assert_int_equal(trusted_ms(1000, 5000, 5001), 999);
    assert_int_equal(trusted_ms(1000, 5000, 5999), 1);
    assert_int_equal(trusted_ms(1000, 5000, 6000), 0);
    assert_int_equal(trusted_ms(1000, 0, INT64_MAX), 0);
    assert_int_equal(trusted_ms(1000, 5001, 5000), 1000); /* in the future */
    assert_int_equal(trusted_ms(1000, -1, 5000), 1000);   /* missing */
    assert_int_equal(trusted_ms(1000, INT64_MAX, INT64_MIN), 1000);
    assert_int_equal(trusted_ms(LEASE_MAX_MS, 1, 2), LEASE_MAX_MS - 1);
}

/* A signature is good for five minutes. */
static void a_ghost_lives_longer_than_a_signature(void **state)
{
    const struct machine_config config = {.drift_ppm = 500};
    const struct machine_config wild = {.drift_ppm = 100000};

    (void)state;
    assert_true(duration_to_ms(pace_ghost_life(&config)) > 300000);
    assert_true(duration_to_ms(pace_ghost_life(&wild)) >= 330000); /* by a clock that runs fast */
}

/* The pause after a reply that asks for this many milliseconds (0: for none). */
static int64_t retry_ms(int64_t asked_ms, bool spent)
{
    const struct outcome outcome = {.kind = OUTCOME_FAILED,
                                    .retry_after = duration_from_ms(asked_ms)};
    const struct event event = {.outcome = &outcome, .random = UINT32_C(1) << 31, .spent = spent};

    return duration_to_ms(pace_retry(3, DDBLOCK_UNAVAILABLE, &event));
}

static void a_store_may_ask_for_a_longer_pause_within_bounds(void **state)
{
    (void)state;
    assert_int_equal(retry_ms(0, false), 50);
    assert_int_equal(retry_ms(10, false), 50);
    assert_int_equal(retry_ms(700, false), 700);
    assert_int_equal(retry_ms(5050, false), 5050);
    assert_int_equal(retry_ms(5051, false), 5050);
    assert_int_equal(retry_ms(INT64_MAX, false), 5050);
}

static void where_much_fails_pauses_are_long_and_nobody_by_count_goes_on(void **state)
{
    const struct event event = {.random = UINT32_C(1) << 31};
    const struct event spent = {.random = UINT32_C(1) << 31, .spent = true};

    (void)state;
    assert_int_equal(retry_ms(0, true), 2500);
    assert_int_equal(duration_to_ms(pace_retry(3, DDBLOCK_UNAVAILABLE, &event)), 50);
    assert_true(pace_may_retry(3, 0, &event));
    assert_false(pace_may_retry(4, 0, &event));
    assert_true(pace_may_retry(4, 5, &event));
    assert_false(pace_may_retry(1, 1, &event));
    assert_false(pace_may_retry(1, 5, &spent));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jitter_spreads_over_its_range_and_no_further),
        cmocka_unit_test(jitter_without_a_range_changes_nothing),
        cmocka_unit_test(the_backoff_doubles_up_to_its_limit),
        cmocka_unit_test(the_backoff_is_never_nothing),
        cmocka_unit_test(a_store_may_ask_for_a_longer_pause_within_bounds),
        cmocka_unit_test(where_much_fails_pauses_are_long_and_nobody_by_count_goes_on),
        cmocka_unit_test(the_margin_is_twice_the_drift_and_a_millisecond_at_least),
        cmocka_unit_test(a_trusted_wait_lies_between_nothing_and_the_lease),
        cmocka_unit_test(a_ghost_lives_longer_than_a_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
