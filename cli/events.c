/* events.c - signals by signalfd(2), time by timerfd_create(2), all in one poll(2). */
#include "events.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "exit.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

/* Where the lock has no descriptor we look at it so often. */
enum { LOOK_MS = 50 };

enum { ENDING_SIGNALS = sizeof(ending_signals) / sizeof(ending_signals[0]) };

bool signal_ends(int signal)
{
    for (size_t i = 0; i < ENDING_SIGNALS; i++) {
        if (ending_signals[i] == signal) {
            return true;
        }
    }
    return false;
}

/* A blocked signal is never discarded, not even an ignored one: to honour nohup it must stay
 * out of the set. */
static void add_unless_ignored(sigset_t *set, int signal)
{
    struct sigaction action = {0};

    if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
        (void)sigaddset(set, signal);
    }
}

static void set_handler(int signal, void (*handler)(int), struct sigaction *ret_before)
{
    struct sigaction action = {.sa_handler = handler};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signal, &action, ret_before);
}

ddblock_status events_open(struct events *events, ddblock_error *error)
{
    sigset_t taken;
    sigset_t blocked;

    *events = (struct events){.signal_fd = -1, .timer_fd = -1, .other_fd = -1};
    /* Where SIGCHLD was ignored, children would vanish unseen. */
    set_handler(SIGCHLD, SIG_DFL, &events->child_before);
    /* Writing to a closed connection or pipe is an error, not our death. */
    set_handler(SIGPIPE, SIG_IGN, &events->pipe_before);

    (void)sigemptyset(&taken);
    for (size_t i = 0; i < ENDING_SIGNALS; i++) {
        add_unless_ignored(&taken, ending_signals[i]);
    }
    add_unless_ignored(&taken, SIGTSTP);
    (void)sigaddset(&taken, SIGCONT);
    (void)sigaddset(&taken, SIGCHLD);
    blocked = taken;
    /* Blocked, it lets us write to the terminal and give it away from the background. */
    (void)sigaddset(&blocked, SIGTTOU);
    (void)sigprocmask(SIG_BLOCK, &blocked, &events->mask_before);

    events->signal_fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    events->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (events->signal_fd < 0 || events->timer_fd < 0) {
        return error_set(error, DDBLOCK_INTERNAL, "no descriptor for signals or time: %s",
                         strerror(errno));
    }
    return DDBLOCK_OK;
}

void events_close(struct events *events)
{
    if (events->signal_fd >= 0) {
        (void)close(events->signal_fd);
    }
    if (events->timer_fd >= 0) {
        (void)close(events->timer_fd);
    }
}

void events_wait(struct events *events, ddblock_lock *lock, int64_t timeout_ms)
{
    int fd = ddblock_lock_fd(lock);
    struct itimerspec timer = {0};
    struct pollfd fds[4] = {
        {.fd = events->signal_fd, .events = POLLIN},
        {.fd = events->timer_fd, .events = POLLIN},
        {.fd = fd, .events = POLLIN}, /* poll ignores a negative one */
        {.fd = events->other_fd, .events = POLLIN},
    };
    uint64_t count;

    if (lock != NULL && fd < 0 && timeout_ms > LOOK_MS) {
        timeout_ms = LOOK_MS;
    }
    if (timeout_ms != INT64_MAX) {
        /* All zero would disarm it. */
        timer.it_value.tv_sec = (time_t)(timeout_ms / 1000);
        timer.it_value.tv_nsec = (long)(timeout_ms % 1000) * 1000000 + 1;
    }
    (void)timerfd_settime(events->timer_fd, 0, &timer, NULL);
    (void)poll(fds, 4, -1);
    (void)!read(events->timer_fd, &count, sizeof(count));
}

bool events_other_is_ready(const struct events *events)
{
    struct pollfd fd = {.fd = events->other_fd, .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}

int events_take(struct events *events)
{
    struct signalfd_siginfo info;

    if (read(events->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
        return 0;
    }
    return (int)info.ssi_signo;
}

void events_restore_signals(const struct events *events)
{
    (void)sigaction(SIGCHLD, &events->child_before, NULL);
    (void)sigaction(SIGPIPE, &events->pipe_before, NULL);
    (void)sigprocmask(SIG_SETMASK, &events->mask_before, NULL);
}

bool events_stop_self(int signal)
{
    sigset_t set;
    sigset_t before;
    sigset_t pending;

    (void)kill(0, signal);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, signal);
    (void)sigprocmask(SIG_UNBLOCK, &set, &before);
    /* Here we are stopped; or not, if the group is orphaned (POSIX, signal.h: the default
     * action of SIGTSTP, SIGTTIN and SIGTTOU does not stop such a group). Only SIGCONT ends
     * a stop, and it is blocked: it waits to be seen. */
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)sigemptyset(&pending);
    (void)sigpending(&pending);
    return sigismember(&pending, SIGCONT) == 1;
}
