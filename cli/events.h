/* events.h - what the tool waits for: signals, its lock, and time. */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include <ddblock/ddblock.h>
#include <signal.h>
#include <stdbool.h>

struct events {
    int signal_fd; /* signalfd(2) */
    int timer_fd;  /* on CLOCK_BOOTTIME, which counts suspend as the lease does */
    int other_fd;  /* what else to wait for, until it is readable; -1: nothing. The caller's */
    sigset_t mask_before;
    struct sigaction child_before;
    struct sigaction pipe_before;
};

/* Blocks the signals that events_take tells from now on, in this thread and in those that it
 * starts. Signals that the caller of the tool had ignored (nohup) stay so. */
ddblock_status events_open(struct events *events, ddblock_error *error);

void events_close(struct events *events);

/* Waits until there is a signal, the state of the lock (NULL: of none) may have changed, the other
 * descriptor is readable, or so much time has passed (INT64_MAX: for ever). May return early. */
void events_wait(struct events *events, ddblock_lock *lock, int64_t timeout_ms);

/* True if the other descriptor is readable now. */
bool events_other_is_ready(const struct events *events);

/* The next signal that has come; 0 if there is none. */
int events_take(struct events *events);

/* True if the signal asks the tool to end, or would by default; it is handed on to the
 * command where there is one. */
bool signal_ends(int signal);

/* Puts mask and dispositions back as they were. For a child between fork and exec: safe
 * there. */
void events_restore_signals(const struct events *events);

/* Stops this process's group as if the signal had come from the terminal, and returns when it
 * is continued. False if the system does not stop it, as nobody could continue it. */
bool events_stop_self(int signal);

#endif
