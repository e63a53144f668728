/* dynamodb_table.c - making the lock table. */
#include "store/dynamodb_table.h"

#include "base/clock.h"
#include "base/status.h"
#include "store/dynamodb_call.h"
#include "store/dynamodb_request.h"

/* A table takes some ten seconds to become active. */
enum { POLL_MIN_MS = 250, POLL_MAX_MS = 2000 };

static bool is_active(const struct dynamodb_call *call, const char *description)
{
    struct dynamodb_reply reply = {.body = buffer_bytes(&call->answer)};

    return dynamodb_reply_has_table_status(&reply, description, "ACTIVE");
}

/* *ret_active is set on success only. No reply is DDBLOCK_UNAVAILABLE, though the table may be
 * made: who tries again is told that it is there. */
static ddblock_status create(const struct dynamodb_link *link, const struct dynamodb_table *table,
                             ddblock_key_type partition_type, ddblock_key_type sort_type,
                             bool *ret_active, ddblock_error *error)
{
    struct dynamodb_call call = {
        .link = link, .table = table, .target = DYNAMODB_TARGET "CreateTable"};
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, table->name);
    dynamodb_body_string(&body, "BillingMode", "PAY_PER_REQUEST");
    dynamodb_body_key(&body, table->partition_key, (char)partition_type, "HASH");
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_key(&body, table->sort_key, (char)sort_type, "RANGE");
    }
    status = dynamodb_call_send(&call, &body, error);
    if (strcmp(call.code, "ResourceInUseException") == 0) {
        status = status_set(error, DDBLOCK_INVALID, "table \"%s\" is there already", table->name);
    }
    if (status == DDBLOCK_OK) {
        *ret_active = is_active(&call, "TableDescription");
    }
    dynamodb_call_finish(&call);
    dynamodb_body_finish(&body);
    return status;
}

/* Looks whether the table is active by now. Passing failures count as "not yet". */
static ddblock_status describe(const struct dynamodb_link *link, const struct dynamodb_table *table,
                               bool *ret_active, ddblock_error *error)
{
    struct dynamodb_call call = {
        .link = link, .table = table, .target = DYNAMODB_TARGET "DescribeTable"};
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, table->name);
    status = dynamodb_call_send(&call, &body, error);
    /* "DescribeTable uses an eventually consistent query": a table just made can be missing. */
    if (status == DDBLOCK_OK || status == DDBLOCK_NO_TABLE || status_is_retryable(status)) {
        *ret_active = status == DDBLOCK_OK && is_active(&call, "Table");
        status = DDBLOCK_OK;
    }
    dynamodb_call_finish(&call);
    dynamodb_body_finish(&body);
    return status;
}

/* By the client's own wait, which keeps its connections in order meanwhile. */
static void sleep_until(struct http_client *client, struct instant until)
{
    while (instant_before(clock_now(), until)) {
        client->operations->wait(client, until);
    }
}

ddblock_status dynamodb_table_make(const struct dynamodb_link *link,
                                   const struct dynamodb_table *table,
                                   ddblock_key_type partition_type, ddblock_key_type sort_type,
                                   struct instant until, ddblock_error *error)
{
    struct duration period = duration_from_ms(POLL_MIN_MS);
    bool active = false;
    ddblock_status status = create(link, table, partition_type, sort_type, &active, error);

    while (status == DDBLOCK_OK && !active) {
        if (!instant_before(clock_now(), until)) {
            return status_set(error, DDBLOCK_PENDING, "table \"%s\" is still being made",
                              table->name);
        }
        sleep_until(link->client, instant_min(until, instant_add(clock_now(), period)));
        period = duration_min(duration_scale(period, 2, 1), duration_from_ms(POLL_MAX_MS));
        status = describe(link, table, &active, error);
    }
    return status;
}

static bool is_key_type(ddblock_key_type type)
{
    return type == DDBLOCK_KEY_STRING || type == DDBLOCK_KEY_NUMBER || type == DDBLOCK_KEY_BINARY;
}

static ddblock_status check_types(const struct dynamodb_table *table,
                                  ddblock_key_type partition_type, ddblock_key_type sort_type,
                                  int64_t timeout_ms, ddblock_error *error)
{
    if (!is_key_type(partition_type)) {
        return status_set(error, DDBLOCK_INVALID,
                          "partition_type must be DDBLOCK_KEY_STRING, _NUMBER or _BINARY");
    }
    if (dynamodb_table_has_sort_key(table) ? !is_key_type(sort_type)
                                           : sort_type != DDBLOCK_KEY_NONE) {
        return status_set(error, DDBLOCK_INVALID,
                          "sort_type must be DDBLOCK_KEY_STRING, _NUMBER or _BINARY if the options "
                          "name a sort_key, and DDBLOCK_KEY_NONE if they do not");
    }
    if (timeout_ms < 0) {
        return status_set(error, DDBLOCK_INVALID,
                          "timeout_ms must be 0 or more, or DDBLOCK_FOREVER");
    }
    return DDBLOCK_OK;
}

ddblock_status ddblock_table_create(const ddblock_dynamodb_options *options,
                                    ddblock_key_type partition_type, ddblock_key_type sort_type,
                                    int64_t timeout_ms, ddblock_error *error)
{
    struct instant until = instant_add(clock_now(), duration_from_ms(timeout_ms));
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};
    struct dynamodb_link link = {0};
    ddblock_status status;

    status = dynamodb_options_read(options, &checked, &table, error);
    if (status == DDBLOCK_OK) {
        status = check_types(&table, partition_type, sort_type, timeout_ms, error);
    }
    if (status == DDBLOCK_OK) {
        status = dynamodb_link_open(&checked, &link, error);
    }
    if (status == DDBLOCK_OK) {
        status = dynamodb_table_make(&link, &table, partition_type, sort_type, until, error);
    }
    dynamodb_link_close(&link, false);
    return status;
}
