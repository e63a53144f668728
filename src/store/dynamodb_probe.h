/* dynamodb_probe.h - trying whether an action on the lock table is permitted, without doing it. */
#ifndef STORE_DYNAMODB_PROBE_H
#define STORE_DYNAMODB_PROBE_H

#include "store/dynamodb_call.h"

/* Types of the keys of the item that is named; it need not be there, and is not made. */
struct probe_key {
    char partition_type;
    char sort_type; /* where the table has a sort key */
};

/* Tries "GetItem", or "UpdateItem", "PutItem" or "DeleteItem" under a condition that cannot hold:
 * DynamoDB looks at permissions first and at the condition before it writes.
 *
 * Returns DDBLOCK_OK if it is permitted, else why not. */
ddblock_status dynamodb_probe(struct dynamodb_call *call, const struct probe_key *key,
                              ddblock_error *error);

#endif
