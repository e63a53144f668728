/* sd_event.c - two locks in the loop of systemd's sd-event: sd_event FILE [STEPS] */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "job.h"

static int on_locks(sd_event_source *source, int fd, uint32_t events, void *data)
{
    struct job *job = data;

    (void)fd;
    (void)events;
    job_on_events(job);
    return job_is_over(job) ? sd_event_exit(sd_event_source_get_event(source), 0) : 0;
}

static int on_timer(sd_event_source *source, uint64_t due_us, void *data)
{
    struct job *job = data;
    int rc;

    (void)due_us;
    job_on_timer(job);
    rc = sd_event_source_set_time_relative(source, JOB_PERIOD_MS * 1000);
    return rc < 0 ? rc : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
    struct job *job = data;

    (void)source;
    (void)info;
    job_stop(job);
    return 0;
}

int main(int argc, char **argv)
{
    struct job job = {0};
    sd_event *event = NULL;
    sigset_t set;
    int rc = sd_event_new(&event);

    (void)sigemptyset(
        &set); /* as sd_event_add_signal wants it; ddblock's threads do by themselves */
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    if (rc >= 0 && job_open(&job, argc, argv) &&
        (rc = sd_event_add_io(event, NULL, job_fd(&job), EPOLLIN, on_locks, &job)) >= 0 &&
        (rc = sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, JOB_PERIOD_MS * 1000, 0,
                                         on_timer, &job)) >= 0 &&
        (rc = sd_event_add_signal(event, NULL, SIGINT, on_signal, &job)) >= 0 &&
        (rc = sd_event_add_signal(event, NULL, SIGTERM, on_signal, &job)) >= 0) {
        rc = sd_event_loop(event);
    }
    if (rc < 0) {
        fprintf(stderr, "sd_event: %s\n", strerror(-rc));
    }
    (void)sd_event_unref(
        event); /* with its sources, before the client whose descriptor one watches */
    return job_close(&job);
}
