/* dynamodb_store_test.c - the contract of a store, on the engines that the environment names, and
 * foreign items in its table. */
#include "support/store_contract.h"

#include "base/random.h"
#include "store/stores.h"
#include "support/raw_dynamodb.h"

enum { TABLE_NAME_SIZE = 64 };

struct engine {
    const char *endpoint;
    char table[TABLE_NAME_SIZE]; /* that with plain ids */
};

static ddblock_dynamodb_options options_for(const char *endpoint, const char *table,
                                            ddblock_key_type sort)
{
    ddblock_dynamodb_options options;

    ddblock_dynamodb_options_init(&options);
    options.endpoint = endpoint;
    options.lock_table = table;
    options.sort_key = sort != DDBLOCK_KEY_NONE ? "part" : NULL;
    options.region = RAW_REGION;
    options.access_key_id = RAW_ACCESS_KEY_ID;
    options.secret_access_key = "made-up";
    return options;
}

static struct store *open_dynamodb(struct contract *contract, ddblock_key_type partition,
                                   ddblock_key_type sort)
{
    struct engine *engine = contract->context;
    ddblock_dynamodb_options options;
    char table[TABLE_NAME_SIZE];
    struct store *store = NULL;
    ddblock_error error = {0};
    ddblock_table_options keys;
    uint64_t number = 0;

    assert_true(random_fill(&number, sizeof(number)));
    snprintf(table, sizeof(table), "contract-%016llx", (unsigned long long)number);
    options = options_for(engine->endpoint, table, sort);
    ddblock_table_options_init(&keys);
    keys.partition_type = partition;
    keys.sort_type = sort;
    if (ddblock_table_create(&options, &keys, &error) != DDBLOCK_OK ||
        store_dynamodb_open(&options, &store, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    if (partition == DDBLOCK_KEY_STRING && sort == DDBLOCK_KEY_NONE) {
        memcpy(engine->table, table, sizeof(table));
    }
    return store;
}

/* Opens the store for plain ids, so that its table is there. */
static struct engine *plain_engine(struct contract *contract)
{
    (void)contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    return contract->context;
}

/* Puts an item with these attributes, JSON that begins with a comma, where the lock is. */
static struct lock_id *put_item(struct contract *contract, const char *attributes)
{
    struct engine *engine = plain_engine(contract);
    struct lock_id *id = contract_id();
    static char body[4096];
    char reply[256];

    snprintf(body, sizeof(body),
             "{\"TableName\":\"%s\",\"Item\":{\"id\":{\"S\":\"%.*s\"}%s},"
             "\"ReturnValues\":\"NONE\"}",
             engine->table, (int)id->partition.value.size, (const char *)id->partition.value.data,
             attributes);
    raw_dynamodb(engine->endpoint, "PutItem", body, reply, sizeof(reply));
    return id;
}

/* The item as the engine tells it. */
static void get_item(struct contract *contract, const struct lock_id *id, char *reply, size_t size)
{
    struct engine *engine = plain_engine(contract);
    char body[512];

    snprintf(body, sizeof(body),
             "{\"TableName\":\"%s\",\"Key\":{\"id\":{\"S\":\"%.*s\"}},\"ConsistentRead\":true}",
             engine->table, (int)id->partition.value.size, (const char *)id->partition.value.data);
    raw_dynamodb(engine->endpoint, "GetItem", body, reply, size);
}

#define GUID     ",\"guid\":{\"B\":\"AAEC\"}"
#define TOKEN(n) ",\"fencingToken\":{\"N\":\"" n "\"}"
#define LEASE(n) ",\"leaseDurationMs\":{\"N\":\"" n "\"}"
#define HELD     GUID TOKEN("7") LEASE("10000")
#define A_32     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A_128    A_32 A_32 A_32 A_32

/* Items that nobody may acquire, and what they are. */
static void foreign_items_are_not_acquired(void **state)
{
    static const struct {
        const char *attributes;
        enum record_kind kind;
    } items[] = {
        {"", RECORD_FAIL_CLOSED},
        {GUID, RECORD_FAIL_CLOSED},
        {GUID LEASE("1"), RECORD_FAIL_CLOSED},
        {",\"guid\":{\"S\":\"x\"}", RECORD_FAIL_CLOSED},
        {",\"guid\":{\"BOOL\":true}", RECORD_BAD},
        {HELD, RECORD_FAIL_OPEN},
        {GUID TOKEN("7") LEASE("1E+4"), RECORD_FAIL_OPEN},
        {GUID TOKEN("9007199254740991") LEASE("1"), RECORD_FAIL_OPEN},
        {TOKEN("7") LEASE("10000"), RECORD_BAD},
        {GUID TOKEN("7"), RECORD_BAD},
        {GUID TOKEN("7") ",\"leaseDurationMs\":{\"S\":\"1\"}", RECORD_BAD},
        {GUID TOKEN("7") ",\"leaseDurationMs\":{\"NULL\":true}", RECORD_BAD},
        {GUID TOKEN("7") LEASE("1.5"), RECORD_BAD},
        {GUID TOKEN("7") LEASE("10000.5"), RECORD_BAD},
        {GUID TOKEN("7") LEASE("1E+125"), RECORD_BAD},
        {GUID TOKEN("7") LEASE("99999999999999999999999999999999999999"), RECORD_BAD},
        {GUID TOKEN("0") LEASE("10000"), RECORD_BAD},
        {GUID TOKEN("-1") LEASE("1"), RECORD_BAD},
        {GUID TOKEN("1.5") LEASE("10000"), RECORD_BAD},
        {GUID TOKEN("9007199254740992") LEASE("1"), RECORD_BAD},
        {GUID TOKEN("1E+125") LEASE("1"), RECORD_BAD},
        {GUID ",\"fencingToken\":{\"S\":\"7\"}" LEASE("1"), RECORD_BAD},
        {GUID ",\"fencingToken\":{\"BOOL\":true}" LEASE("1"), RECORD_BAD},
        {GUID ",\"fencingToken\":{\"L\":[{\"N\":\"7\"}]}" LEASE("1"), RECORD_BAD},
        {",\"guid\":{\"S\":\"" A_128 "a\"}" TOKEN("7") LEASE("10000"), RECORD_BAD},
        {",\"guid\":{\"M\":{}}" TOKEN("7") LEASE("10000"), RECORD_BAD},
    };
    struct contract *contract = *state;

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        struct lock_id *id = put_item(contract, items[i].attributes);
        struct record record = contract_look(contract, id);
        struct request ask = contract_request(REQUEST_ACQUIRE);

        if (record.kind != items[i].kind) {
            fail_msg("kind %d, not %d: %s", record.kind, items[i].kind, items[i].attributes);
        }
        assert_int_equal(record.defect != NULL, record.kind == RECORD_BAD);
        contract_expect_refused(contract, id, &ask, items[i].kind);
        ask = contract_request(REQUEST_ACQUIRE_CLOSED);
        contract_expect_refused(contract, id, &ask, items[i].kind);
        lock_id_destroy(id);
    }
}

/* Released, though their writer was odd: the token counts on, or is none. */
static void released_foreign_items_are_acquired(void **state)
{
    static const struct {
        const char *attributes;
        uint64_t token;
    } items[] = {
        {GUID TOKEN("7") LEASE("1"), 8},
        {GUID TOKEN("7") LEASE("0"), 8},
        {GUID TOKEN("7") LEASE("-99999999999999999999"), 8},
        {GUID TOKEN("9007199254740990") LEASE("1"), TOKEN_MAX},
        {GUID TOKEN("1.5") LEASE("1"), 0}, /* 2.5 is no token, and the protocol gives it back */
    };
    struct contract *contract = *state;

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        struct lock_id *id = put_item(contract, items[i].attributes);
        struct request ask = contract_request(REQUEST_ACQUIRE);

        assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token,
                         items[i].token);
        lock_id_destroy(id);
    }
}

/* A guid that we did not write is compared with its type. */
static void foreign_guids_are_taken_over_by_type(void **state)
{
    static const struct {
        const char *guid;
        char type;
        const char *bytes;
    } items[] = {
        {",\"guid\":{\"S\":\"AAEC\"}", 'S', "AAEC"},
        {",\"guid\":{\"S\":\"" A_128 "\"}", 'S', A_128},
        {",\"guid\":{\"S\":\"\xC3\xBC\\\"\\\\\"}", 'S', "\xC3\xBC\"\\"},
        {",\"guid\":{\"N\":\"12345678901234567890123456789012345678\"}", 'N',
         "12345678901234567890123456789012345678"},
        {",\"guid\":{\"B\":\"QUFFQw==\"}", 'B', "AAEC"},
    };
    struct contract *contract = *state;

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        static const char types[] = {'S', 'B'};
        char attributes[1024];
        struct record seen;
        struct request ask;
        struct lock_id *id;

        snprintf(attributes, sizeof(attributes), "%s%s", items[i].guid, TOKEN("7") LEASE("500"));
        id = put_item(contract, attributes);
        seen = contract_look(contract, id);
        assert_int_equal(seen.kind, RECORD_FAIL_OPEN);
        assert_int_equal(seen.guid.type, items[i].type);
        assert_true(
            bytes_equal_string(bytes_from(seen.guid.bytes, seen.guid.size), items[i].bytes));
        for (size_t t = 0; t < sizeof(types); t++) {
            if (types[t] != items[i].type) {
                ask = contract_request_observed(REQUEST_TAKE_OVER, &seen);
                ask.observed.type = types[t];
                contract_expect_refused(contract, id, &ask, RECORD_FAIL_OPEN);
            }
        }
        ask = contract_request_observed(REQUEST_TAKE_OVER, &seen);
        assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, 8);
        lock_id_destroy(id);
    }
}

static void a_closed_item_without_a_guid_can_be_broken(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = put_item(contract, ",\"note\":{\"S\":\"by hand\"}");
    struct record seen = contract_look(contract, id);
    struct request ask = contract_request_observed(REQUEST_BREAK_CLOSED, &seen);

    assert_int_equal(seen.guid.type, 0);
    ask.observed = foreign_guid_from(&ask.fresh);
    contract_expect_refused(contract, id, &ask, RECORD_FAIL_CLOSED);
    ask = contract_request_observed(REQUEST_BREAK_CLOSED, &seen);
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    assert_int_equal(contract_look(contract, id).kind, RECORD_ABSENT);
    lock_id_destroy(id);
}

static void other_attributes_are_left_alone(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = put_item(
        contract, HELD ",\"note\":{\"S\":\"keep me\"},\"list\":{\"L\":[{\"N\":\"42\"}]},"
                       "\"owner\":{\"N\":\"5\"},\"lockAcquiredTimeUnixMs\":{\"S\":\"then\"}");
    struct record seen = contract_look(contract, id);
    struct request ask = contract_request_observed(REQUEST_TAKE_OVER, &seen);
    struct request next;
    char item[4096];

    assert_int_equal(seen.kind, RECORD_FAIL_OPEN);
    assert_string_equal(seen.owner, "");
    assert_int_equal(seen.acquired_time_unix_ms, -1);
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    next = contract_request_mine(REQUEST_RENEW, &ask.fresh);
    (void)contract_expect(contract, id, &next, OUTCOME_APPLIED);
    ask = contract_request_mine(REQUEST_RELEASE, &next.fresh);
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    ask = contract_request(REQUEST_ACQUIRE);
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, 9);
    get_item(contract, id, item, sizeof(item));
    assert_non_null(strstr(item, "keep me"));
    assert_non_null(strstr(item, "42"));
    lock_id_destroy(id);
}

/* What we write has the types and names of docs/protocol.md. */
static void our_items_have_the_attributes_of_the_protocol(void **state)
{
    static const char *const parts[] = {"\"fencingToken\":{\"N\":\"1\"}",
                                        "\"leaseDurationMs\":{\"N\":\"10000\"}",
                                        "\"lockAcquiredTimeUnixMs\":{\"N\":\"1700000000000\"}",
                                        "\"owner\":{\"S\":\"tester\"}", "\"guid\":{\"B\":\""};
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);
    char item[4096];

    ask.wall_ms = 1700000000000;
    (void)contract_expect(contract, id, &ask, OUTCOME_APPLIED);
    get_item(contract, id, item, sizeof(item));
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(item, parts[i]) == NULL) {
            fail_msg("no %s in %s", parts[i], item);
        }
    }
    lock_id_destroy(id);
}

/* An id that does not fit the table is a clear error, not a lock. */
static void ids_must_fit_the_table(void **state)
{
    struct contract *contract = *state;
    struct store *plain = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    struct store *sorted = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_STRING);
    const struct {
        struct store *store;
        ddblock_id id;
        ddblock_status status;
    } wrong[] = {
        {plain, {ddblock_key_number("1"), {0}}, DDBLOCK_WRONG_SCHEMA},
        {plain, {ddblock_key_string("a"), ddblock_key_string("b")}, DDBLOCK_INVALID},
        {sorted, {ddblock_key_string("a"), {0}}, DDBLOCK_INVALID},
        {sorted, {ddblock_key_string("a"), ddblock_key_number("1")}, DDBLOCK_WRONG_SCHEMA},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct lock_id *id = contract_id_from(wrong[i].id.partition, wrong[i].id.sort);
        struct request ask = contract_request(REQUEST_ACQUIRE);
        struct answer answer = contract_ask(contract, wrong[i].store, id, &ask);

        assert_int_equal(answer.outcome.kind, OUTCOME_FAILED);
        assert_int_equal(answer.outcome.status, wrong[i].status);
        assert_true(strlen(answer.message) > 0);
        lock_id_destroy(id);
    }
}

/* Runs the suite on the engine whose URL is in this environment variable. */
static int run(const char *name, const char *variable)
{
    const struct CMUnitTest extra[] = {
        cmocka_unit_test(foreign_items_are_not_acquired),
        cmocka_unit_test(released_foreign_items_are_acquired),
        cmocka_unit_test(foreign_guids_are_taken_over_by_type),
        cmocka_unit_test(a_closed_item_without_a_guid_can_be_broken),
        cmocka_unit_test(other_attributes_are_left_alone),
        cmocka_unit_test(our_items_have_the_attributes_of_the_protocol),
        cmocka_unit_test(ids_must_fit_the_table),
    };
    struct engine engine = {.endpoint = getenv(variable)};
    struct contract contract = {
        .name = name,
        .open = open_dynamodb,
        .context = &engine,
        .refuses_blindly = true,
        .no_empty_sort = true,
    };

    if (engine.endpoint == NULL) {
        printf("%s is skipped: %s is not set (see test/support/engines.js)\n", name, variable);
        return 0;
    }
    return contract_run(&contract, extra, sizeof(extra) / sizeof(extra[0]));
}

int main(void)
{
    return run("DynamoDB Local", "DDBLOCK_TEST_DYNAMODB_ENDPOINT") +
           run("dynalite", "DDBLOCK_TEST_DYNALITE_ENDPOINT");
}
