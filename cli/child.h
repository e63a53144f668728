/* child.h - the command that runs under the lock, and its process group. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <ddblock/ddblock.h>
#include <stdbool.h>
#include <sys/types.h>

#include "descriptors.h"
#include "events.h"
#include "lost_pipe.h"
#include "terminal.h"

struct child {
    pid_t pid;    /* and the id of its group, until child_reap; 0: none */
    int error_fd; /* where it tells errno if it cannot be executed; -1: none */
};

/* What the command gets from us. */
struct child_options {
    char **command;     /* ends with NULL; found as execvp(3) finds it, no shell */
    char **environment; /* ends with NULL */
    const struct events *events;
    const struct descriptors *descriptors;
    const struct lost_pipe *lost_pipe;
    struct terminal *terminal;
};

/* Starts the command in a process group of its own, in the foreground if it is to start there.
 * It dies with us: SIGKILL, whatever ends this process (but a set-user-ID command escapes
 * that, and so do its own children). */
ddblock_status child_start(struct child *child, const struct child_options *options,
                           ddblock_error *error);

/* Sends the signal to the whole group. */
void child_signal(const struct child *child, int signal);

enum child_state {
    CHILD_RUNS,
    CHILD_STOPPED,
    CHILD_ENDED,
};

/* What became of the command since the last look. CHILD_STOPPED is told once, with the signal
 * that stopped it. An ended one stays a zombie until child_reap: until then its group's id
 * cannot be another's. */
enum child_state child_look(const struct child *child, int *ret_signal);

struct child_end {
    int status;     /* as a shell gives it: its own, 128 + signal, 126 or 127 */
    bool killed;    /* by a signal */
    int exec_errno; /* not 0: it could not be executed */
};

/* Takes the ended command away. */
struct child_end child_reap(struct child *child);

#endif
