/* endpoint.h - where DynamoDB is. */
#ifndef AWS_ENDPOINT_H
#define AWS_ENDPOINT_H

#include "aws/lookup.h"
#include "wire/url.h"

enum endpoint_account_mode {
    ENDPOINT_ACCOUNT_PREFERRED, /* the account's own endpoint, where the account is known */
    ENDPOINT_ACCOUNT_DISABLED,
    ENDPOINT_ACCOUNT_REQUIRED,
};

/* What decides about the endpoint, besides region and account. */
struct endpoint_settings {
    struct found configured; /* an endpoint that somebody has set; value NULL: nobody has */
    bool fips;
    bool dual_stack;
    enum endpoint_account_mode account_mode;
};

/* Looks for them. What they point to stays where it was found.
 *
 * Returns DDBLOCK_INVALID for a switch that is none, or switches that exclude each other. */
ddblock_status endpoint_look_up(const struct lookup *lookup, struct endpoint_settings *ret_settings,
                                ddblock_error *error);

/* Takes the endpoint that was set, or else applies AWS's rules to the region and the account
 * (NULL: unknown).
 *
 * Returns DDBLOCK_INVALID if the URL is not that of an endpoint, with where it came from; or if an
 * account is required and missing. */
ddblock_status endpoint_find(const struct endpoint_settings *settings, const char *region,
                             const char *account_id, struct url *ret_url, ddblock_error *error);

/* The partition of a region: "aws", "aws-cn", …, as it stands in ARNs. */
const char *endpoint_partition(const char *region);

/* The domain of a region's services: "amazonaws.com". */
const char *endpoint_domain(const char *region);

#endif
