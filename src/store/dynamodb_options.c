/* dynamodb_options.c - the options of a DynamoDB store, checked. */
#include "store/dynamodb_options.h"

#include "base/status.h"
#include "base/text.h"

/* Each connection is a descriptor, and 1024 of them are the usual limit of a process. */
/* Ten thousand locks with a heartbeat of 3 s (2.85 s on average) need 71 connections at 20 ms a
 * reply. The rest is for replies that are lost and for acquisitions, which come after
 * heartbeats. A connection is made when it is first needed. */
enum { CONNECTIONS_MAX = 1024, CONNECTIONS_DEFAULT = 128 };

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static bool is_table_name(const char *name)
{
    size_t size = strlen(name);

    return size >= 1 && size <= TABLE_NAME_SIZE_MAX && strspn(name, NAME_CHARACTERS) == size;
}

/* arn:aws:dynamodb:REGION:ACCOUNT:table/NAME */
static bool is_table_arn(const char *arn)
{
    static const char kind[] = ":table/";
    const char *table = strstr(arn, kind);

    return strlen(arn) <= TABLE_REFERENCE_SIZE_MAX && strncmp(arn, "arn:", 4) == 0 &&
           table != NULL && strspn(arn, NAME_CHARACTERS ":") == (size_t)(table + 6 - arn) &&
           strstr(arn, ":dynamodb:") != NULL && is_table_name(table + sizeof(kind) - 1);
}

static ddblock_status check_lock_table(const char *name, ddblock_error *error)
{
    if (name == NULL || name[0] == '\0') {
        return status_set(error, DDBLOCK_INVALID, "lock_table is missing: name the lock table");
    }
    if (!is_table_name(name) && !is_table_arn(name)) {
        return status_set(error, DDBLOCK_INVALID,
                          "lock_table must be 1 to 255 of a-z, A-Z, 0-9, '_', '.' and '-', or the "
                          "ARN of a table");
    }
    return DDBLOCK_OK;
}

/* The name of a key; the lock's own attributes cannot be one, for a key cannot be updated. */
static ddblock_status check_key(const char *option, const char *name, ddblock_error *error)
{
    static const char *const reserved[] = {"fencingToken", "leaseDurationMs",
                                           "lockAcquiredTimeUnixMs", "owner", "guid"};
    size_t size = strlen(name);

    if (size < 1 || size > KEY_NAME_SIZE_MAX || !text_is_utf8(bytes_from_string(name))) {
        return status_set(error, DDBLOCK_INVALID, "%s must be 1 to 255 bytes of UTF-8", option);
    }
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strcmp(name, reserved[i]) == 0) {
            return status_set(
                error, DDBLOCK_INVALID,
                "%s must not be \"%s\": fencingToken, leaseDurationMs, "
                "lockAcquiredTimeUnixMs, owner and guid are the lock's own attributes",
                option, name);
        }
    }
    return DDBLOCK_OK;
}

static ddblock_status options_check(const ddblock_dynamodb_options *options, ddblock_error *error)
{
    ddblock_status status = check_lock_table(options->lock_table, error);

    if (status == DDBLOCK_OK) {
        status = check_key("partition_key", options->partition_key, error);
    }
    if (status == DDBLOCK_OK && options->sort_key != NULL) {
        status = check_key("sort_key", options->sort_key, error);
    }
    if (status != DDBLOCK_OK) {
        return status;
    }
    if (options->sort_key != NULL && strcmp(options->sort_key, options->partition_key) == 0) {
        return status_set(error, DDBLOCK_INVALID, "sort_key must differ from partition_key");
    }
    if (options->max_connections > CONNECTIONS_MAX) {
        return status_set(error, DDBLOCK_INVALID, "max_connections must be 1 to %d (0: %d)",
                          CONNECTIONS_MAX, CONNECTIONS_DEFAULT);
    }
    return DDBLOCK_OK;
}

ddblock_status dynamodb_options_read(const ddblock_dynamodb_options *given,
                                     ddblock_dynamodb_options *ret_options,
                                     struct dynamodb_table *ret_table, ddblock_error *error)
{
    ddblock_dynamodb_options options = {0};
    struct dynamodb_table table = {0};
    ddblock_status status;

    if (given == NULL || given->size < sizeof(given->size)) {
        return status_set(error, DDBLOCK_INVALID,
                          "the options must be set up by ddblock_dynamodb_options_init");
    }
    /* What the caller's header did not have yet is the default, zero; what this one does not know
     * is left out. */
    memcpy(&options, given, given->size < sizeof(options) ? given->size : sizeof(options));
    options.size = sizeof(options);
    if (options.partition_key == NULL) {
        options.partition_key = "id";
    }
    if (options.max_connections == 0) {
        options.max_connections = CONNECTIONS_DEFAULT;
    }
    status = options_check(&options, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    text_copy(table.name, sizeof(table.name), bytes_from_string(options.lock_table));
    text_copy(table.partition_key, sizeof(table.partition_key),
              bytes_from_string(options.partition_key));
    if (options.sort_key != NULL) {
        text_copy(table.sort_key, sizeof(table.sort_key), bytes_from_string(options.sort_key));
    }
    *ret_options = options;
    *ret_table = table;
    return DDBLOCK_OK;
}
