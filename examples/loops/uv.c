/* uv.c - two locks in libuv's loop: uv FILE [STEPS] */
#include <signal.h>
#include <stdio.h>
#include <uv.h>

#include "job.h"

struct program {
    struct job job;
    uv_loop_t loop;
    uv_poll_t locks;
    uv_timer_t timer;
    uv_signal_t interrupt;
    uv_signal_t terminate;
};

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

/* When nothing is left to wait for, all handles are closed, and uv_run returns. */
static void end_if_over(struct program *program)
{
    if (job_is_over(&program->job)) {
        uv_walk(&program->loop, close_handle, NULL);
    }
}

static void on_locks(uv_poll_t *handle, int status, int events)
{
    struct program *program = handle->data;

    (void)status, (void)events;
    job_on_events(&program->job);
    end_if_over(program);
}

static void on_timer(uv_timer_t *handle)
{
    job_on_timer(&((struct program *)handle->data)->job);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    job_stop(&((struct program *)handle->data)->job);
}

int main(int argc, char **argv)
{
    static struct program program;
    int rc = uv_loop_init(&program.loop);

    if (rc == 0 && job_open(&program.job, argc, argv)) {
        program.locks.data = program.timer.data = &program;
        program.interrupt.data = program.terminate.data = &program;
        (void)uv_timer_init(&program.loop, &program.timer); /* these three cannot fail */
        (void)uv_signal_init(&program.loop, &program.interrupt);
        (void)uv_signal_init(&program.loop, &program.terminate);
        if ((rc = uv_poll_init(&program.loop, &program.locks, job_fd(&program.job))) == 0 &&
            (rc = uv_poll_start(&program.locks, UV_READABLE, on_locks)) == 0 &&
            (rc = uv_timer_start(&program.timer, on_timer, JOB_PERIOD_MS, JOB_PERIOD_MS)) == 0 &&
            (rc = uv_signal_start(&program.interrupt, on_signal, SIGINT)) == 0 &&
            (rc = uv_signal_start(&program.terminate, on_signal, SIGTERM)) == 0) {
            (void)uv_run(&program.loop, UV_RUN_DEFAULT);
        }
    }
    if (rc != 0) {
        fprintf(stderr, "uv: %s\n", uv_strerror(rc));
    }
    uv_walk(&program.loop, close_handle, NULL); /* those of a start that failed half-way */
    (void)uv_run(&program.loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&program.loop);
    return job_close(&program.job);
}
