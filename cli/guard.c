/* guard.c - when to end the command because its lock is about to be lost. */
#include "guard.h"

enum {
    GRACE_MS_MAX = 5000,
    MARGIN_MS_MAX = 500,
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t margin_ms(int64_t lease_ms)
{
    return least(lease_ms / 20, MARGIN_MS_MAX);
}

int64_t guard_grace_ms(int64_t lease_ms)
{
    return least(lease_ms / 4, GRACE_MS_MAX);
}

int64_t guard_grace_max_ms(int64_t lease_ms, int64_t heartbeat_ms)
{
    return lease_ms - heartbeat_ms - 2 * margin_ms(lease_ms);
}

void guard_init(struct guard *guard, int64_t lease_ms, int64_t grace_ms)
{
    guard->kill_ms = margin_ms(lease_ms);
    guard->terminate_ms = grace_ms + guard->kill_ms;
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
