/* quota_test.c - how many failed requests may be tried again. */
#include "support/testing.h"

#include "engine/quota.h"

/* How many failures with this status find quota. */
static int takes(struct quota *quota, ddblock_status status)
{
    uint32_t cost = 0;
    int count = 0;

    while (quota_take(quota, status, &cost)) {
        assert_int_equal(cost, status == DDBLOCK_THROTTLED ? 5 : 14);
        count++;
    }
    assert_int_equal(cost, 0);
    return count;
}

static void it_is_used_up_by_failures(void **state)
{
    struct quota quota;

    (void)state;
    quota_init(&quota);
    assert_int_equal(takes(&quota, DDBLOCK_UNAVAILABLE), 35);
    assert_int_equal(quota.tokens, 10);
    assert_int_equal(takes(&quota, DDBLOCK_THROTTLED), 2);
    quota_init(&quota);
    assert_int_equal(takes(&quota, DDBLOCK_THROTTLED), 100);
    assert_int_equal(quota.tokens, 0);
}

static void a_success_gives_back_what_its_try_cost(void **state)
{
    struct quota quota;

    (void)state;
    quota_init(&quota);
    (void)takes(&quota, DDBLOCK_UNAVAILABLE);
    quota_return(&quota, 14);
    assert_int_equal(takes(&quota, DDBLOCK_UNAVAILABLE), 1);
    quota_return(&quota, 0);
    assert_int_equal(quota.tokens, 11);
}

static void it_is_never_more_than_full(void **state)
{
    struct quota quota;

    (void)state;
    quota_init(&quota);
    quota_return(&quota, 14);
    quota_return(&quota, 0);
    assert_int_equal(quota.tokens, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_used_up_by_failures),
        cmocka_unit_test(a_success_gives_back_what_its_try_cost),
        cmocka_unit_test(it_is_never_more_than_full),
    };

    return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
