/* list_test.c - lists of locks in a table of DynamoDB's: trouble on the way, foreign items, and
 * options that do not fit the table. */
#include <stdbool.h>

#include "support/dynamodb.h"
#include "support/raw_dynamodb.h"
#include "support/testing.h"

enum { ITEMS = 30 };

/* Puts an item with these attributes, JSON that begins with a comma. */
static void put_item(const struct table *table, const char *engine, const char *key,
                     const char *attributes)
{
    char body[1024];
    char reply[256];

    snprintf(body, sizeof(body), "{\"TableName\":\"%s\",\"Item\":{\"id\":{\"S\":\"%s\"}%s}}",
             table->name, key, attributes);
    raw_dynamodb(engine, "PutItem", body, reply, sizeof(reply));
}

static ddblock_list *list_open(ddblock_store *store, const ddblock_key *partition,
                               uint32_t page_size)
{
    ddblock_list_options options;
    ddblock_list *list = NULL;
    ddblock_error error = {0};

    ddblock_list_options_init(&options);
    options.partition = partition;
    options.page_size = page_size;
    expect_status(ddblock_list_open(store, &options, &list, &error), DDBLOCK_OK, &error);
    return list;
}

/* Each request of a list meets trouble once. Each time that the list gives up it goes on where it
 * was. */
static void a_list_goes_on_after_trouble(void **state)
{
    struct table table;
    ddblock_list *list = NULL;
    const ddblock_list_entry *entry = NULL;
    bool seen[ITEMS] = {false};
    size_t count = 0;
    size_t failures = 0;
    bool ended = false;
    ddblock_error error = {0};

    table_open(&table, *state);
    for (size_t i = 0; i < ITEMS; i++) {
        char key[16];

        snprintf(key, sizeof(key), "lock-%zu", i);
        put_item(&table, getenv(*state), key, "");
    }
    fault_proxy_tell(&table.proxy, "on Scan 1 refuse 500");
    fault_proxy_tell(&table.proxy, "on Scan 3 drop-reply");
    fault_proxy_tell(&table.proxy, "on Scan 4 reset");
    fault_proxy_tell(&table.proxy, "on Scan 6 refuse 503");
    fault_proxy_tell(&table.proxy, "on Scan 7 refuse 503");
    fault_proxy_tell(&table.proxy, "on Scan 8 refuse 503");
    fault_proxy_tell(&table.proxy, "on Scan 9 refuse 503");
    fault_proxy_tell(&table.proxy, "on Scan 11 refuse 400");
    list = list_open(table.proxied, NULL, 7);
    while (!ended) {
        ddblock_status status = ddblock_list_next(list, &entry, &error);

        if (status == DDBLOCK_UNAVAILABLE) {
            failures++;
            continue;
        }
        expect_status(status, DDBLOCK_OK, &error);
        ended = entry == NULL;
        if (!ended) {
            char name[32];
            size_t number = ITEMS;

            snprintf(name, sizeof(name), "%.*s", (int)entry->id.partition.size,
                     (const char *)entry->id.partition.data);
            assert_int_equal(sscanf(name, "lock-%zu", &number), 1);
            assert_in_range(number, 0, ITEMS - 1);
            assert_false(seen[number]);
            seen[number] = true;
            count++;
        }
    }
    assert_int_equal(failures, 1); /* four in a row */
    assert_int_equal(count, ITEMS);
    assert_int_equal(fault_proxy_ask(&table.proxy, "faults"), 8);
    ddblock_list_close(list);
    table_close(&table);
}

/* Items that are no locks are listed as such; one of 390 KB too, whose page is larger than any
 * lock's reply may be. */
static void foreign_items_are_listed_as_what_they_are(void **state)
{
    enum { LARGE = 390 * 1024 };
    struct table table;
    ddblock_list *list = NULL;
    const ddblock_list_entry *entry = NULL;
    size_t bad = 0;
    size_t closed = 0;
    char *body = malloc(6 * LARGE + 1024);
    char reply[256];
    size_t size;
    ddblock_error error = {0};

    assert_non_null(body);
    table_open(&table, *state);
    put_item(&table, getenv(*state), "a\\u0001\\\"", ",\"fencingToken\":{\"S\":\"x\"}");
    put_item(&table, getenv(*state), "b", "");
    size = (size_t)sprintf(body,
                           "{\"TableName\":\"%s\",\"Item\":{\"id\":{\"S\":\"c\"},"
                           "\"owner\":{\"S\":\"",
                           table.name);
    for (size_t i = 0; i < LARGE; i++) {
        size += (size_t)sprintf(body + size, "\\u0001");
    }
    (void)sprintf(body + size, "\"}}}");
    raw_dynamodb(getenv(*state), "PutItem", body, reply, sizeof(reply));

    list = list_open(table.direct, NULL, 10);
    for (;;) {
        expect_status(ddblock_list_next(list, &entry, &error), DDBLOCK_OK, &error);
        if (entry == NULL) {
            break;
        }
        bad += entry->info.kind == DDBLOCK_ITEM_BAD;
        closed += entry->info.kind == DDBLOCK_ITEM_FAIL_CLOSED;
        assert_int_equal(entry->defect != NULL, entry->info.kind == DDBLOCK_ITEM_BAD);
    }
    assert_int_equal(bad, 1);
    assert_int_equal(closed, 2);
    ddblock_list_close(list);
    table_close(&table);
    free(body);
}

static void expect_failure(ddblock_store *store, const ddblock_key *partition,
                           const ddblock_key *prefix, ddblock_status expected)
{
    ddblock_list_options options;
    ddblock_list *list = NULL;
    const ddblock_list_entry *entry = NULL;
    ddblock_error error = {0};

    ddblock_list_options_init(&options);
    options.partition = partition;
    options.prefix = prefix;
    expect_status(ddblock_list_open(store, &options, &list, &error), DDBLOCK_OK, &error);
    expect_status(ddblock_list_next(list, &entry, &error), expected, &error);
    if (expected == DDBLOCK_WRONG_SCHEMA) { /* with what would be right */
        assert_non_null(strstr(error.message, "has the keys \"id\" (S) alone"));
    }
    ddblock_list_close(list);
}

static void options_must_fit_the_table(void **state)
{
    struct table table;
    ddblock_dynamodb_options options;
    ddblock_store *other = NULL;
    const ddblock_key number = ddblock_key_number("1");
    const ddblock_key string = ddblock_key_string("a");
    ddblock_error error = {0};

    table_open(&table, *state);
    put_item(&table, getenv(*state), "a", "");
    expect_failure(table.direct, &number, NULL, DDBLOCK_WRONG_SCHEMA);
    expect_failure(table.direct, &string, &string, DDBLOCK_INVALID);

    ddblock_dynamodb_options_init(&options);
    options.lock_table = table.name;
    options.endpoint = getenv(*state);
    options.region = RAW_REGION;
    options.access_key_id = RAW_ACCESS_KEY_ID;
    options.secret_access_key = "made-up";
    options.partition_key = "name";
    expect_status(ddblock_store_open_dynamodb(&options, &other, &error), DDBLOCK_OK, &error);
    expect_failure(other, NULL, NULL, DDBLOCK_WRONG_SCHEMA);
    expect_failure(other, &string, NULL, DDBLOCK_WRONG_SCHEMA);
    ddblock_store_close(other);

    options.partition_key = NULL;
    options.sort_key = "part";
    expect_status(ddblock_store_open_dynamodb(&options, &other, &error), DDBLOCK_OK, &error);
    expect_failure(other, NULL, NULL, DDBLOCK_WRONG_SCHEMA);
    expect_failure(other, &string, &string, DDBLOCK_WRONG_SCHEMA);
    ddblock_store_close(other);

    options.lock_table = "no-such-table";
    expect_status(ddblock_store_open_dynamodb(&options, &other, &error), DDBLOCK_OK, &error);
    expect_failure(other, NULL, NULL, DDBLOCK_NO_TABLE);
    ddblock_store_close(other);
    table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(a_list_goes_on_after_trouble),
        ON_BOTH_ENGINES(foreign_items_are_listed_as_what_they_are),
        ON_BOTH_ENGINES(options_must_fit_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
