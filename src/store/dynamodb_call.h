/* dynamodb_call.h - one operation on the lock table, waited for: for making and examining it. */
#ifndef STORE_DYNAMODB_CALL_H
#define STORE_DYNAMODB_CALL_H

#include "base/buffer.h"
#include "store/dynamodb.h"
#include "wire/dynamodb_body.h"
#include "wire/dynamodb_reply.h"

/* Zeroed but for the first three. */
struct dynamodb_call {
    const struct dynamodb_link *link;
    const struct dynamodb_table *table;
    const char *target;                /* DYNAMODB_TARGET "DescribeTable" */
    struct buffer answer;              /* after a success: the body, one JSON object */
    char code[DYNAMODB_CODE_SIZE_MAX]; /* after a failure: DynamoDB's code; "": it has said none */
    struct duration took;              /* from the sending to the reply */
};

/* Sends a body and waits for the answer, at most ten seconds. What DynamoDB refuses because of
 * our clock or of keys that are over is tried once more; nothing else is. */
ddblock_status dynamodb_call_send(struct dynamodb_call *call, const struct dynamodb_body *body,
                                  ddblock_error *error);

void dynamodb_call_finish(struct dynamodb_call *call);

#endif
