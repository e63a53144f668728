/* place.h - where DynamoDB is and how it is reached: everything about it but the keys. */
#ifndef AWS_PLACE_H
#define AWS_PLACE_H

#include "aws/endpoint.h"
#include "aws/region.h"
#include "aws/settings.h"

struct aws_place {
    struct region region;
    struct endpoint_settings endpoint;
    char *endpoint_text; /* what endpoint.configured points to */
    char *ca_file;       /* NULL: the system's */
    uint32_t tries;      /* AWS_MAX_ATTEMPTS, max_attempts of the profile; 0: nobody says */
};

/* Looks in the options, the environment and AWS's shared files. The settings are of the same
 * options and environment.
 *
 * Returns DDBLOCK_INVALID with a sentence that names the setting; DDBLOCK_NO_MEMORY. */
ddblock_status aws_place_find(const struct aws_settings *settings,
                              const ddblock_dynamodb_options *options,
                              const struct environment *environment, struct aws_place *ret_place,
                              ddblock_error *error);

/* Frees what it holds. A zeroed one is fine. */
void aws_place_finish(struct aws_place *place);

#endif
