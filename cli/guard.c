/* guard.c - when to end the command because its lock is about to be lost. */
#include "guard.h"

#include <assert.h>

enum {
    GRACE_MS_MAX = 5000,
    MARGIN_MS_MAX = 500,
};

void guard_init(struct guard *guard, int64_t lease_ms)
{
    int64_t grace_ms = lease_ms / 4;
    int64_t margin_ms = lease_ms / 20;

    grace_ms = grace_ms < GRACE_MS_MAX ? grace_ms : GRACE_MS_MAX;
    margin_ms = margin_ms < MARGIN_MS_MAX ? margin_ms : MARGIN_MS_MAX;
    guard->kill_ms = margin_ms;
    guard->terminate_ms = grace_ms + margin_ms;
    assert(guard->terminate_ms * 10 <= lease_ms * 3);
}

enum guard_action guard_action(const struct guard *guard, int64_t remaining_ms)
{
    if (remaining_ms <= guard->kill_ms) {
        return GUARD_KILL;
    }
    return remaining_ms <= guard->terminate_ms ? GUARD_TERMINATE : GUARD_NOTHING;
}

int64_t guard_sleep_ms(const struct guard *guard, int64_t remaining_ms)
{
    switch (guard_action(guard, remaining_ms)) {
    case GUARD_NOTHING:
        return remaining_ms == INT64_MAX ? INT64_MAX : remaining_ms - guard->terminate_ms;
    case GUARD_TERMINATE:
        return remaining_ms - guard->kill_ms;
    case GUARD_KILL:
        break;
    }
    return INT64_MAX;
}
