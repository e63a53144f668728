/* fence_test.c - transactions with a fence commit while the acquisition holds, and no longer.
 *
 * On DynamoDB Local alone: dynalite has no transactions. */
#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "support/dynamodb.h"
#include "support/raw_dynamodb.h"
#include "support/testing.h"

enum { LEASE_MS = 60000, SHORT_LEASE_MS = 300 };

static const ddblock_id plain_id = {
    .partition = {.type = DDBLOCK_KEY_STRING, .data = "lock", .size = 4},
};

static ddblock_client *client_open(ddblock_store *store, int64_t lease_ms, int64_t heartbeat_ms)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;
    ddblock_error error = {0};

    ddblock_client_options_init(&options);
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = heartbeat_ms;
    expect_status(ddblock_client_open(store, &options, &client, &error), DDBLOCK_OK, &error);
    return client;
}

static ddblock_lock *acquire(ddblock_client *client, const ddblock_id *id)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    ddblock_error error = {0};

    ddblock_acquire_options_init(&options);
    options.wait_ms = 30000;
    expect_status(ddblock_acquire(client, id, &options, &lock, &error), DDBLOCK_OK, &error);
    return lock;
}

static ddblock_fence *fence_of(const ddblock_lock *lock)
{
    ddblock_fence *fence = NULL;
    ddblock_error error = {0};

    expect_status(ddblock_lock_fence(lock, &fence, &error), DDBLOCK_OK, &error);
    return fence;
}

/* A transaction of a fence's element and a write to another table. False: cancelled by the fence.
 */
static bool commits_with(const char *element, const struct table *data)
{
    char body[65536];
    char reply[4096];
    int status;

    snprintf(body, sizeof(body),
             "{\"TransactItems\":[{\"Put\":{\"TableName\":\"%s\","
             "\"Item\":{\"id\":{\"S\":\"data\"}}}},%s]}",
             data->name, element);
    status = raw_dynamodb_ask(getenv("DDBLOCK_TEST_DYNAMODB_ENDPOINT"), "TransactWriteItems", body,
                              reply, sizeof(reply));
    if (status != 200 && (strstr(reply, "TransactionCanceledException") == NULL ||
                          strstr(reply, "[None, ConditionalCheckFailed]") == NULL)) {
        fail_msg("%s: %s", body, reply);
    }
    return status == 200;
}

static bool commits(const ddblock_fence *fence, const struct table *data)
{
    return commits_with(fence->element, data);
}

/* Waits until a heartbeat has changed the item. */
static void await_heartbeat(struct table *table)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    ddblock_info before = table_show(table, "lock");
    ddblock_info after = table_show(table, "lock");

    while (memcmp(before.version, after.version, sizeof(after.version)) == 0) {
        nanosleep(&pause, NULL);
        after = table_show(table, "lock");
    }
    assert_int_equal(after.fencing_token, before.fencing_token);
}

static void it_holds_over_heartbeats_until_the_release(void **state)
{
    struct table table;
    ddblock_client *client;
    ddblock_lock *lock;
    ddblock_fence *first;
    ddblock_fence *second;

    table_open(&table, *state);
    client = client_open(table.direct, LEASE_MS, 100);
    lock = acquire(client, &plain_id);
    first = fence_of(lock);
    for (int i = 0; i < 3; i++) {
        assert_true(commits(first, &table));
        await_heartbeat(&table);
    }
    assert_true(commits(first, &table));
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_false(commits(first, &table));

    lock = acquire(client, &plain_id); /* the same client, another acquisition */
    second = fence_of(lock);
    assert_false(commits(first, &table));
    assert_true(commits(second, &table));
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_false(commits(second, &table));
    ddblock_fence_free(first);
    ddblock_fence_free(second);
    ddblock_fence_free(NULL);
    ddblock_client_close(client);
    table_close(&table);
}

/* A holder whose lease is over may write until somebody has the lock, and then no more, whatever it
 * believes. */
static void it_holds_until_the_lock_is_taken_over(void **state)
{
    struct table table;
    ddblock_client *paused;
    ddblock_client *other;
    ddblock_lock *old;
    ddblock_lock *new;
    ddblock_fence *old_fence;
    ddblock_fence *new_fence;

    table_open(&table, *state);
    paused = client_open(table.direct, SHORT_LEASE_MS, 0);
    other = client_open(table.proxied, LEASE_MS, DDBLOCK_AUTO);
    old = acquire(paused, &plain_id);
    old_fence = fence_of(old);
    while (ddblock_lock_state(old, NULL) != DDBLOCK_STATE_LOST) {
        assert_true(commits(old_fence, &table));
    }
    assert_true(commits(old_fence, &table));
    new = acquire(other, &plain_id);
    new_fence = fence_of(new);
    assert_false(commits(old_fence, &table));
    assert_true(commits(new_fence, &table));
    assert_int_equal(ddblock_release(old, NULL), DDBLOCK_LOST);
    assert_true(commits(new_fence, &table));
    assert_int_equal(ddblock_release(new, NULL), DDBLOCK_OK);
    assert_false(commits(new_fence, &table));
    ddblock_fence_free(old_fence);
    ddblock_fence_free(new_fence);
    ddblock_client_close(paused);
    ddblock_client_close(other);
    table_close(&table);
}

static void it_does_not_hold_when_the_lock_is_broken_or_deleted(void **state)
{
    struct table table;
    ddblock_client *client;
    ddblock_lock *lock;
    ddblock_fence *fence;
    ddblock_info info;
    char body[256];
    char reply[256];

    table_open(&table, *state);
    client = client_open(table.direct, LEASE_MS, 0);
    lock = acquire(client, &plain_id);
    fence = fence_of(lock);
    assert_true(commits(fence, &table));
    info = table_show(&table, "lock");
    assert_int_equal(ddblock_break(table.direct, &plain_id, &info, NULL), DDBLOCK_OK);
    assert_false(commits(fence, &table));
    (void)ddblock_release(lock, NULL);
    ddblock_fence_free(fence);

    lock = acquire(client, &plain_id);
    fence = fence_of(lock);
    assert_true(commits(fence, &table));
    snprintf(body, sizeof(body), "{\"TableName\":\"%s\",\"Key\":{\"id\":{\"S\":\"lock\"}}}",
             table.name);
    raw_dynamodb(getenv(*state), "DeleteItem", body, reply, sizeof(reply));
    assert_false(commits(fence, &table));
    (void)ddblock_release(lock, NULL);
    ddblock_fence_free(fence);
    ddblock_client_close(client);
    table_close(&table);
}

/* The parts make the same element. */
static void expect_parts(const ddblock_fence *fence)
{
    json_t *element = json_loads(fence->element, JSON_ALLOW_NUL, NULL);
    json_t *parts = json_pack(
        "{s:{s:s,s:s,s:o,s:o,s:o}}", "ConditionCheck", "TableName", fence->table_name,
        "ConditionExpression", fence->condition_expression, "Key",
        json_loads(fence->key, JSON_ALLOW_NUL, NULL), "ExpressionAttributeNames",
        json_loads(fence->expression_attribute_names, 0, NULL), "ExpressionAttributeValues",
        json_loads(fence->expression_attribute_values, 0, NULL));

    assert_non_null(element);
    assert_true(json_equal(element, parts));
    json_decref(element);
    json_decref(parts);
}

/* Acquires a lock of a store, and sees its fence hold and not hold. */
static void expect_fence(ddblock_store *store, const ddblock_id *id, const struct table *data)
{
    ddblock_client *client = client_open(store, LEASE_MS, 0);
    ddblock_lock *lock = acquire(client, id);
    ddblock_fence *fence = fence_of(lock);

    expect_parts(fence);
    assert_true(commits(fence, data));
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_false(commits(fence, data));
    ddblock_fence_free(fence);
    ddblock_client_close(client);
}

static void it_holds_for_ids_of_every_kind(void **state)
{
    static char longest[2048];
    const ddblock_key keys[] = {
        ddblock_key_string("a\"\\\x01\n'} \xF0\x9F\x94\x92"),
        {.type = DDBLOCK_KEY_STRING, .data = "a\0b", .size = 3},
        ddblock_key_number("-12345678901234567890123456789012345678"),
        ddblock_key_binary("\0\xFF\x80\n", 4),
    };
    struct table data;

    table_open(&data, *state);
    memset(longest, '\x01', sizeof(longest));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        ddblock_id id = {.partition = keys[i], .sort = keys[3 - i]};
        ddblock_dynamodb_options options;
        ddblock_table_options made;
        ddblock_store *store = NULL;
        ddblock_error error = {0};
        char name[96];

        snprintf(name, sizeof(name), "%s-%zu", data.name, i);
        ddblock_dynamodb_options_init(&options);
        options.lock_table = name;
        options.partition_key = "Name"; /* reserved, like many */
        options.sort_key = "part \"of\"";
        options.endpoint = getenv(*state);
        options.region = RAW_REGION;
        options.access_key_id = RAW_ACCESS_KEY_ID;
        options.secret_access_key = "made-up";
        ddblock_table_options_init(&made);
        made.partition_type = id.partition.type;
        made.sort_type = id.sort.type;
        expect_status(ddblock_table_create(&options, &made, &error), DDBLOCK_OK, &error);
        expect_status(ddblock_store_open_dynamodb(&options, &store, &error), DDBLOCK_OK, &error);
        expect_fence(store, &id, &data);
        if (i == 0) {
            id.partition.data = longest;
            id.partition.size = sizeof(longest);
            expect_fence(store, &id, &data);
        }
        ddblock_store_close(store);
    }
    table_close(&data);
}

static void other_locks_have_none(void **state)
{
    struct table table;
    ddblock_client_options options;
    ddblock_client *client = NULL;
    ddblock_store *memory = NULL;
    ddblock_lock *holder;
    ddblock_lock *lock = NULL;
    ddblock_fence *fence = NULL;
    ddblock_error error = {0};

    table_open(&table, *state);
    client = client_open(table.direct, LEASE_MS, 0);
    holder = acquire(client, &plain_id);
    expect_status(ddblock_acquire_start(client, &plain_id, NULL, &lock, &error), DDBLOCK_OK,
                  &error);
    assert_int_equal(ddblock_lock_fence(lock, &fence, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "not acquired"));
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(holder, NULL), DDBLOCK_OK);
    ddblock_client_close(client);

    ddblock_client_options_init(&options);
    options.kind = DDBLOCK_FAIL_CLOSED;
    expect_status(ddblock_client_open(table.direct, &options, &client, &error), DDBLOCK_OK, &error);
    lock = acquire(client, &(ddblock_id){.partition = ddblock_key_string("closed")});
    assert_int_equal(ddblock_lock_fence(lock, &fence, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "fails closed"));
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(client);

    assert_int_equal(ddblock_store_open_memory(&memory, NULL), DDBLOCK_OK);
    client = client_open(memory, LEASE_MS, 0);
    lock = acquire(client, &plain_id);
    assert_int_equal(ddblock_lock_fence(lock, &fence, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "DynamoDB"));
    assert_null(fence);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(client);
    ddblock_store_close(memory);
    table_close(&table);
}

int main(void)
{
#define ON_LOCAL(test) ON_ENGINE(test, "DynamoDB Local", "DDBLOCK_TEST_DYNAMODB_ENDPOINT")
    const struct CMUnitTest tests[] = {
        ON_LOCAL(it_holds_over_heartbeats_until_the_release),
        ON_LOCAL(it_holds_until_the_lock_is_taken_over),
        ON_LOCAL(it_does_not_hold_when_the_lock_is_broken_or_deleted),
        ON_LOCAL(it_holds_for_ids_of_every_kind),
        ON_LOCAL(other_locks_have_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
