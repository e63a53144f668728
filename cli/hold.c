/* hold.c - keeping watch over the command while the lock is held.
 *
 * After every wake-up the lease is compared first, before any signal is looked at: we may
 * have been stopped or suspended past its end, and then the command must not go on. */
#include "hold.h"

#include <signal.h>
#include <string.h>

#include "duration.h"
#include "message.h"

/* The lease that is left; a lock that is lost has none. */
static int64_t remaining_ms(struct hold *hold, ddblock_error *cause)
{
    ddblock_state state;

    ddblock_lock_fd_clear(hold->lock);
    state = ddblock_lock_state(hold->lock, cause);
    if (state != DDBLOCK_STATE_HELD && state != DDBLOCK_STATE_AT_RISK) {
        return 0;
    }
    return ddblock_lock_remaining_ms(hold->lock);
}

static void terminate(struct hold *hold, const char *why)
{
    if (hold->on_lost == ON_LOST_TERMINATE) {
        child_signal(&hold->child, SIGTERM);
        child_signal(&hold->child, SIGCONT); /* a stopped one could not act on it */
        say_event(MESSAGE_AT_RISK, "%s is about to be lost (%s): the command gets SIGTERM",
                  hold->shown, why);
    } else {
        say_event(MESSAGE_AT_RISK, "%s is about to be lost (%s)", hold->shown, why);
    }
}

static void end(struct hold *hold, int64_t left_ms, const char *why)
{
    bool ignore = hold->on_lost == ON_LOST_IGNORE;

    if (!ignore) {
        child_signal(&hold->child, SIGKILL);
    }
    say_event(MESSAGE_LOST, "%s %s (%s): the command %s", hold->shown,
              left_ms > 0 ? "is all but lost" : "was lost", why,
              ignore ? "is left alone, as --on-lost ignore says" : "is killed");
}

/* Does what the guard says, each step once. Returns for how long that will do. */
static int64_t guard_lock(struct hold *hold)
{
    ddblock_error cause = {0};
    int64_t left_ms = remaining_ms(hold, &cause);
    enum guard_action action = guard_action(&hold->guard, left_ms);
    const char *why = cause.message[0] != '\0' ? cause.message : "no heartbeat renewed its lease";

    if (action <= hold->done) {
        return hold->done == GUARD_KILL ? INT64_MAX : guard_sleep_ms(&hold->guard, left_ms);
    }
    hold->done = action;
    lost_pipe_tell(hold->lost_pipe);
    if (action == GUARD_TERMINATE) {
        terminate(hold, why);
    } else {
        end(hold, left_ms, why);
    }
    return guard_sleep_ms(&hold->guard, left_ms);
}

static void hand_on_signals(struct hold *hold)
{
    int signal;

    while ((signal = events_take(hold->events)) != 0) {
        if (signal == SIGCONT) {
            hold->resume_due = true;
        } else if (signal_ends(signal) || signal == SIGTSTP) {
            say_event(MESSAGE_SIGNAL, "SIG%s: handed on to the command", sigabbrev_np(signal));
            child_signal(&hold->child, signal);
        }
    }
}

static void resume(struct hold *hold)
{
    hold->resume_due = false;
    if (hold->done == GUARD_KILL && hold->on_lost != ON_LOST_IGNORE) {
        return;
    }
    if (terminal_is_ours(hold->terminal) &&
        (hold->terminal->given || terminal_starts_given(hold->terminal))) {
        terminal_give(hold->terminal, hold->child.pid);
    }
    child_signal(&hold->child, SIGCONT);
}

/* The command was stopped. Where the terminal did it, the shell waits for its job, us, to
 * stop too. The lock is not renewed then: once we are continued, its lease decides. */
static void follow_stop(struct hold *hold, int signal)
{
    char left[DURATION_TEXT_SIZE];
    int64_t left_ms = ddblock_lock_remaining_ms(hold->lock);
    bool for_terminal = signal == SIGTTIN || signal == SIGTTOU;

    if (hold->terminal->fd < 0 || (signal != SIGTSTP && !for_terminal)) {
        say_event(MESSAGE_SIGNAL, "the command was stopped; %s is kept", hold->shown);
        return;
    }
    if (for_terminal && terminal_is_ours(hold->terminal)) {
        terminal_give(hold->terminal, hold->child.pid);
        hold->resume_due = true;
        return;
    }
    if (left_ms != INT64_MAX) {
        say_event(MESSAGE_STOPPED, "stopped: %s is kept for %s only", hold->shown,
                  duration_text(left, left_ms));
    }
    if (events_stop_self(signal) || signal == SIGTSTP) {
        hold->resume_due = true;
    }
}

struct child_end hold_run(struct hold *hold)
{
    for (;;) {
        int signal = 0;
        int64_t sleep_ms = guard_lock(hold);

        hand_on_signals(hold);
        if (hold->resume_due) {
            resume(hold);
        }
        switch (child_look(&hold->child, &signal)) {
        case CHILD_RUNS:
            events_wait(hold->events, hold->lock, sleep_ms);
            break;
        case CHILD_STOPPED:
            follow_stop(hold, signal);
            break;
        case CHILD_ENDED:
            if (hold->done != GUARD_NOTHING && hold->on_lost != ON_LOST_IGNORE) {
                /* What it left behind worked under the lock as well. */
                child_signal(&hold->child, SIGKILL);
            }
            return child_reap(&hold->child);
        }
    }
}
