/* lookup.h - where a setting is looked for: the environment, then the profile. */
#ifndef AWS_LOOKUP_H
#define AWS_LOOKUP_H

#include <stdbool.h>

#include "aws/environment.h"
#include "ddblock/ddblock.h"

struct lookup {
    const ddblock_dynamodb_options *options; /* come first; each setting has its own */
    const struct environment *environment;
};

/* A setting and its place, for messages: "AWS_REGION", "region in the profile". */
struct found {
    const char *value; /* NULL: it is not set */
    const char *from;
};

/* Looks for a setting under the names that it has in the environment and in the profile; either
 * may be NULL. */
struct found lookup_find(const struct lookup *lookup, const char *variable, const char *key);

/* The same for a switch, which must be true or false; false if it is not set.
 *
 * Returns DDBLOCK_INVALID for anything else. */
ddblock_status lookup_switch(const struct lookup *lookup, const char *variable, const char *key,
                             bool *ret_on, ddblock_error *error);

/* Refuses a value that is none of the setting: returns DDBLOCK_INVALID. right is what would be
 * right: "true or false". */
ddblock_status lookup_wrong(const struct found *found, const char *right, ddblock_error *error);

#endif
