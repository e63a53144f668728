/* requests_test.c - what a lock costs: requests counted at a proxy, and time waited. */
#include <time.h>

#include "base/clock.h"
#include "support/dynamodb.h"
#include "support/testing.h"

static ddblock_client *open_client(ddblock_store *store, ddblock_kind kind)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;
    ddblock_error error = {0};

    ddblock_client_options_init(&options);
    options.kind = kind;
    expect_status(ddblock_client_open(store, &options, &client, &error), DDBLOCK_OK, &error);
    return client;
}

static void expect_requests(struct table *table, const char *operation, long expected)
{
    char command[64];

    snprintf(command, sizeof(command), "count %s", operation);
    assert_int_equal(fault_proxy_ask(&table->proxy, command), expected);
    assert_int_equal(fault_proxy_ask(&table->proxy, "count *"), expected);
    fault_proxy_tell(&table->proxy, "clear");
}

/* Acquires and releases, each of which is to be one request. */
static void expect_one_and_one(struct table *table, ddblock_client *client, uint64_t token,
                               const char *acquire, const char *release)
{
    ddblock_id id = ddblock_id_string("lock");
    ddblock_lock *lock = NULL;
    ddblock_error error = {0};

    expect_status(ddblock_acquire(client, &id, NULL, &lock, &error), DDBLOCK_OK, &error);
    assert_int_equal(ddblock_lock_fencing_token(lock), token);
    expect_requests(table, acquire, 1);
    expect_status(ddblock_release(lock, &error), DDBLOCK_OK, &error);
    expect_requests(table, release, 1);
}

static void fail_open_costs_one_request_each_way(void **state)
{
    struct table table;
    ddblock_client *client = NULL;

    table_open(&table, *state);
    client = open_client(table.proxied, DDBLOCK_FAIL_OPEN);
    expect_one_and_one(&table, client, 1, "UpdateItem", "UpdateItem"); /* a fresh lock */
    expect_one_and_one(&table, client, 2, "UpdateItem", "UpdateItem"); /* a released one */
    ddblock_client_close(client);
    table_close(&table);
}

static void fail_closed_costs_one_request_each_way(void **state)
{
    struct table table;
    ddblock_client *client = NULL;

    table_open(&table, *state);
    client = open_client(table.proxied, DDBLOCK_FAIL_CLOSED);
    expect_one_and_one(&table, client, 0, "PutItem", "DeleteItem");
    expect_one_and_one(&table, client, 0, "PutItem", "DeleteItem");
    ddblock_client_close(client);
    table_close(&table);
}

/* A lease of ten seconds, released after one: the waiter notices, and does not sleep the lease
 * out as the npm client does. The bound leaves room for a slow machine. */
static void a_waiter_notices_a_release(void **state)
{
    const struct timespec second = {.tv_sec = 1};
    struct table table;
    ddblock_store *other = NULL;
    ddblock_client *holder = NULL;
    ddblock_client *waiter = NULL;
    ddblock_id id = ddblock_id_string("lock");
    ddblock_lock *held = NULL;
    ddblock_lock *waiting = NULL;
    ddblock_error error = {0};
    struct instant start;
    int64_t waited_ms = 0;

    table_open(&table, *state);
    other = table_connect(&table);
    holder = open_client(table.proxied, DDBLOCK_FAIL_OPEN);
    waiter = open_client(other, DDBLOCK_FAIL_OPEN);
    expect_status(ddblock_acquire(holder, &id, NULL, &held, &error), DDBLOCK_OK, &error);

    start = clock_now();
    expect_status(ddblock_acquire_start(waiter, &id, NULL, &waiting, &error), DDBLOCK_OK, &error);
    nanosleep(&second, NULL);
    expect_status(ddblock_release(held, &error), DDBLOCK_OK, &error);
    expect_status(ddblock_acquire_wait(waiting, 20000, &error), DDBLOCK_OK, &error);
    waited_ms = duration_to_ms(instant_until(start, clock_now()));

    print_message("released after 1000 ms, acquired after %d ms\n", (int)waited_ms);
    assert_in_range(waited_ms, 1000, 5000);
    assert_int_equal(ddblock_lock_fencing_token(waiting), 2);
    expect_status(ddblock_release(waiting, &error), DDBLOCK_OK, &error);
    ddblock_client_close(waiter);
    ddblock_client_close(holder);
    ddblock_store_close(other);
    table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH_ENGINES(fail_open_costs_one_request_each_way),
        ON_BOTH_ENGINES(fail_closed_costs_one_request_each_way),
        ON_BOTH_ENGINES(a_waiter_notices_a_release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
