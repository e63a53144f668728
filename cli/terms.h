/* terms.h - how a lock is acquired and held, and what is told of it: the options that "run" and
 * "acquire" share. */
#ifndef CLI_TERMS_H
#define CLI_TERMS_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "exit.h"
#include "options.h"

enum {
    TERMS_LEASE = OPTIONS_TERMS,
    TERMS_HEARTBEAT,
    TERMS_FAIL_CLOSED,
    TERMS_WAIT,
    TERMS_NO_WAIT,
    TERMS_RETRIES,
    TERMS_POLL,
    TERMS_ACQUIRE_PERIOD,
    TERMS_TRUST_LOCAL_TIME,
    TERMS_DRIFT,
    TERMS_SETTLE,
    TERMS_OWNER,
    TERMS_CONFLICT_STATUS,
    TERMS_VERBOSE,
    TERMS_QUIET,
    TERMS_JSON_LOG,
};

/* clang-format off */
#define TERMS_ENTRIES \
    {TERMS_LEASE, 0, "lease", "DURATION", \
     "for how long the lock outlives a holder that died;\ndefault 10s"}, \
    {TERMS_HEARTBEAT, 0, "heartbeat", "DURATION", \
     "how often the lease is renewed, at most half of it;\n" \
     "0: never, so the lock is held for one lease only;\ndefault: a third of the lease"}, \
    {TERMS_FAIL_CLOSED, 0, "fail-closed", NULL, \
     "a lock that never expires: if the holder dies, a\n" \
     "person must end it (ddblock break); no fencing token"}, \
    {TERMS_WAIT, 0, "wait", "DURATION", "how long to wait for the lock; default forever"}, \
    {TERMS_NO_WAIT, 'n', "no-wait", NULL, "do not wait: the same as --wait 0"}, \
    {TERMS_RETRIES, 0, "retries", "N", \
     "wait by attempts instead of time: N after the first,\neach as long as the holder's lease"}, \
    {TERMS_CONFLICT_STATUS, 0, "conflict-exit-code", "N", \
     "exit with N, not 75, if the lock was not acquired"}, \
    {TERMS_POLL, 0, "poll", "DURATION", \
     "how often a lock that is waited for is looked at;\n" \
     "default: a fortieth of the lease, but 20ms to 5s"}, \
    {TERMS_ACQUIRE_PERIOD, 0, "acquire-period", "DURATION", \
     "the same for --fail-closed; default 1s"}, \
    {TERMS_TRUST_LOCAL_TIME, 0, "trust-local-time", NULL, \
     "take a dead holder's lock as soon as the wall clocks\n" \
     "say so; unsafe where they differ between machines"}, \
    {TERMS_DRIFT, 0, "drift-ppm", "N", \
     "by how much the rate of a clock may be wrong, in\nmillionths; default 500"}, \
    {TERMS_SETTLE, 0, "settle", "DURATION", \
     "after the lock of a dead holder was taken over, hold\n" \
     "it for so long before going on; default 0"}, \
    {TERMS_OWNER, 0, "owner", "TEXT", \
     "who holds the lock, for people; default\nddblock@VERSION_USER@HOST"}, \
    {TERMS_VERBOSE, 'v', "verbose", NULL, "tell on standard error what happens, with times"}, \
    {TERMS_QUIET, 'q', "quiet", NULL, \
     "tell nothing of waiting, nor that the lock was not\nacquired: the exit status does"}, \
    {TERMS_JSON_LOG, 0, "json-log", NULL, \
     "tell programs what happens: a JSON object a line, with\n" \
     "time, event, lock, sort, token (those that there are)\nand message"}
/* clang-format on */

struct terms {
    ddblock_client_options client; /* its owner is that of the options, or NULL */
    int64_t wait_ms;               /* 0: only try; DDBLOCK_FOREVER; DDBLOCK_AUTO: by retries */
    int conflict_status;
    bool verbose;
    bool quiet;
    bool json;

    /* Where they were given. */
    enum options_source timing_source; /* the strongest of what only leases have */
    enum options_source closed_source;
    enum options_source period_source;
    enum options_source wait_source;
    int wait_id; /* which of --wait, --no-wait, --retries counts; 0: none */
};

void terms_init(struct terms *terms);

/* Takes the option that was taken last, if its id is of the above; *ret_taken is false for
 * others. */
ddblock_status terms_set(struct terms *terms, const struct options *options, int id,
                         const char *value, bool *ret_taken, ddblock_error *error);

/* Checks that the options fit together. */
ddblock_status terms_complete(struct terms *terms, ddblock_error *error);

/* How often the lease is renewed, the default resolved; 0: never. */
int64_t terms_heartbeat_ms(const struct terms *terms);

#endif
