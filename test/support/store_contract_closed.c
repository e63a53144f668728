/* store_contract_closed.c - the transitions of locks that fail closed, and where the kinds meet. */
#include "support/store_contract.h"

static void acquire_closed_takes_an_absent_lock(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE_CLOSED);
    struct record record = contract_look(contract, id);

    assert_int_equal(record.kind, RECORD_FAIL_CLOSED);
    assert_true(foreign_guid_is(&record.guid, &mine));
    assert_int_equal(record.token, 0);
    assert_int_equal(record.lease_ms, 0);
    assert_int_equal(record.acquired_time_unix_ms, -1);
    assert_string_equal(record.owner, "tester");
    assert_false(record_is_released(&record));
    lock_id_destroy(id);
}

static void acquire_closed_is_refused_by_any_item(void **state)
{
    struct contract *contract = *state;
    struct lock_id *closed = contract_id();
    struct lock_id *open = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE_CLOSED);
    struct request release;
    struct guid mine;

    (void)contract_hold(contract, closed, REQUEST_ACQUIRE_CLOSED);
    contract_expect_refused(contract, closed, &ask, RECORD_FAIL_CLOSED);

    mine = contract_hold(contract, open, REQUEST_ACQUIRE);
    contract_expect_refused(contract, open, &ask, RECORD_FAIL_OPEN);
    release = contract_request_mine(REQUEST_RELEASE, &mine);
    (void)contract_expect(contract, open, &release, OUTCOME_APPLIED);
    contract_expect_refused(contract, open, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(closed);
    lock_id_destroy(open);
}

static void fail_open_writes_leave_a_closed_lock_alone(void **state)
{
    static const enum request_kind observing[] = {REQUEST_TAKE_OVER, REQUEST_BREAK};
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE_CLOSED);
    struct record seen = contract_look(contract, id);
    struct request ask = contract_request(REQUEST_ACQUIRE);

    contract_expect_refused(contract, id, &ask, RECORD_FAIL_CLOSED);
    ask = contract_request_mine(REQUEST_RENEW, &mine);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_CLOSED);
    for (size_t i = 0; i < sizeof(observing) / sizeof(observing[0]); i++) {
        ask = contract_request_observed(observing[i], &seen);
        contract_expect_refused(contract, id, &ask, RECORD_FAIL_CLOSED);
        ask.observed_token = 1;
        contract_expect_refused(contract, id, &ask, RECORD_FAIL_CLOSED);
    }
    lock_id_destroy(id);
}

static void release_closed_deletes_ours(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE_CLOSED);
    struct request foreign = contract_request(REQUEST_RELEASE_CLOSED);
    struct request ask = contract_request_mine(REQUEST_RELEASE_CLOSED, &mine);

    foreign.mine[0] = foreign.fresh;
    foreign.mine_count = 1;
    contract_expect_refused(contract, id, &foreign, RECORD_FAIL_CLOSED);
    ask.mine[1] = foreign.fresh;
    ask.mine_count = 2;
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    assert_int_equal(contract_look(contract, id).kind, RECORD_ABSENT);
    contract_expect_refused(contract, id, &ask, RECORD_ABSENT);
    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    lock_id_destroy(id);
}

static void break_closed_deletes_what_was_observed(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct record seen;
    struct request ask;

    (void)contract_hold(contract, id, REQUEST_ACQUIRE_CLOSED);
    seen = contract_look(contract, id);
    ask = contract_request_observed(REQUEST_BREAK_CLOSED, &seen);
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    assert_int_equal(contract_look(contract, id).kind, RECORD_ABSENT);
    contract_expect_refused(contract, id, &ask, RECORD_ABSENT);

    (void)contract_hold(contract, id, REQUEST_ACQUIRE_CLOSED);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_CLOSED);
    lock_id_destroy(id);
}

static void break_closed_needs_the_very_guid(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct lock_id *absent = contract_id();
    struct lock_id *open = contract_id();
    struct record seen = {.kind = RECORD_FAIL_CLOSED};
    struct request none = contract_request_observed(REQUEST_BREAK_CLOSED, &seen);
    struct request ask;

    (void)contract_hold(contract, id, REQUEST_ACQUIRE_CLOSED);
    contract_expect_refused(contract, id, &none, RECORD_FAIL_CLOSED);
    contract_expect_refused(contract, absent, &none, RECORD_ABSENT);

    (void)contract_hold(contract, open, REQUEST_ACQUIRE);
    seen = contract_look(contract, open);
    ask = contract_request_observed(REQUEST_BREAK_CLOSED, &seen);
    contract_expect_refused(contract, open, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
    lock_id_destroy(absent);
    lock_id_destroy(open);
}

const struct CMUnitTest contract_closed_cases[] = {
    cmocka_unit_test(acquire_closed_takes_an_absent_lock),
    cmocka_unit_test(acquire_closed_is_refused_by_any_item),
    cmocka_unit_test(fail_open_writes_leave_a_closed_lock_alone),
    cmocka_unit_test(release_closed_deletes_ours),
    cmocka_unit_test(break_closed_deletes_what_was_observed),
    cmocka_unit_test(break_closed_needs_the_very_guid),
};

const size_t contract_closed_count =
    sizeof(contract_closed_cases) / sizeof(contract_closed_cases[0]);
