/* glib.c - two locks in GLib's main loop: glib FILE [STEPS] */
#include <glib-unix.h>
#include <glib.h>
#include <signal.h>

#include "job.h"

struct program {
    struct job job;
    GMainLoop *loop;
};

static gboolean on_locks(gint fd, GIOCondition condition, gpointer data)
{
    struct program *program = data;

    (void)fd;
    (void)condition;
    job_on_events(&program->job);
    if (job_is_over(&program->job)) {
        g_main_loop_quit(program->loop);
    }
    return G_SOURCE_CONTINUE;
}

static gboolean on_timer(gpointer data)
{
    struct program *program = data;

    job_on_timer(&program->job);
    return G_SOURCE_CONTINUE;
}

static gboolean on_signal(gpointer data)
{
    struct program *program = data;

    job_stop(&program->job);
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
    struct program program = {.loop = g_main_loop_new(NULL, FALSE)};

    if (job_open(&program.job, argc, argv)) {
        /* GLib ends the program where it has no memory: these cannot fail. */
        guint sources[] = {
            g_unix_fd_add(job_fd(&program.job), G_IO_IN, on_locks, &program),
            g_timeout_add(JOB_PERIOD_MS, on_timer, &program),
            g_unix_signal_add(SIGINT, on_signal, &program),
            g_unix_signal_add(SIGTERM, on_signal, &program),
        };

        g_main_loop_run(program.loop);
        for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
            (void)g_source_remove(sources[i]); /* before the client, whose descriptor one watches */
        }
    }
    g_main_loop_unref(program.loop);
    return job_close(&program.job);
}
