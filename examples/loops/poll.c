/* poll.c - two locks in a loop around poll(2): poll FILE [STEPS] */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "job.h"

/* Signals as a descriptor. The threads of ddblock block all signals by themselves. */
static int open_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)
                                                   : -1;
}

static int open_timer(void)
{
    struct timespec period = {.tv_nsec = JOB_PERIOD_MS * 1000000L};
    struct itimerspec spec = {.it_interval = period, .it_value = period};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

    if (fd >= 0) {
        (void)timerfd_settime(fd, 0, &spec, NULL);
    }
    return fd;
}

int main(int argc, char **argv)
{
    enum { SIGNALS, TIMER, LOCKS, COUNT };
    struct pollfd fds[COUNT] = {{.fd = open_signals(), .events = POLLIN},
                                {.fd = open_timer(), .events = POLLIN}};
    struct signalfd_siginfo signal;
    uint64_t expirations;
    struct job job;
    bool ready = job_open(&job, argc, argv);

    fds[LOCKS] = (struct pollfd){.fd = ready ? job_fd(&job) : -1, .events = POLLIN};
    if (fds[SIGNALS].fd < 0 || fds[TIMER].fd < 0) {
        perror("poll");
        ready = false;
    }
    while (ready && !job_is_over(&job)) {
        if (poll(fds, COUNT, -1) < 0) {
            continue; /* a signal that is not ours */
        }
        if (fds[LOCKS].revents != 0) { /* before the timer: a lock may have been lost */
            job_on_events(&job);
        }
        if (read(fds[TIMER].fd, &expirations, sizeof(expirations)) > 0) {
            job_on_timer(&job);
        }
        if (read(fds[SIGNALS].fd, &signal, sizeof(signal)) > 0) {
            job_stop(&job);
        }
    }
    (void)close(fds[SIGNALS].fd);
    (void)close(fds[TIMER].fd);
    return job_close(&job);
}
