/* region.h - which AWS region. */
#ifndef AWS_REGION_H
#define AWS_REGION_H

#include <stdbool.h>

#include "aws/environment.h"
#include "ddblock/ddblock.h"

/* The longest known is ap-southeast-1's length, 14; names of AWS stay far below. */
enum { REGION_SIZE_MAX = 32 };

/* Finds the region: the option, AWS_REGION, AWS_DEFAULT_REGION. With an endpoint of its own
 * (has_endpoint) none is needed: DynamoDB Local takes any, and us-east-1 is then what is
 * signed.
 *
 * Returns DDBLOCK_INVALID if there is none, or it is not of the form [a-z0-9-]{1,32}: it
 * becomes part of a host name. */
ddblock_status region_find(const ddblock_dynamodb_options *options,
                           const struct environment *environment, bool has_endpoint,
                           char ret_region[REGION_SIZE_MAX + 1], ddblock_error *error);

#endif
