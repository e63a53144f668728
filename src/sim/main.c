/* main.c - ddblock-sim: the lock protocol in simulated worlds. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/shrink.h"

static const char *promise_text(int promise)
{
    static const char *const texts[] = {
        "no promise is broken",
        "promise 1, rising fencing tokens, is broken",
        "promise 2, one believer, is broken",
        "promise 3, no false loss, is broken",
        "promise 4, true answers, is broken",
        "promise 5, in time, is broken",
        "the code contradicted itself",
    };

    return texts[promise];
}

static void print_violation(const struct violation *violation)
{
    printf("%s", promise_text(violation->promise));
    if (violation->promise != 0) {
        printf(": %s", violation->what);
    }
    if (violation->acquisition != 0) {
        printf(" (acquisition %u)", violation->acquisition);
    }
    printf("\n");
}

/* The whole history of one world, up to its end or to what is wrong. */
static int replay(const struct world_options *options)
{
    struct world_options world = *options;
    struct coverage coverage;
    struct violation violation;

    world.trace = stdout;
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* an assertion must not take the last lines along */
    violation = world_run(&world, &coverage);
    printf("\n");
    coverage_print(&coverage);
    print_violation(&violation);
    return violation.promise == 0 ? 0 : 1;
}

static int report(const struct options *options, const struct finding *finding)
{
    struct world_options world = options->world;
    struct fault_mask mask;
    uint64_t strikes;

    world.seed = finding->seed;
    if (options->quiet || !options->shrink) {
        return 1;
    }
    strikes = shrink(&world, finding->violation.promise, &mask);
    printf("the shortest history that shows it has %" PRIu64 " faults:\n\n", strikes);
    (void)replay(&world);
    return 1;
}

static double seconds(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int run(const struct options *options)
{
    double begun = seconds();
    struct coverage coverage;
    struct finding finding = run_seeds(options, &coverage);
    int promise = finding.violation.promise;

    if (!options->quiet) {
        coverage_print(&coverage);
        printf("%.1f s\n", seconds() - begun);
    }
    if (promise == 0) {
        printf("%" PRIu64 " seeds, no promise broken\n", coverage.counts[COUNTER_SEEDS]);
        return 0;
    }
    printf("seed %" PRIu64 ": ", finding.seed);
    print_violation(&finding.violation);
    return report(options, &finding);
}

/* The simulator with that bug lies beside this one: the build made it so. */
static int become_mutant(const char *name, char **argv)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *slash;

    path[size > 0 ? size : 0] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
        (void)fprintf(stderr, "ddblock-sim: no such mutant: %s\n", name);
        return 2;
    }
    (void)snprintf(slash, sizeof(path) - (size_t)(slash - path), "/mutants/%s", name);
    if (setenv("DDBLOCK_SIM_MUTANT", name, 1) == 0) {
        (void)execv(path, argv);
    }
    (void)fprintf(stderr, "ddblock-sim: no such mutant, or it is not built: %s\n", path);
    return 2;
}

int main(int argc, char **argv)
{
    struct options options;
    int status = 2;

    if (!options_parse(&options, argc, argv, &status)) {
        return status;
    }
    if (options.mutant != NULL && getenv("DDBLOCK_SIM_MUTANT") == NULL) {
        return become_mutant(options.mutant, argv);
    }
    return options.replay ? replay(&options.world) : run(&options);
}
