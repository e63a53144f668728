/* dynamodb_fault.h - what an error of DynamoDB's means. */
#ifndef STORE_DYNAMODB_FAULT_H
#define STORE_DYNAMODB_FAULT_H

#include "store/dynamodb_options.h"
#include "wire/dynamodb_reply.h"

/* True if the condition of a write did not hold. */
bool dynamodb_fault_is_refusal(const struct dynamodb_reply *reply);

/* True if a wrong clock of ours can be the cause, since it is part of the signature. */
bool dynamodb_fault_may_be_clock(const struct dynamodb_reply *reply);

/* Explains an error (status 4xx, with a code) of an operation, "GetItem" say: returns the status
 * and sets the sentence. */
ddblock_status dynamodb_fault_explain(const struct dynamodb_reply *reply, const char *operation,
                                      const struct dynamodb_table *table, ddblock_error *error);

#endif
