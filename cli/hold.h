/* hold.h - keeping watch over the command while the lock is held. */
#ifndef CLI_HOLD_H
#define CLI_HOLD_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "child.h"
#include "events.h"
#include "guard.h"
#include "lost_pipe.h"
#include "terminal.h"

/* What becomes of the command when its lock is lost, or about to be. */
enum on_lost {
    ON_LOST_TERMINATE, /* SIGTERM, and SIGKILL before the lease ends */
    ON_LOST_KILL,      /* SIGKILL before the lease ends */
    ON_LOST_IGNORE,    /* nothing: it is told only */
};

struct hold {
    struct events *events;
    struct terminal *terminal;
    ddblock_lock *lock;
    const char *shown; /* the lock's name, for people */
    enum on_lost on_lost;
    struct lost_pipe *lost_pipe;
    struct guard guard;
    struct child child;
    enum guard_action done; /* what the guard has had to do so far */
    bool resume_due;        /* the command is to be continued, if the lock is still held */
};

/* Runs until the command has ended: hands signals on to it, and ends it before the lock is
 * lost. Afterwards done tells whether that was about to happen. */
struct child_end hold_run(struct hold *hold);

#endif
