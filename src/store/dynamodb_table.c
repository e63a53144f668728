/* dynamodb_table.c - making the lock table. */
#include "store/dynamodb_table.h"

#include "base/clock.h"
#include "base/status.h"
#include "store/dynamodb_call.h"
#include "store/dynamodb_request.h"
#include "store/dynamodb_table_options.h"

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
                             const ddblock_table_options *options, bool *ret_active,
                             ddblock_error *error)
{
    struct dynamodb_call call = {
        .link = link, .table = table, .target = DYNAMODB_TARGET "CreateTable"};
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, table->name);
    dynamodb_body_string(&body, "BillingMode", "PAY_PER_REQUEST");
    dynamodb_body_key(&body, table->partition_key, (char)options->partition_type, "HASH");
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_key(&body, table->sort_key, (char)options->sort_type, "RANGE");
    }
    if (options->deletion_protection != 0) {
        dynamodb_body_flag(&body, "DeletionProtectionEnabled", true);
    }
    for (size_t i = 0; i < options->tag_count; i++) {
        dynamodb_body_tag(&body, options->tags[i].key, options->tags[i].value);
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

/* Asks for point-in-time recovery. Passing failures count as "not yet". */
static ddblock_status back_up(const struct dynamodb_link *link, const struct dynamodb_table *table,
                              bool *ret_on, ddblock_error *error)
{
    struct dynamodb_call call = {
        .link = link, .table = table, .target = DYNAMODB_TARGET "UpdateContinuousBackups"};
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, table->name);
    dynamodb_body_member_flag(&body, "PointInTimeRecoverySpecification",
                              "PointInTimeRecoveryEnabled", true);
    status = dynamodb_call_send(&call, &body, error);
    *ret_on = status == DDBLOCK_OK;
    /* "Backups have not yet been enabled for this table": so with one that was just made. */
    if (strcmp(call.code, "ContinuousBackupsUnavailableException") == 0 ||
        status == DDBLOCK_NO_TABLE || status_is_retryable(status)) {
        status = DDBLOCK_OK;
    }
    dynamodb_call_finish(&call);
    dynamodb_body_finish(&body);
    return status;
}

/* Calls step until it is done, or the instant has come: DDBLOCK_PENDING. */
static ddblock_status repeat(const struct dynamodb_link *link, const struct dynamodb_table *table,
                             const ddblock_table_options *options, struct instant until,
                             ddblock_status (*step)(const struct dynamodb_link *link,
                                                    const struct dynamodb_table *table,
                                                    bool *ret_done, ddblock_error *error),
                             ddblock_error *error)
{
    struct instant start = clock_now();
    struct duration period = duration_from_ms(POLL_MIN_MS);
    ddblock_status status = DDBLOCK_OK;
    bool done = false;

    while (status == DDBLOCK_OK && !done) {
        if (!instant_before(clock_now(), until)) {
            return DDBLOCK_PENDING;
        }
        if (options->progress != NULL) {
            options->progress(options->progress_user,
                              duration_to_ms(instant_until(start, clock_now())));
        }
        sleep_until(link->client, instant_min(until, instant_add(clock_now(), period)));
        period = duration_min(duration_scale(period, 2, 1), duration_from_ms(POLL_MAX_MS));
        status = step(link, table, &done, error);
    }
    return status;
}

ddblock_status dynamodb_table_make(const struct dynamodb_link *link,
                                   const struct dynamodb_table *table,
                                   const ddblock_table_options *options, struct instant until,
                                   ddblock_error *error)
{
    bool done = false;
    ddblock_status status = create(link, table, options, &done, error);

    if (status == DDBLOCK_OK && !done) {
        status = repeat(link, table, options, until, describe, error);
        if (status == DDBLOCK_PENDING) {
            return status_set(error, status, "table \"%s\" is still being made", table->name);
        }
    }
    if (status != DDBLOCK_OK || options->point_in_time_recovery == 0) {
        return status;
    }
    status = back_up(link, table, &done, error);
    if (status == DDBLOCK_OK && !done) {
        status = repeat(link, table, options, until, back_up, error);
        if (status == DDBLOCK_PENDING) {
            return status_set(error, status,
                              "table \"%s\" is active, but point-in-time recovery is not on yet",
                              table->name);
        }
    }
    return status;
}

ddblock_status ddblock_table_create(const ddblock_dynamodb_options *options,
                                    const ddblock_table_options *table_options,
                                    ddblock_error *error)
{
    struct instant start = clock_now();
    ddblock_dynamodb_options checked = {0};
    ddblock_table_options checked_table = {0};
    struct dynamodb_table table = {0};
    struct dynamodb_link link = {0};
    ddblock_status status;

    status = dynamodb_options_read(options, &checked, &table, error);
    if (status == DDBLOCK_OK) {
        status = dynamodb_table_options_read(table_options, &table, &checked_table, error);
    }
    if (status == DDBLOCK_OK) {
        status = dynamodb_link_open(&checked, &link, error);
    }
    if (status == DDBLOCK_OK) {
        status = dynamodb_table_make(&link, &table, &checked_table,
                                     instant_add(start, duration_from_ms(checked_table.timeout_ms)),
                                     error);
    }
    dynamodb_link_close(&link, false);
    return status;
}
