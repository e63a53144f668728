/* store_contract_id.c - ids of every type, owners, many requests at once, and waiting. */
#include "support/store_contract.h"

#include <pthread.h>

#include "base/clock.h"

static const ddblock_key_type key_types[] = {DDBLOCK_KEY_STRING, DDBLOCK_KEY_NUMBER,
                                             DDBLOCK_KEY_BINARY, DDBLOCK_KEY_NONE};

/* Three keys of a type that are as close as keys can be. */
static ddblock_key sample(ddblock_key_type type, size_t which)
{
    static const char *const strings[] = {"a\"\\\x01 \xF0\x9F\x94\x92", "a", "A"};
    static const char *const numbers[] = {"-12345678901234567890123456789012345678",
                                          "-12345678901234567890123456789012345677", "1e-130"};
    static const char binaries[3][4] = {"\0\xFF\x80\n", "\0\xFF\x80\r", "\0\xFF\0\n"};

    switch (type) {
    case DDBLOCK_KEY_STRING:
        return ddblock_key_string(strings[which]);
    case DDBLOCK_KEY_NUMBER:
        return ddblock_key_number(numbers[which]);
    case DDBLOCK_KEY_BINARY:
        return ddblock_key_binary(binaries[which], sizeof(binaries[which]));
    case DDBLOCK_KEY_NONE:
        break;
    }
    return (ddblock_key){0};
}

/* The outcome of one acquisition on the store for ids of these types. */
static struct answer acquire(struct contract *contract, ddblock_key partition, ddblock_key sort)
{
    struct store *store = contract_store(contract, partition.type, sort.type);
    struct lock_id *id = contract_id_from(partition, sort);
    struct request ask = contract_request(REQUEST_ACQUIRE);
    struct answer answer = contract_ask(contract, store, id, &ask);

    lock_id_destroy(id);
    return answer;
}

static void expect_acquired(struct contract *contract, ddblock_key partition, ddblock_key sort)
{
    struct answer answer = acquire(contract, partition, sort);

    if (answer.outcome.kind != OUTCOME_APPLIED) {
        fail_msg("outcome %d for types %c %c: %s", answer.outcome.kind, partition.type,
                 sort.type != 0 ? sort.type : '-', answer.message);
    }
    assert_int_equal(answer.outcome.token, 1);
}

static void expect_taken(struct contract *contract, ddblock_key partition, ddblock_key sort)
{
    assert_int_equal(acquire(contract, partition, sort).outcome.kind, OUTCOME_REFUSED);
}

/* Every id with a partition key of this type is one lock and no other. */
static void expect_ids_of(struct contract *contract, ddblock_key_type partition)
{
    for (size_t s = 0; s < 4; s++) {
        size_t sorts = key_types[s] == DDBLOCK_KEY_NONE ? 1 : 3;

        for (size_t i = 0; i < 3 * sorts; i++) {
            expect_acquired(contract, sample(partition, i / sorts),
                            sample(key_types[s], i % sorts));
        }
        for (size_t i = 0; i < 3 * sorts; i++) {
            expect_taken(contract, sample(partition, i / sorts), sample(key_types[s], i % sorts));
        }
    }
}

static void string_ids(void **state)
{
    expect_ids_of(*state, DDBLOCK_KEY_STRING);
}

static void number_ids(void **state)
{
    expect_ids_of(*state, DDBLOCK_KEY_NUMBER);
}

static void binary_ids(void **state)
{
    expect_ids_of(*state, DDBLOCK_KEY_BINARY);
}

static void equal_numbers_are_one_lock(void **state)
{
    static const char *const ones[] = {"1", "1.0", "0.1e1", "+1", "100E-2", "0001"};
    struct contract *contract = *state;

    expect_acquired(contract, ddblock_key_number("1.00"), (ddblock_key){0});
    expect_acquired(contract, ddblock_key_string("n"), ddblock_key_number("1.00"));
    for (size_t i = 0; i < sizeof(ones) / sizeof(ones[0]); i++) {
        expect_taken(contract, ddblock_key_number(ones[i]), (ddblock_key){0});
        expect_taken(contract, ddblock_key_string("n"), ddblock_key_number(ones[i]));
    }
    expect_acquired(contract, ddblock_key_number("-1"), (ddblock_key){0});
    expect_acquired(contract, ddblock_key_number("0"), (ddblock_key){0});
    expect_taken(contract, ddblock_key_number("-0.0"), (ddblock_key){0});
    expect_acquired(contract, ddblock_key_number("9.9999999999999999999999999999999999999E+125"),
                    (ddblock_key){0});
    expect_taken(contract, ddblock_key_number("99999999999999999999999999999999999999E+88"),
                 (ddblock_key){0});
}

static void the_sort_key_zero_is_a_key(void **state)
{
    struct contract *contract = *state;

    expect_acquired(contract, ddblock_key_string("zero"), ddblock_key_number("0"));
    expect_taken(contract, ddblock_key_string("zero"), ddblock_key_number("-0"));
    expect_acquired(contract, ddblock_key_string("zero"), ddblock_key_string("0"));
    expect_acquired(contract, ddblock_key_string("zero"), ddblock_key_binary("\0", 1));
}

static void the_sort_key_may_be_empty_where_it_can(void **state)
{
    static const ddblock_key_type types[] = {DDBLOCK_KEY_STRING, DDBLOCK_KEY_BINARY};
    struct contract *contract = *state;

    for (size_t i = 0; i < 2; i++) {
        ddblock_key empty = {.type = types[i]};

        if (contract->no_empty_sort) {
            struct answer answer = acquire(contract, ddblock_key_string("empty"), empty);

            assert_int_equal(answer.outcome.kind, OUTCOME_FAILED);
            assert_int_equal(answer.outcome.status, DDBLOCK_INVALID);
            assert_true(strlen(answer.message) > 0);
        } else {
            expect_acquired(contract, ddblock_key_string("empty"), empty);
            expect_taken(contract, ddblock_key_string("empty"), empty);
        }
    }
}

static void the_longest_ids(void **state)
{
    struct contract *contract = *state;
    char bytes[PARTITION_KEY_SIZE_MAX];
    ddblock_key partition = {.type = DDBLOCK_KEY_STRING, .data = bytes, .size = sizeof(bytes)};
    ddblock_key sort = {.type = DDBLOCK_KEY_STRING, .data = bytes, .size = SORT_KEY_SIZE_MAX};

    memset(bytes, 'x', sizeof(bytes));
    expect_acquired(contract, partition, sort);
    expect_taken(contract, partition, sort);
    partition.size--;
    expect_acquired(contract, partition, sort);
    partition.type = DDBLOCK_KEY_BINARY;
    sort.type = DDBLOCK_KEY_BINARY;
    expect_acquired(contract, partition, sort);
}

/* The owner as it is read back. */
static void expect_owner(struct contract *contract, enum request_kind kind, const char *owner)
{
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    struct lock_id *id = contract_id();
    struct request ask = contract_request(kind);
    const struct store_request request = {.id = id, .owner = owner, .ask = &ask};
    const struct store_reply *reply;

    store_submit(store, &request);
    while ((reply = store_take_reply(store)) == NULL) {
        store_wait(store, INSTANT_NEVER);
    }
    assert_int_equal(reply->outcome.kind, OUTCOME_APPLIED);
    assert_string_equal(contract_look(contract, id).owner, owner);
    lock_id_destroy(id);
}

static void owners_are_kept(void **state)
{
    struct contract *contract = *state;
    char longest[OWNER_SIZE_MAX + 1];

    memset(longest, 'o', OWNER_SIZE_MAX);
    longest[OWNER_SIZE_MAX] = '\0';
    expect_owner(contract, REQUEST_ACQUIRE, longest);
    expect_owner(contract, REQUEST_ACQUIRE, "J\xC3\xBCrgen \"\xE2\x80\xA6\\\x1B[31m'); --");
    expect_owner(contract, REQUEST_ACQUIRE_CLOSED, "\t<\xF0\x9F\x94\x92>\n");
}

static void every_request_has_one_reply(void **state)
{
    struct contract *contract = *state;
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    size_t count = store->capacity;
    struct lock_id *ids[2] = {contract_id(), contract_id()};
    bool *replied = calloc(count, sizeof(*replied));
    size_t applied = 0;
    size_t replies = 0;

    assert_non_null(replied);
    for (size_t i = 0; i < count; i++) {
        static const enum request_kind kinds[] = {REQUEST_ACQUIRE, REQUEST_READ_LATEST,
                                                  REQUEST_ACQUIRE_CLOSED};
        struct request ask = contract_request(kinds[i % 3]);
        const struct store_request request = {
            .tag = i, .id = ids[i % 2], .owner = "tester", .ask = &ask};

        store_submit(store, &request);
    }
    while (replies < count) {
        const struct store_reply *reply = store_take_reply(store);

        if (reply == NULL) {
            store_wait(store, INSTANT_NEVER);
            continue;
        }
        assert_true(reply->tag < count);
        assert_false(replied[reply->tag]);
        replied[reply->tag] = true;
        replies++;
        applied += reply->outcome.kind == OUTCOME_APPLIED;
        assert_true(reply->outcome.kind == OUTCOME_APPLIED ||
                    reply->outcome.kind == OUTCOME_FOUND || reply->outcome.kind == OUTCOME_REFUSED);
    }
    assert_null(store_take_reply(store));
    assert_int_equal(applied, count > 3 ? 2 : 1); /* each lock has one winner */
    free(replied);
    lock_id_destroy(ids[0]);
    lock_id_destroy(ids[1]);
}

static void *wake_store(void *store)
{
    store_wake(store);
    return NULL;
}

static void a_wait_ends_by_itself(void **state)
{
    struct contract *contract = *state;
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    struct instant until = instant_add(clock_now(), duration_from_ms(20));

    while (instant_before(clock_now(), until)) {
        store_wait(store, until);
    }
    store_wait(store, (struct instant){0});
    assert_null(store_take_reply(store));
}

static void wake_ends_a_wait(void **state)
{
    struct contract *contract = *state;
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    pthread_t thread;

    store_wake(store); /* before the wait: then that one returns */
    store_wait(store, INSTANT_NEVER);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(pthread_create(&thread, NULL, wake_store, store), 0);
        store_wait(store, INSTANT_NEVER);
        assert_int_equal(pthread_join(thread, NULL), 0);
        store_wait(store, (struct instant){0}); /* had it returned early, this takes the wake-up */
    }
}

const struct CMUnitTest contract_id_cases[] = {
    cmocka_unit_test(string_ids),
    cmocka_unit_test(number_ids),
    cmocka_unit_test(binary_ids),
    cmocka_unit_test(equal_numbers_are_one_lock),
    cmocka_unit_test(the_sort_key_zero_is_a_key),
    cmocka_unit_test(the_sort_key_may_be_empty_where_it_can),
    cmocka_unit_test(the_longest_ids),
    cmocka_unit_test(owners_are_kept),
    cmocka_unit_test(every_request_has_one_reply),
    cmocka_unit_test(a_wait_ends_by_itself),
    cmocka_unit_test(wake_ends_a_wait),
};

const size_t contract_id_count = sizeof(contract_id_cases) / sizeof(contract_id_cases[0]);
