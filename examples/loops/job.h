/* job.h - a piece of work under two locks, for a program with an event loop.
 *
 * It is the same in each example, and knows no loop. A loop does three things for it: it calls
 * job_on_events when the descriptor is readable, job_on_timer every JOB_PERIOD_MS, and job_stop
 * when a signal asks for an end. None of these waits. When job_is_over, the loop ends. */
#ifndef JOB_H
#define JOB_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

enum { JOB_PERIOD_MS = 50 };

/* One lock, from the start of its acquisition until its handle is freed. */
struct job_lock {
    const char *name;
    ddblock_lock *handle; /* NULL: there is none */
    bool held;
};

struct job {
    ddblock_store *store;
    ddblock_client *client;
    struct job_lock first;  /* two locks are taken one after the other, and in the same order */
    struct job_lock second; /* by everyone, or two programs would wait for each other for ever */
    int step;
    int steps;
    bool stopping;
};

/* Begins the job: PROGRAM FILE [STEPS], 3 if not given. On failure says why. job_close must
 * follow in any case. */
bool job_open(struct job *job, int argc, char **argv);

/* Returns the descriptor to watch; it belongs to the client. */
int job_fd(const struct job *job);

void job_on_events(struct job *job);
void job_on_timer(struct job *job);
void job_stop(struct job *job);
bool job_is_over(const struct job *job);

/* Frees everything. Returns the program's exit status: 0 if all steps were done. */
int job_close(struct job *job);

#endif
