/* parallel.c - jobs in processes of their own. */
#include "torture/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

#include "torture/scenarios.h"

enum { AT_ONCE = 8 };

static void (*run_job)(size_t index);
static size_t job_index;

static void run(void **state)
{
    (void)state;
    run_job(job_index);
}

/* In the child, whose exit runs the checks for leaks too. */
static int job_main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(run)};
    int failed;

    world_start();
    failed = cmocka_run_group_tests_name("torture", tests, NULL, NULL);
    world_stop();
    if (failed != 0) {
        print_error("it was at %s\n", scenario_watched());
    }
    return failed == 0 ? 0 : 1;
}

/* Waits for one. Returns 1 if it failed. */
static int reap(void)
{
    int status = 0;

    if (wait(&status) < 0) {
        abort();
    }
    return status == 0 ? 0 : 1;
}

int parallel_run(size_t count, void (*job)(size_t index))
{
    size_t running = 0;
    int failed = 0;

    run_job = job;
    cmocka_set_message_output(CM_OUTPUT_TAP); /* a few lines */
    for (job_index = 0; job_index < count; job_index++) {
        if (running == AT_ONCE) {
            failed += reap();
            running--;
        }
        switch (fork()) {
        case -1:
            abort();
        case 0:
            exit(job_main());
        default:
            running++;
        }
    }
    while (running > 0) {
        failed += reap();
        running--;
    }
    return failed;
}
