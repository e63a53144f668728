/* keeping.h - a lock that is held across commands: from its acquisition to its release. */
#ifndef CLI_KEEPING_H
#define CLI_KEEPING_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "hold_file.h"
#include "session.h"

struct keeping {
    struct session session;
    struct hold_file file;
    bool renewed;        /* by this process: the lock stays in the session */
    int64_t max_hold_ms; /* INT64_MAX: no limit */
    int64_t acquired_ms; /* on boot_clock_ms */
    int while_fd;        /* readable when the process of --while-pid ends; -1: there is none */
};

/* Acquires the lock and writes the hold file. A lock that needs no heartbeats is not in the
 * session any more then, but in the file. False: it is not kept, why has been said, what there was
 * has been given back, and *ret_status is the exit status, which may be that of success. */
bool keeping_start(struct keeping *keeping, struct process holder, int *ret_status);

/* Keeps the lock until a signal comes, events.other_fd becomes readable, its time is over, or the
 * hold file is removed; then releases it. Or until it is lost. Returns the exit status. */
int keeping_run(struct keeping *keeping);

/* Releases the lock, and writes and tells what came of it. Returns the exit status. */
int keeping_release(struct keeping *keeping);

/* Releases a lock by what stands in the hold file, which must have an export: as
 * keeping_release. */
int keeping_release_exported(struct hold_file *file);

#endif
