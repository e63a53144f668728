/* refresh.c - when keys are asked for anew. */
#include "aws/refresh.h"

enum {
    /* As the AWS SDKs do it: five minutes before the keys expire, and up to one more so that the
     * processes of a machine do not ask together. */
    LEAD_MS = 5 * 60 * 1000,
    JITTER_MS = 60 * 1000,
    /* A source that hands out keys which are nearly over, or a wall clock that is wrong, must not
     * make us ask without end. */
    PAUSE_MS_MIN = 10 * 1000,
    /* With the source down, old keys are kept and tried, for AWS may go on taking them ("static
     * stability" of the SDKs); asked again after five to ten minutes. */
    DOWN_MS_MIN = 5 * 60 * 1000,
    DOWN_MS_SPREAD = 5 * 60 * 1000,
    /* A refusal of the keys asks at once, but not in answer to each of many refusals. */
    FORCE_MS_MIN = 5 * 1000,
};

/* Between 0 and below, by chance. */
static int64_t draw(uint32_t random, int64_t below)
{
    return (int64_t)(((uint64_t)random * (uint64_t)below) >> 32);
}

static struct instant after_ms(struct instant now, int64_t ms)
{
    return instant_add(now, duration_from_ms(ms));
}

void refresh_found(struct refresh *refresh, int64_t expires_unix_ms, struct instant now,
                   int64_t wall_ms, uint32_t random)
{
    int64_t left_ms;
    int64_t wait_ms;

    refresh->has_keys = true;
    refresh->due = INSTANT_NEVER;
    refresh->expires_at = INSTANT_NEVER;
    refresh->force_at = after_ms(now, FORCE_MS_MIN);
    if (expires_unix_ms < 0) {
        return;
    }
    left_ms = expires_unix_ms > wall_ms ? expires_unix_ms - wall_ms : 0;
    refresh->expires_at = after_ms(now, left_ms);
    wait_ms = left_ms - LEAD_MS - draw(random, JITTER_MS);
    if (wait_ms < left_ms / 2) { /* they do not live long */
        wait_ms = left_ms / 2;
    }
    if (left_ms == 0) { /* they are over already, or our clock is wrong: AWS will say */
        wait_ms = DOWN_MS_MIN + draw(random, DOWN_MS_SPREAD);
    }
    refresh->due = after_ms(now, wait_ms > PAUSE_MS_MIN ? wait_ms : PAUSE_MS_MIN);
}

void refresh_failed(struct refresh *refresh, struct instant now, uint32_t random)
{
    int64_t left_ms =
        refresh->has_keys ? duration_to_ms(instant_until(now, refresh->expires_at)) : 0;
    int64_t wait_ms = DOWN_MS_MIN + draw(random, DOWN_MS_SPREAD);

    refresh->force_at = after_ms(now, FORCE_MS_MIN);
    if (!refresh->has_keys) {
        refresh->due = INSTANT_NEVER;
        return;
    }
    if (left_ms > 0 && wait_ms > left_ms / 2) { /* while they are good there is hope */
        wait_ms = left_ms / 2 > PAUSE_MS_MIN ? left_ms / 2 : PAUSE_MS_MIN;
    }
    refresh->due = after_ms(now, wait_ms);
}

bool refresh_may_force(const struct refresh *refresh, struct instant now)
{
    return !instant_before(now, refresh->force_at);
}
