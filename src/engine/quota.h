/* quota.h - how many failed requests may be tried again: a bucket of tokens.
 *
 * Where much fails, trying all of it again makes it worse. The numbers are those of the AWS SDKs
 * ("Retry behavior", AWS SDKs and Tools Reference Guide): each further try costs, each success
 * gives back. */
#ifndef ENGINE_QUOTA_H
#define ENGINE_QUOTA_H

#include <stdbool.h>

#include "ddblock/ddblock.h"

struct quota {
    uint32_t tokens;
};

/* A full one. */
void quota_init(struct quota *quota);

/* Takes what another try costs after a failure with this status, and sets *ret_cost to it. False,
 * and a cost of 0, if there is not that much left. */
bool quota_take(struct quota *quota, ddblock_status status, uint32_t *ret_cost);

/* A success, whose last try had cost this much; 0: it was the first. */
void quota_return(struct quota *quota, uint32_t cost);

#endif
