/* store_contract_open.c - the transitions of locks that fail open, both sides of each. */
#include "support/store_contract.h"

#include "base/random.h"

static struct guid other_guid(void)
{
    struct guid guid;

    assert_true(random_fill(&guid, sizeof(guid)));
    return guid;
}

static void release(struct contract *contract, const struct lock_id *id, const struct guid *mine)
{
    struct request ask = contract_request_mine(REQUEST_RELEASE, mine);

    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
}

static void a_lock_that_was_never_held_is_absent(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_READ);

    assert_int_equal(contract_look(contract, id).kind, RECORD_ABSENT);
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_FOUND).record.kind, RECORD_ABSENT);
    lock_id_destroy(id);
}

static void acquire_takes_an_absent_lock(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);
    struct record record;

    ask.lease_ms = LEASE_MAX_MS;
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, 1);
    record = contract_look(contract, id);
    assert_int_equal(record.kind, RECORD_FAIL_OPEN);
    assert_true(foreign_guid_is(&record.guid, &ask.fresh));
    assert_int_equal(record.token, 1);
    assert_int_equal(record.lease_ms, LEASE_MAX_MS);
    assert_int_equal(record.acquired_time_unix_ms, ask.wall_ms);
    assert_string_equal(record.owner, "tester");
    lock_id_destroy(id);
}

static void acquire_is_refused_while_held(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);

    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    ask = contract_request(REQUEST_ACQUIRE);
    ask.lease_ms = LEASE_MIN_MS;
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
}

static void the_shortest_lease_is_held(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);

    ask.lease_ms = LEASE_MIN_MS;
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    ask = contract_request(REQUEST_ACQUIRE);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
}

static void tokens_count_acquisitions(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();

    for (uint64_t token = 1; token <= 12; token++) {
        struct request ask = contract_request(REQUEST_ACQUIRE);
        struct request renew = contract_request_mine(REQUEST_RENEW, &ask.fresh);

        assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, token);
        (void)contract_expect(contract, id, &renew, OUTCOME_APPLIED);
        assert_int_equal(contract_look(contract, id).token, token);
        release(contract, id, &renew.fresh);
        assert_int_equal(contract_look(contract, id).token, token);
    }
    lock_id_destroy(id);
}

static void take_over_takes_what_was_observed(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct record seen;
    struct request ask;
    struct record record;

    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    seen = contract_look(contract, id);
    ask = contract_request_observed(REQUEST_TAKE_OVER, &seen);
    ask.lease_ms = 777;
    ask.wall_ms = 5;
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, 2);
    record = contract_look(contract, id);
    assert_true(foreign_guid_is(&record.guid, &ask.fresh));
    assert_int_equal(record.token, 2);
    assert_int_equal(record.lease_ms, 777);
    assert_int_equal(record.acquired_time_unix_ms, 5);

    ask = contract_request_observed(REQUEST_TAKE_OVER, &seen);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
}

/* Runs a request that names what it observed against all that differs in one thing. */
static void expect_observation_matters(struct contract *contract, enum request_kind kind)
{
    struct lock_id *id = contract_id();
    struct lock_id *absent = contract_id();
    struct guid other = other_guid();
    struct record seen;
    struct request ask;

    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    seen = contract_look(contract, id);
    ask = contract_request_observed(kind, &seen);
    ask.observed_token = 2;
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);

    ask = contract_request_observed(kind, &seen);
    ask.observed = foreign_guid_from(&other);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);

    ask = contract_request_observed(kind, &seen);
    ask.observed.size--;
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);

    ask = contract_request_observed(kind, &seen);
    ask.observed.type = 'S';
    memset(ask.observed.bytes, 'a', GUID_SIZE);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);

    ask = contract_request_observed(kind, &seen);
    contract_expect_refused(contract, absent, &ask, RECORD_ABSENT);
    lock_id_destroy(id);
    lock_id_destroy(absent);
}

static void take_over_is_refused_for_anything_else(void **state)
{
    expect_observation_matters(*state, REQUEST_TAKE_OVER);
}

static void the_last_token_is_not_counted_on(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct record seen;
    struct request ask;

    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    seen = contract_look(contract, id);
    ask = contract_request_observed(REQUEST_TAKE_OVER, &seen);
    ask.observed_token = TOKEN_MAX;
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_FAILED).status, DDBLOCK_BAD_ITEM);
    lock_id_destroy(id);
}

static void renew_changes_guid_and_time_alone(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);
    struct request ask = contract_request_mine(REQUEST_RENEW, &mine);
    struct record expected = contract_look(contract, id);
    struct record record;

    ask.lease_ms = 1;
    ask.wall_ms = 1234567890123;
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    expected.guid = foreign_guid_from(&ask.fresh);
    expected.acquired_time_unix_ms = ask.wall_ms;
    record = contract_look(contract, id);
    expect_same_record(&record, &expected);

    ask = contract_request_mine(REQUEST_RENEW, &mine);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
}

static void renew_does_not_revive_what_is_released(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);
    struct request ask = contract_request_mine(REQUEST_RENEW, &mine);

    release(contract, id, &mine);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
}

static void renew_and_release_need_an_item(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = other_guid();
    struct request renew = contract_request_mine(REQUEST_RENEW, &mine);
    struct request give_back = contract_request_mine(REQUEST_RELEASE, &mine);

    contract_expect_refused(contract, id, &renew, RECORD_ABSENT);
    contract_expect_refused(contract, id, &give_back, RECORD_ABSENT);
    lock_id_destroy(id);
}

static void each_guid_of_the_set_counts(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);

    for (size_t count = 1; count <= GUIDS_MAX; count++) {
        struct request ask = contract_request(REQUEST_RENEW);

        ask.mine_count = count;
        for (size_t i = 0; i < count; i++) {
            ask.mine[i] = other_guid();
        }
        contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
        ask.mine[count / 2] = mine;
        (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
        mine = ask.fresh;
    }
    release(contract, id, &mine);
    lock_id_destroy(id);
}

static void release_leaves_all_but_lease_and_time(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);
    struct request ask = contract_request_mine(REQUEST_RELEASE, &mine);
    struct record expected = contract_look(contract, id);
    struct record record;

    ask.wall_ms = 4242;
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    expected.lease_ms = LEASE_RELEASED_MS;
    expected.acquired_time_unix_ms = 4242;
    record = contract_look(contract, id);
    expect_same_record(&record, &expected);
    assert_true(record_is_released(&record));
    /* Again, as after a reply that was lost. */
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    lock_id_destroy(id);
}

static void release_needs_our_guid(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid other = other_guid();
    struct request ask = contract_request_mine(REQUEST_RELEASE, &other);

    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
    lock_id_destroy(id);
}

static void break_releases_and_changes_the_guid(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);
    struct record expected = contract_look(contract, id);
    struct request ask = contract_request_observed(REQUEST_BREAK, &expected);
    struct request renew = contract_request_mine(REQUEST_RENEW, &mine);
    struct record record;

    ask.wall_ms = 99;
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    expected.lease_ms = LEASE_RELEASED_MS;
    expected.acquired_time_unix_ms = 99;
    expected.guid = foreign_guid_from(&ask.fresh);
    record = contract_look(contract, id);
    expect_same_record(&record, &expected);
    contract_expect_refused(contract, id, &renew, RECORD_FAIL_OPEN);

    ask = contract_request(REQUEST_ACQUIRE);
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, 2);
    lock_id_destroy(id);
}

static void break_is_refused_for_anything_else(void **state)
{
    expect_observation_matters(*state, REQUEST_BREAK);
}

const struct CMUnitTest contract_open_cases[] = {
    cmocka_unit_test(a_lock_that_was_never_held_is_absent),
    cmocka_unit_test(acquire_takes_an_absent_lock),
    cmocka_unit_test(acquire_is_refused_while_held),
    cmocka_unit_test(the_shortest_lease_is_held),
    cmocka_unit_test(tokens_count_acquisitions),
    cmocka_unit_test(take_over_takes_what_was_observed),
    cmocka_unit_test(take_over_is_refused_for_anything_else),
    cmocka_unit_test(the_last_token_is_not_counted_on),
    cmocka_unit_test(renew_changes_guid_and_time_alone),
    cmocka_unit_test(renew_does_not_revive_what_is_released),
    cmocka_unit_test(renew_and_release_need_an_item),
    cmocka_unit_test(each_guid_of_the_set_counts),
    cmocka_unit_test(release_leaves_all_but_lease_and_time),
    cmocka_unit_test(release_needs_our_guid),
    cmocka_unit_test(break_releases_and_changes_the_guid),
    cmocka_unit_test(break_is_refused_for_anything_else),
};

const size_t contract_open_count = sizeof(contract_open_cases) / sizeof(contract_open_cases[0]);
