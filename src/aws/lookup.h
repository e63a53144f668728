/* lookup.h - where a setting is looked for: the environment, then the profile. */
#ifndef AWS_LOOKUP_H
#define AWS_LOOKUP_H

#include <stdbool.h>

#include "aws/config.h"

struct lookup {
    const ddblock_dynamodb_options *options; /* come first; each setting has its own */
    const struct environment *environment;
    const struct aws_config *config;
    const char *profile;
};

/* A setting. */
struct found {
    const char *value; /* NULL: it is not set */
    char from[48];     /* its place, for messages: "AWS_REGION", "region of the profile" */
};

/* Looks for a setting under the names that it has in the environment and in the profile; either
 * may be NULL. */
struct found lookup_find(const struct lookup *lookup, const char *variable, const char *key);

/* An endpoint of DynamoDB's that the profile has, by itself or in its [services] section. */
struct found lookup_profile_endpoint(const struct lookup *lookup);

/* As lookup_find for a switch, which must be true or false; false if it is not set.
 *
 * Returns DDBLOCK_INVALID for anything else. */
ddblock_status lookup_switch(const struct lookup *lookup, const char *variable, const char *key,
                             bool *ret_on, ddblock_error *error);

/* Refuses a value that is none of the setting: returns DDBLOCK_INVALID. right is what would be
 * right: "true or false". */
ddblock_status lookup_wrong(const struct found *found, const char *right, ddblock_error *error);

#endif
