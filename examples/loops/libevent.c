/* libevent.c - two locks in libevent's loop: libevent FILE [STEPS] */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>

#include "job.h"

struct program {
    struct job job;
    struct event_base *base;
};

static void on_locks(evutil_socket_t fd, short what, void *argument)
{
    struct program *program = argument;

    (void)fd;
    (void)what;
    job_on_events(&program->job);
    if (job_is_over(&program->job)) {
        (void)event_base_loopbreak(program->base);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *argument)
{
    struct program *program = argument;

    (void)fd;
    (void)what;
    job_on_timer(&program->job);
}

static void on_signal(evutil_socket_t fd, short what, void *argument)
{
    struct program *program = argument;

    (void)fd;
    (void)what;
    job_stop(&program->job);
}

static bool add(struct event *event, const struct timeval *period)
{
    return event != NULL && event_add(event, period) == 0;
}

int main(int argc, char **argv)
{
    struct program program = {.base = event_base_new()};
    struct timeval period = {.tv_usec = JOB_PERIOD_MS * 1000};
    struct event *events[4] = {0};
    bool ready = job_open(&program.job, argc, argv);

    if (ready && program.base != NULL) {
        events[0] =
            event_new(program.base, job_fd(&program.job), EV_READ | EV_PERSIST, on_locks, &program);
        events[1] = event_new(program.base, -1, EV_PERSIST, on_timer, &program);
        events[2] = evsignal_new(program.base, SIGINT, on_signal, &program);
        events[3] = evsignal_new(program.base, SIGTERM, on_signal, &program);
        if (add(events[0], NULL) && add(events[1], &period) && add(events[2], NULL) &&
            add(events[3], NULL)) {
            (void)event_base_dispatch(program.base);
        }
    }
    for (int i = 0; i < 4; i++) { /* before the client, whose descriptor the first one watches */
        if (events[i] != NULL) {
            event_free(events[i]);
        }
    }
    if (program.base != NULL) {
        event_base_free(program.base);
    }
    return job_close(&program.job);
}
