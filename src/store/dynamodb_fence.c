/* dynamodb_fence.c - the condition under which one acquisition of a lock still holds. */
#include "store/dynamodb_fence.h"

#include "base/status.h"
#include "core/record.h"
#include "wire/dynamodb_body.h"

/* Each acquisition has a token of its own, and a release leaves it, but for the lease. The guid is
 * no use here: every heartbeat changes it. */
#define CONDITION "#token = :token AND #lease > :released"

static void add_part(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, bytes_from(text, strlen(text) + 1));
}

static void end_part(struct buffer *buffer)
{
    buffer_append(buffer, bytes_from("", 1));
}

/* False if there is no memory. */
static bool add_parameter(struct buffer *buffer, const struct dynamodb_body *body,
                          const char *parameter)
{
    bool written = dynamodb_body_write_parameter(body, parameter, buffer);

    end_part(buffer);
    return written;
}

/* The element, and then its parts. */
static bool add_all(struct buffer *buffer, const struct dynamodb_body *body, const char *table)
{
    bool written;

    buffer_append_string(buffer, "{\"ConditionCheck\":");
    written = dynamodb_body_write(body, buffer);
    buffer_append_string(buffer, "}");
    end_part(buffer);
    add_part(buffer, table);
    written = add_parameter(buffer, body, "Key") && written;
    add_part(buffer, CONDITION);
    written = add_parameter(buffer, body, "ExpressionAttributeNames") && written;
    written = add_parameter(buffer, body, "ExpressionAttributeValues") && written;
    return written && buffer_ok(buffer);
}

ddblock_status dynamodb_fence_write(const struct dynamodb_table *table, const struct lock_id *id,
                                    uint64_t token, struct buffer *buffer, ddblock_error *error)
{
    struct dynamodb_body body = {0};
    bool written;

    dynamodb_body_init(&body, table->name);
    dynamodb_body_attribute(&body, "Key", table->partition_key, (char)id->partition.type,
                            id->partition.value);
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_attribute(&body, "Key", table->sort_key, (char)id->sort.type, id->sort.value);
    }
    dynamodb_body_string(&body, "ConditionExpression", CONDITION);
    dynamodb_body_name(&body, "#token", "fencingToken");
    dynamodb_body_name(&body, "#lease", "leaseDurationMs");
    dynamodb_body_number(&body, ":token", (int64_t)token);
    dynamodb_body_number(&body, ":released", LEASE_RELEASED_MS);

    written = add_all(buffer, &body, table->name);
    dynamodb_body_finish(&body);
    return written ? DDBLOCK_OK : status_set(error, DDBLOCK_NO_MEMORY, "no memory for a fence");
}
