/* dynamodb.h - a lock table of its own for each test, on an engine that the environment names. */
#ifndef TEST_SUPPORT_DYNAMODB_H
#define TEST_SUPPORT_DYNAMODB_H

#include <ddblock/ddblock.h>

#include "support/fault_proxy.h"
#include "support/testing.h"

/* Two entries of a list of tests: *state is what table_open wants. */
#define ON_ENGINE(test, engine, variable)                                                          \
    {                                                                                              \
        .name = #test " on " engine, .test_func = test, .initial_state = variable                  \
    }
#define ON_BOTH_ENGINES(test)                                                                      \
    ON_ENGINE(test, "DynamoDB Local", "DDBLOCK_TEST_DYNAMODB_ENDPOINT"),                           \
        ON_ENGINE(test, "dynalite", "DDBLOCK_TEST_DYNALITE_ENDPOINT")

struct table {
    struct fault_proxy proxy;
    char name[64];
    ddblock_store *direct;  /* speaks to the engine itself */
    ddblock_store *proxied; /* speaks to it through the proxy */
};

/* Makes a table on the engine whose URL is in this environment variable, and a proxy in front of
 * it. Skips the test if the variable is not set. */
void table_open(struct table *table, const char *variable);

void table_close(struct table *table);

/* Opens one more store on the table, through the proxy. */
ddblock_store *table_connect(struct table *table);

/* What stands in the table now, read past the proxy. */
ddblock_info table_show(struct table *table, const char *lock);

/* The test fails, with the sentence of the error, unless the status is this one. */
void expect_status(ddblock_status status, ddblock_status expected, const ddblock_error *error);

#endif
