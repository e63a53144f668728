/* guard.h - when to end the command because its lock is about to be lost.
 *
 * The rule, with LEASE the length of the lease:
 *
 *   grace  = what the command has between SIGTERM and SIGKILL: LEASE / 4, at most 5 s, unless
 *            something else is asked for;
 *   margin = LEASE / 20, at most 500 ms: for us to wake up and the kernel to end it;
 *   SIGTERM when the lease has grace + margin left, SIGKILL when it has margin left.
 *
 * So SIGTERM comes at 0.3 of the lease or later: after the lock is reported to be at risk
 * (a third), and with the longest heartbeat period (half) there is still a fifth of the
 * lease to send a heartbeat again. Above 5 s a longer grace would only cost more chances
 * to renew; consul lock gives 5 s as well. A grace that is asked for must leave a margin
 * between the time when a heartbeat is due and SIGTERM: else every run would be ended.
 *
 * A lock that is lost already is somebody else's: SIGKILL at once, no grace. */
#ifndef CLI_GUARD_H
#define CLI_GUARD_H

#include <stdint.h>

struct guard {
    int64_t terminate_ms; /* SIGTERM when so much of the lease is left */
    int64_t kill_ms;      /* SIGKILL */
};

enum guard_action {
    GUARD_NOTHING,
    GUARD_TERMINATE,
    GUARD_KILL,
};

/* The grace of the rule. */
int64_t guard_grace_ms(int64_t lease_ms);

/* The longest grace that can be asked for; negative: none can. */
int64_t guard_grace_max_ms(int64_t lease_ms, int64_t heartbeat_ms);

void guard_init(struct guard *guard, int64_t lease_ms, int64_t grace_ms);

/* What is to be done when remaining_ms of the lease are left. */
enum guard_action guard_action(const struct guard *guard, int64_t remaining_ms);

/* For how long the answer holds if nothing else happens; INT64_MAX: for ever. */
int64_t guard_sleep_ms(const struct guard *guard, int64_t remaining_ms);

#endif
