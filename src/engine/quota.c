/* quota.c - how many failed requests may be tried again. */
#include "engine/quota.h"

enum { TOKENS_MAX = 500, COST = 14, COST_THROTTLED = 5, FIRST_SUCCESS = 1 };

void quota_init(struct quota *quota)
{
    quota->tokens = TOKENS_MAX;
}

bool quota_take(struct quota *quota, ddblock_status status, uint32_t *ret_cost)
{
    uint32_t cost = status == DDBLOCK_THROTTLED ? COST_THROTTLED : COST;
    bool enough = quota->tokens >= cost;

    *ret_cost = enough ? cost : 0;
    quota->tokens -= *ret_cost;
    return enough;
}

void quota_return(struct quota *quota, uint32_t cost)
{
    quota->tokens += cost > 0 ? cost : FIRST_SUCCESS;
    if (quota->tokens > TOKENS_MAX) {
        quota->tokens = TOKENS_MAX;
    }
}
