/* region.h - which AWS region. */
#ifndef AWS_REGION_H
#define AWS_REGION_H

#include "aws/lookup.h"

/* The longest known is ap-southeast-1's length, 14; names of AWS stay far below. */
enum { REGION_SIZE_MAX = 32 };

struct region {
    char name[REGION_SIZE_MAX + 1];
    char from[sizeof(((struct found *)NULL)->from)]; /* where it was found */
};

/* Finds the region: the option, AWS_REGION, AWS_DEFAULT_REGION, the profile. With an endpoint of
 * its own (has_endpoint) none is needed: DynamoDB Local takes any, and us-east-1 is then what is
 * signed. ret_region->from says where it came from.
 *
 * Returns DDBLOCK_INVALID if there is none, or it is not of the form [a-z0-9-]{1,32}: it
 * becomes part of a host name. */
ddblock_status region_find(const struct lookup *lookup, bool has_endpoint,
                           struct region *ret_region, ddblock_error *error);

/* True for [a-z0-9-]{1,32}. */
bool region_is_valid(const char *text);

#endif
