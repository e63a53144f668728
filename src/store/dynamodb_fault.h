/* dynamodb_fault.h - what an error of DynamoDB's means. */
#ifndef STORE_DYNAMODB_FAULT_H
#define STORE_DYNAMODB_FAULT_H

#include "aws/session.h"
#include "store/dynamodb_options.h"
#include "wire/dynamodb_reply.h"
#include "wire/table_description.h"

/* True if the condition of a write did not hold. */
bool dynamodb_fault_is_refusal(const struct dynamodb_reply *reply);

/* True if a wrong clock of ours can be the cause, since it is part of the signature. */
bool dynamodb_fault_may_be_clock(const struct dynamodb_reply *reply);

/* True if AWS does not take the keys, which others may mend: they are expired, or unknown, as keys
 * are that were made a moment ago. */
bool dynamodb_fault_is_keys(const struct dynamodb_reply *reply);

/* What was asked, of which table, by whom. */
struct dynamodb_scene {
    const char *operation; /* "GetItem" */
    const struct dynamodb_table *table;
    struct aws_description aws;
    char partition_type; /* of the lock's id; 0: unknown */
    char sort_type;      /* the same */
};

/* Explains an error (status 4xx, with a code): returns the status and sets the sentence. */
ddblock_status dynamodb_fault_explain(const struct dynamodb_reply *reply,
                                      const struct dynamodb_scene *scene, ddblock_error *error);

/* The same for a WRONG_SCHEMA, when it is known what the table's keys are. The types are those of a
 * lock's id; 0: unknown. */
ddblock_status dynamodb_fault_explain_keys(const struct dynamodb_table *table,
                                           const struct table_description *description,
                                           char partition_type, char sort_type,
                                           ddblock_error *error);

enum { DYNAMODB_ARN_SIZE = TABLE_REFERENCE_SIZE_MAX + 1 };

/* Writes the table's ARN, with a * for an account that is unknown. Returns target. */
const char *dynamodb_table_arn(const struct dynamodb_table *table,
                               const struct aws_description *aws, char target[DYNAMODB_ARN_SIZE]);

#endif
