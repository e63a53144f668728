/* dynamodb_table.c - making the lock table. */
#include "store/dynamodb_table.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/status.h"
#include "store/dynamodb_fault.h"
#include "store/dynamodb_request.h"
#include "wire/crc32.h"
#include "wire/dynamodb_body.h"

/* One request of these takes well under a second; a table takes some ten to become active. */
enum { REQUEST_LIMIT_MS = 10 * 1000, POLL_MIN_MS = 250, POLL_MAX_MS = 2000 };

/* Names and key names, each written at most six times as long, twice. */
enum { BODY_SIZE_MAX = 16 * 1024 };

/* One operation on the table. */
struct call {
    const struct dynamodb_link *link;
    const struct dynamodb_table *table;
    const char *target;
    const char *description; /* where its answer has that of the table */
    bool is_active;          /* after a success: so it says */
    bool is_there;           /* after a failure: because the table exists */
};

static const char *call_operation(const struct call *call)
{
    return call->target + sizeof(DYNAMODB_TARGET) - 1;
}

/* Reads the answer: a success only if it is one of DynamoDB's. */
static ddblock_status call_judge(struct call *call, const struct http_reply *http,
                                 ddblock_error *error)
{
    bool is_whole = http->crc32 < 0 || (uint64_t)http->crc32 == crc32_of(http->body);
    struct dynamodb_reply answer = {0};

    if (http->result != HTTP_REPLIED) {
        return status_set(error, http->failure, "%s", http->message);
    }
    aws_session_learn_date(call->link->session, http->date_unix_ms);
    if (is_whole && http->status < 500 && dynamodb_reply_read(http->body, &answer)) {
        if (http->status == 200) {
            call->is_active = dynamodb_reply_has_table_status(&answer, call->description, "ACTIVE");
            return DDBLOCK_OK;
        }
        if (answer.code[0] != '\0') {
            call->is_there = strcmp(answer.code, "ResourceInUseException") == 0;
            return dynamodb_fault_explain(&answer, call_operation(call), call->table, error);
        }
    }
    return status_set(error, DDBLOCK_UNAVAILABLE,
                      "no usable answer to %s on table \"%s\" (HTTP %d)", call_operation(call),
                      call->table->name, http->status);
}

/* Sends a body and waits for the answer. */
static ddblock_status call_send(struct call *call, const struct dynamodb_body *body,
                                ddblock_error *error)
{
    struct http_client *client = call->link->client;
    struct instant give_up_at = instant_add(clock_now(), duration_from_ms(REQUEST_LIMIT_MS));
    struct http_request request = {.give_up_at = give_up_at};
    const struct http_reply *reply;
    struct buffer text;
    ddblock_status status;

    buffer_init(&text, BODY_SIZE_MAX);
    if (!dynamodb_body_write(body, &text)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a request to DynamoDB");
        goto out;
    }
    request.body = buffer_bytes(&text);
    status =
        aws_session_sign(call->link->session, call->target, request.body, &request.headers, error);
    if (status != DDBLOCK_OK) {
        goto out;
    }
    client->operations->submit(client, &request);
    while ((reply = client->operations->take_reply(client)) == NULL) {
        client->operations->wait(client, give_up_at);
    }
    status = call_judge(call, reply, error);
out:
    buffer_finish(&text);
    return status;
}

/* *ret_active is set on success only. No reply is DDBLOCK_UNAVAILABLE, though the table may be
 * made: who tries again is told that it is there. */
static ddblock_status create(const struct dynamodb_link *link, const struct dynamodb_table *table,
                             ddblock_key_type partition_type, ddblock_key_type sort_type,
                             bool *ret_active, ddblock_error *error)
{
    struct call call = {.link = link,
                        .table = table,
                        .target = DYNAMODB_TARGET "CreateTable",
                        .description = "TableDescription"};
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, table->name);
    dynamodb_body_string(&body, "BillingMode", "PAY_PER_REQUEST");
    dynamodb_body_key(&body, table->partition_key, (char)partition_type, "HASH");
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_key(&body, table->sort_key, (char)sort_type, "RANGE");
    }
    status = call_send(&call, &body, error);
    if (call.is_there) {
        status = status_set(error, DDBLOCK_INVALID, "table \"%s\" is there already", table->name);
    }
    if (status == DDBLOCK_OK) {
        *ret_active = call.is_active;
    }
    dynamodb_body_finish(&body);
    return status;
}

/* Looks whether the table is active by now. Passing failures count as "not yet". */
static ddblock_status describe(const struct dynamodb_link *link, const struct dynamodb_table *table,
                               bool *ret_active, ddblock_error *error)
{
    struct call call = {.link = link,
                        .table = table,
                        .target = DYNAMODB_TARGET "DescribeTable",
                        .description = "Table"};
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, table->name);
    status = call_send(&call, &body, error);
    /* "DescribeTable uses an eventually consistent query": a table just made can be missing. */
    if (status == DDBLOCK_OK || status == DDBLOCK_NO_TABLE || status_is_retryable(status)) {
        *ret_active = call.is_active;
        status = DDBLOCK_OK;
    }
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
