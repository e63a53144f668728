/* scenario_run.c - a scenario with something going wrong in it. */
#include <signal.h>
#include <unistd.h>

#include "torture/scenarios.h"

enum { HANG_S = 120 };

static char watched[256];

/* Called in a signal handler: what it writes was made before. */
static void hang(int signal_number)
{
    (void)signal_number;
    (void)!write(STDERR_FILENO, "it hangs: ", 10);
    (void)!write(STDERR_FILENO, watched, strlen(watched));
    (void)!write(STDERR_FILENO, "\n", 1);
    _exit(1);
}

void scenario_watch(const char *what, const struct scenario *scenario, enum where where, size_t k)
{
    struct sigaction action = {.sa_handler = hang};

    snprintf(watched, sizeof(watched), "%s %zu of \"%s\" in %s", what, k, scenario->name,
             where_name(where));
    (void)sigaction(SIGALRM, &action, NULL);
    (void)alarm(HANG_S);
}

const char *scenario_watched(void)
{
    return watched;
}

size_t scenario_run(const struct scenario *scenario, enum where where, size_t k, size_t count)
{
    struct world world;

    world_open(&world, where, count == TROUBLE_ONCE);
    trouble_arm(k, count);
    if (world_open_store(&world)) {
        scenario->run(&world);
    }
    world_close(&world); /* which disarms it */
    (void)alarm(0);
    return trouble_count();
}
