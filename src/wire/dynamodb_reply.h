/* dynamodb_reply.h - the body of a reply from DynamoDB. */
#ifndef WIRE_DYNAMODB_REPLY_H
#define WIRE_DYNAMODB_REPLY_H

#include <jansson.h>

#include "base/bytes.h"
#include "ddblock/ddblock.h"

struct dynamodb_reply {
    json_t *root;
};

/* Reads a body, which must be one JSON object.
 *
 * Returns DDBLOCK_UNAVAILABLE if it is not, or DDBLOCK_NO_MEMORY. */
ddblock_status dynamodb_reply_read(struct bytes body, struct dynamodb_reply *ret_reply);

/* A zeroed one is fine. */
void dynamodb_reply_finish(struct dynamodb_reply *reply);

/* Finds an item: the parameter is "Item" or "Attributes". *ret_item is NULL where there is none.
 * False if there is something that is no item. */
bool dynamodb_reply_item(const struct dynamodb_reply *reply, const char *parameter,
                         const json_t **ret_item);

/* The code of an error, "ValidationException": what follows the # in its __type. Empty if
 * this is no error of DynamoDB's. */
struct bytes dynamodb_reply_code(const struct dynamodb_reply *reply);

/* The engine's words about an error; empty if there are none. */
struct bytes dynamodb_reply_message(const struct dynamodb_reply *reply);

/* The TableStatus, "ACTIVE", in the description of a table: the parameter is "Table" or
 * "TableDescription". Empty if there is none. */
struct bytes dynamodb_reply_table_status(const struct dynamodb_reply *reply, const char *parameter);

#endif
