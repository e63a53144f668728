/* record_test.c - records, guids as they are read, requests, and the names of states. */
#include "support/testing.h"

#include "core/machine.h"

static void a_lease_of_a_millisecond_or_less_means_released(void **state)
{
    struct record record = {.kind = RECORD_FAIL_OPEN, .lease_ms = 1};

    (void)state;
    assert_true(record_is_released(&record));
    record.lease_ms = 0;
    assert_true(record_is_released(&record));
    record.lease_ms = INT64_MIN;
    assert_true(record_is_released(&record));
    record.lease_ms = LEASE_MIN_MS;
    assert_false(record_is_released(&record));
}

static void only_a_fail_open_item_can_be_released(void **state)
{
    (void)state;
    for (int kind = RECORD_UNKNOWN; kind <= RECORD_BAD; kind++) {
        struct record record = {.kind = (enum record_kind)kind, .lease_ms = 1};

        assert_int_equal(record_is_released(&record), kind == RECORD_FAIL_OPEN);
    }
}

static void guids_are_equal_with_their_type_only(void **state)
{
    struct foreign_guid a = {.type = 'S', .size = 3, .bytes = "1e2"};
    struct foreign_guid b = a;

    (void)state;
    assert_true(foreign_guid_equal(&a, &b));
    b.type = 'N';
    assert_false(foreign_guid_equal(&a, &b));
    b = a;
    b.bytes[2] = '3';
    assert_false(foreign_guid_equal(&a, &b));
    b = a;
    b.bytes[3] = 'x'; /* beyond its size */
    assert_true(foreign_guid_equal(&a, &b));
    b.size = 4;
    assert_false(foreign_guid_equal(&a, &b));
}

static void an_item_without_a_guid_equals_another_such(void **state)
{
    struct foreign_guid none = {0};
    struct foreign_guid empty = {.type = 'S'};

    (void)state;
    assert_true(foreign_guid_equal(&none, &none));
    assert_false(foreign_guid_equal(&none, &empty));
}

static void reads_are_no_writes(void **state)
{
    (void)state;
    assert_false(request_is_write(REQUEST_NONE));
    assert_false(request_is_write(REQUEST_READ));
    assert_false(request_is_write(REQUEST_READ_LATEST));
    assert_false(request_is_write(REQUEST_LIST));
    assert_true(request_is_write(REQUEST_ACQUIRE));
    assert_true(request_is_write(REQUEST_BREAK_CLOSED));
}

static void every_state_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < STATES; i++) {
        assert_non_null(machine_state_name((enum machine_state)i));
    }
    assert_string_equal(machine_state_name(STATE_HELD), "held");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_of_a_millisecond_or_less_means_released),
        cmocka_unit_test(only_a_fail_open_item_can_be_released),
        cmocka_unit_test(guids_are_equal_with_their_type_only),
        cmocka_unit_test(an_item_without_a_guid_equals_another_such),
        cmocka_unit_test(reads_are_no_writes),
        cmocka_unit_test(every_state_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
