/* store_contract.c - running the cases of every store, and what they share. */
#include "support/store_contract.h"

#include <assert.h>

#include "base/clock.h"
#include "base/random.h"

enum { REQUEST_TIME_MS = 60000, CASES_MAX = 100 };

static size_t type_index(ddblock_key_type type)
{
    return type == DDBLOCK_KEY_STRING   ? 0
           : type == DDBLOCK_KEY_NUMBER ? 1
           : type == DDBLOCK_KEY_BINARY ? 2
                                        : 3;
}

struct store *contract_store(struct contract *contract, ddblock_key_type partition,
                             ddblock_key_type sort)
{
    struct store **store = &contract->stores[type_index(partition)][type_index(sort)];

    if (*store == NULL) {
        *store = contract->open(contract, partition, sort);
        assert_non_null(*store);
        assert_true((*store)->capacity >= 1);
    }
    return *store;
}

static void contract_close(struct contract *contract)
{
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 4; j++) {
            store_destroy(contract->stores[i][j], false);
            contract->stores[i][j] = NULL;
        }
    }
}

int contract_run(struct contract *contract, const struct CMUnitTest *extra, size_t extra_count)
{
    const struct {
        const struct CMUnitTest *cases;
        size_t count;
    } lists[] = {
        {contract_open_cases, contract_open_count},
        {contract_closed_cases, contract_closed_count},
        {contract_id_cases, contract_id_count},
        {contract_list_cases, contract_list_count},
        {extra, extra_count},
    };
    struct CMUnitTest cases[CASES_MAX] = {0};
    size_t count = 0;
    int failed;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        for (size_t j = 0; j < lists[i].count; j++) {
            assert(count < CASES_MAX);
            cases[count] = lists[i].cases[j];
            cases[count].initial_state = contract;
            count++;
        }
    }
    failed = _cmocka_run_group_tests(contract->name, cases, count, NULL, NULL);
    contract_close(contract);
    return failed;
}

struct lock_id *contract_id_from(ddblock_key partition, ddblock_key sort)
{
    ddblock_id id = {.partition = partition, .sort = sort};
    struct lock_id *created = NULL;
    ddblock_error error = {0};

    if (lock_id_create(&id, &created, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return created;
}

struct lock_id *contract_id(void)
{
    uint64_t number = 0;
    char name[64];

    assert_true(random_fill(&number, sizeof(number)));
    snprintf(name, sizeof(name), "contract-%016llx", (unsigned long long)number);
    return contract_id_from(ddblock_key_string(name), (ddblock_key){0});
}

struct request contract_request(enum request_kind kind)
{
    struct request ask = {.kind = kind, .lease_ms = 10000, .wall_ms = clock_wall_ms()};

    assert_true(random_fill(&ask.fresh, sizeof(ask.fresh)));
    ask.give_up_at = instant_add(clock_now(), duration_from_ms(REQUEST_TIME_MS));
    return ask;
}

struct request contract_request_mine(enum request_kind kind, const struct guid *mine)
{
    struct request ask = contract_request(kind);

    ask.mine[0] = *mine;
    ask.mine_count = 1;
    return ask;
}

struct request contract_request_observed(enum request_kind kind, const struct record *observed)
{
    struct request ask = contract_request(kind);

    ask.observed = observed->guid;
    ask.observed_token = observed->token;
    return ask;
}

static struct answer ask_once(struct store *store, struct store_request request)
{
    static uint64_t tag = 0;
    const struct store_reply *reply;
    struct answer answer = {0};

    request.tag = ++tag;
    assert_null(store_take_reply(store));
    store_submit(store, &request);
    while ((reply = store_take_reply(store)) == NULL) {
        store_wait(store, INSTANT_NEVER);
    }
    assert_int_equal(reply->tag, tag);
    answer.outcome = reply->outcome;
    memcpy(answer.message, reply->message, sizeof(answer.message));
    assert_null(store_take_reply(store));
    return answer;
}

struct answer contract_ask(struct contract *contract, struct store *store, const struct lock_id *id,
                           const struct request *ask)
{
    struct store_request request = {.id = id, .owner = "tester", .ask = ask};
    struct answer answer = ask_once(store, request);

    if (answer.outcome.kind == OUTCOME_REFUSED && answer.outcome.record.kind == RECORD_UNKNOWN) {
        struct request look = contract_request(REQUEST_READ_LATEST);

        assert_true(contract->refuses_blindly);
        request.ask = &look;
        answer.outcome.record = ask_once(store, request).outcome.record;
        assert_int_not_equal(answer.outcome.record.kind, RECORD_UNKNOWN);
    }
    return answer;
}

struct outcome contract_expect(struct contract *contract, const struct lock_id *id,
                               const struct request *ask, enum outcome_kind expected)
{
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    struct answer answer = contract_ask(contract, store, id, ask);

    if (answer.outcome.kind != expected) {
        fail_msg("request %d has outcome %d, not %d: %s", ask->kind, answer.outcome.kind, expected,
                 answer.message);
    }
    return answer.outcome;
}

struct record contract_look(struct contract *contract, const struct lock_id *id)
{
    struct request look = contract_request(REQUEST_READ_LATEST);

    return contract_expect(contract, id, &look, OUTCOME_FOUND).record;
}

struct guid contract_hold(struct contract *contract, const struct lock_id *id,
                          enum request_kind kind)
{
    struct request ask = contract_request(kind);

    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    return ask.fresh;
}

void expect_same_record(const struct record *a, const struct record *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_true(foreign_guid_equal(&a->guid, &b->guid));
    assert_int_equal(a->token, b->token);
    assert_int_equal(a->lease_ms, b->lease_ms);
    assert_int_equal(a->acquired_time_unix_ms, b->acquired_time_unix_ms);
    assert_string_equal(a->owner, b->owner);
}

void contract_expect_refused(struct contract *contract, const struct lock_id *id,
                             const struct request *ask, enum record_kind stands)
{
    struct record before = contract_look(contract, id);
    struct outcome outcome = contract_expect(contract, id, ask, OUTCOME_REFUSED);
    struct record after = contract_look(contract, id);

    assert_int_equal(before.kind, stands);
    expect_same_record(&before, &outcome.record);
    expect_same_record(&before, &after);
}

void contract_fill(struct store *store, struct page *page)
{
    struct request ask = contract_request(REQUEST_LIST);
    struct answer answer = ask_once(store, (struct store_request){.page = page, .ask = &ask});

    if (answer.outcome.kind != OUTCOME_FOUND) {
        fail_msg("a list has outcome %d: %s", answer.outcome.kind, answer.message);
    }
    assert_true(page->count <= page->limit);
    assert_int_equal(page->is_last, page->after == NULL);
}
