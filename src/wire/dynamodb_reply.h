/* dynamodb_reply.h - the body of a reply from DynamoDB. */
#ifndef WIRE_DYNAMODB_REPLY_H
#define WIRE_DYNAMODB_REPLY_H

#include "base/bytes.h"

/* The longest code that we know has 40 characters. Messages go into sentences for people, where
 * they are cut anyway; AWS's about a denied action have some 300. */
enum { DYNAMODB_CODE_SIZE_MAX = 128, DYNAMODB_MESSAGE_SIZE_MAX = 512 };

/* What a body says besides items. Texts that do not fit are cut. */
struct dynamodb_reply {
    struct bytes body; /* the caller's */

    /* The code of an error, "ValidationException": what follows the # in its __type. Empty if this
     * is no error of DynamoDB's. */
    char code[DYNAMODB_CODE_SIZE_MAX];

    /* The engine's words about an error; empty if there are none. */
    char message[DYNAMODB_MESSAGE_SIZE_MAX];
};

/* Reads a body, which must be one JSON object. False if it is not. */
bool dynamodb_reply_read(struct bytes body, struct dynamodb_reply *ret_reply);

/* Finds an item, a part of the body: the parameter is "Item" or "Attributes". *ret_item is of size
 * 0 where there is none. False if there is something that is no item, or more than one. */
bool dynamodb_reply_item(const struct dynamodb_reply *reply, const char *parameter,
                         struct bytes *ret_item);

/* True if the table that the body describes, under "Table" or "TableDescription", has this
 * TableStatus, "ACTIVE" say. */
bool dynamodb_reply_has_table_status(const struct dynamodb_reply *reply, const char *parameter,
                                     const char *status);

#endif
