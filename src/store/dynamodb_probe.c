/* dynamodb_probe.c - trying whether an action is permitted, without doing it. */
#include "store/dynamodb_probe.h"

#include "store/dynamodb_request.h"

/* The item that is named. */
static struct bytes value_of(char type)
{
    return bytes_from_string(type == 'N' ? "0" : "ddblock-doctor");
}

static void add_key(struct dynamodb_body *body, const char *parameter,
                    const struct dynamodb_table *table, const struct probe_key *key)
{
    dynamodb_body_attribute(body, parameter, table->partition_key, key->partition_type,
                            value_of(key->partition_type));
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_attribute(body, parameter, table->sort_key, key->sort_type,
                                value_of(key->sort_type));
    }
}

ddblock_status dynamodb_probe(struct dynamodb_call *call, const struct probe_key *key,
                              ddblock_error *error)
{
    const char *operation = call->target + sizeof(DYNAMODB_TARGET) - 1;
    bool is_put = strcmp(operation, "PutItem") == 0;
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, call->table->name);
    add_key(&body, is_put ? "Item" : "Key", call->table, key);
    if (strcmp(operation, "GetItem") == 0) {
        dynamodb_body_flag(&body, "ConsistentRead", true);
    } else {
        dynamodb_body_string(&body, "ConditionExpression",
                             "attribute_exists(#pk) AND attribute_not_exists(#pk)");
        dynamodb_body_name(&body, "#pk", call->table->partition_key);
    }
    if (strcmp(operation, "UpdateItem") == 0) {
        dynamodb_body_string(&body, "UpdateExpression", "REMOVE #owner");
        dynamodb_body_name(&body, "#owner", "owner");
    }
    status = dynamodb_call_send(call, &body, error);
    if (strcmp(call->code, "ConditionalCheckFailedException") == 0) {
        status = DDBLOCK_OK;
    }
    dynamodb_body_finish(&body);
    return status;
}
