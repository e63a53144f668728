/* endpoint.h - where DynamoDB is. */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "aws/environment.h"
#include "ddblock/ddblock.h"
#include "wire/url.h"

/* An endpoint that somebody has set. */
struct endpoint_setting {
    const char *url;  /* NULL: nobody has */
    const char *from; /* "AWS_ENDPOINT_URL" say */
};

/* Looks where one may be set: the option, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL; the
 * last two not if AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true. */
struct endpoint_setting endpoint_configured(const ddblock_dynamodb_options *options,
                                            const struct environment *environment);

/* Takes the setting, or else applies AWS's rules to the region.
 *
 * Returns DDBLOCK_INVALID if the URL is not that of an endpoint; the message says where it
 * came from. */
ddblock_status endpoint_find(struct endpoint_setting setting, const char *region,
                             struct url *ret_url, ddblock_error *error);

#endif
