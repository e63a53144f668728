/* dynamodb.c - a lock table of its own for each test, on an engine that the environment names. */
#include "support/dynamodb.h"

#include <inttypes.h>

#include "base/random.h"

/* dynalite makes a table in 20 ms as it is started here; a busy machine takes longer. */

void expect_status(ddblock_status status, ddblock_status expected, const ddblock_error *error)
{
    if (status != expected) {
        fail_msg("%s, not %s: %s", ddblock_status_name(status), ddblock_status_name(expected),
                 status == DDBLOCK_OK ? "" : error->message);
    }
}

static ddblock_dynamodb_options options_for(const char *name, const char *endpoint)
{
    ddblock_dynamodb_options options;

    ddblock_dynamodb_options_init(&options);
    options.lock_table = name;
    options.endpoint = endpoint;
    options.region = "us-east-1";
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = "made-up";
    return options;
}

static ddblock_store *connect_to(const char *name, const char *endpoint)
{
    ddblock_dynamodb_options options = options_for(name, endpoint);
    ddblock_store *store = NULL;
    ddblock_error error = {0};

    expect_status(ddblock_store_open_dynamodb(&options, &store, &error), DDBLOCK_OK, &error);
    return store;
}

void table_open(struct table *table, const char *variable)
{
    const char *engine = getenv(variable);
    ddblock_dynamodb_options options;
    ddblock_error error = {0};
    uint64_t number = 0;

    if (engine == NULL) {
        print_message("%s is not set: see test/support/engines.js\n", variable);
        skip();
    }
    *table = (struct table){0};
    assert_true(random_fill(&number, sizeof(number)));
    snprintf(table->name, sizeof(table->name), "locks-%016" PRIx64, number);
    options = options_for(table->name, engine);
    expect_status(ddblock_table_create(&options, NULL, &error), DDBLOCK_OK, &error);

    fault_proxy_start(&table->proxy, engine);
    table->direct = connect_to(table->name, engine);
    table->proxied = table_connect(table);
}

void table_close(struct table *table)
{
    ddblock_store_close(table->proxied);
    ddblock_store_close(table->direct);
    fault_proxy_stop(&table->proxy);
    *table = (struct table){0};
}

ddblock_store *table_connect(struct table *table)
{
    return connect_to(table->name, table->proxy.endpoint);
}

ddblock_info table_show(struct table *table, const char *lock)
{
    ddblock_id id = ddblock_id_string(lock);
    ddblock_info info = {0};
    ddblock_error error = {0};

    expect_status(ddblock_show(table->direct, &id, &info, &error), DDBLOCK_OK, &error);
    return info;
}
