/* hold.h - keeping watch over the command while the lock is held. */
#ifndef CLI_HOLD_H
#define CLI_HOLD_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "child.h"
#include "events.h"
#include "guard.h"
#include "terminal.h"

struct hold {
    struct events *events;
    struct terminal *terminal;
    ddblock_lock *lock;
    const char *shown; /* the lock's name, for people */
    bool verbose;
    struct guard guard;
    struct child child;
    enum guard_action done; /* what the guard has had to do so far */
    bool resume_due;        /* the command is to be continued, if the lock is still held */
};

/* Runs until the command has ended: hands signals on to it, and ends it before the lock is
 * lost. Afterwards done tells whether that happened. */
struct child_end hold_run(struct hold *hold);

#endif
