/* run.c - runs worlds in processes of their own. */
#include "sim/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/memory.h"

/* Seeds that a worker takes at once. */
enum { CHUNK = 32, WORKERS_MAX = 256 };

struct worker {
    pid_t pid;
    _Atomic uint64_t seed; /* which it is at */
    struct coverage coverage;
    struct finding finding;
};

/* In memory that all of them share. */
struct shared {
    _Atomic uint64_t next;   /* the first seed that nobody has taken */
    _Atomic uint64_t lowest; /* of the violations so far */
    struct worker workers[WORKERS_MAX];
};

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory_got(memory == MAP_FAILED ? NULL : memory);
}

/* Takes chunks in order, so that whoever is below the lowest violation is still being looked at. */
static void work(struct shared *shared, struct worker *worker, const struct options *options)
{
    uint64_t end = options->world.seed + options->seeds;

    for (;;) {
        uint64_t first = atomic_fetch_add(&shared->next, CHUNK);

        for (uint64_t seed = first; seed < first + CHUNK; seed++) {
            struct world_options world = options->world;
            struct coverage coverage;
            struct violation violation;

            if (seed >= end || seed > atomic_load(&shared->lowest)) {
                return;
            }
            world.seed = seed;
            atomic_store(&worker->seed, seed);
            violation = world_run(&world, &coverage);
            coverage_add(&worker->coverage, &coverage);
            if (violation.promise != 0) {
                uint64_t lowest = atomic_load(&shared->lowest);

                worker->finding = (struct finding){seed, violation};
                while (seed < lowest &&
                       !atomic_compare_exchange_weak(&shared->lowest, &lowest, seed)) {
                }
                return;
            }
        }
    }
}

/* Assertions that fail on purpose, over and over, are not to be read. */
static void hush(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (null >= 0) {
        (void)dup2(null, STDERR_FILENO);
        (void)close(null);
    }
}

static void await(struct shared *shared, struct worker *worker)
{
    int status = 0;

    while (waitpid(worker->pid, &status, 0) < 0) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        uint64_t seed = atomic_load(&worker->seed);

        worker->finding = (struct finding){
            seed, {PROMISE_ITSELF, -1, 0, "the code under test contradicted itself"}};
        if (seed < atomic_load(&shared->lowest)) {
            atomic_store(&shared->lowest, seed);
        }
    }
}

struct finding run_seeds(const struct options *options, struct coverage *ret_coverage)
{
    struct shared *shared = share(sizeof(*shared));
    struct finding finding = {0};
    long count = options->workers < WORKERS_MAX ? options->workers : WORKERS_MAX;

    atomic_store(&shared->next, options->world.seed);
    atomic_store(&shared->lowest, UINT64_MAX);
    (void)fflush(NULL);
    for (long i = 0; i < count; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            hush();
            work(shared, &shared->workers[i], options);
            _exit(0);
        }
        if (pid < 0) {
            memory_got(NULL);
        }
        shared->workers[i].pid = pid;
    }
    *ret_coverage = (struct coverage){0};
    for (long i = 0; i < count; i++) {
        const struct worker *worker = &shared->workers[i];

        await(shared, &shared->workers[i]);
        coverage_add(ret_coverage, &worker->coverage);
        if (worker->finding.violation.promise != 0 &&
            (finding.violation.promise == 0 || worker->finding.seed < finding.seed)) {
            finding = worker->finding;
        }
    }
    (void)munmap(shared, sizeof(*shared));
    return finding;
}

struct apart {
    struct violation violation;
    struct coverage coverage;
};

struct violation run_apart(const struct world_options *options, struct coverage *ret_coverage)
{
    struct apart *apart = share(sizeof(*apart));
    struct violation violation;
    struct world_options silent = *options;
    int status = 0;
    pid_t pid;

    silent.trace = NULL;
    apart->violation =
        (struct violation){PROMISE_ITSELF, -1, 0, "the code under test contradicted itself"};
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        struct violation found;

        hush();
        found = world_run(&silent, &apart->coverage);
        apart->violation = found;
        _exit(0);
    }
    if (pid < 0) {
        memory_got(NULL);
    }
    while (waitpid(pid, &status, 0) < 0) {
    }
    violation = apart->violation;
    *ret_coverage = apart->coverage;
    (void)munmap(apart, sizeof(*apart));
    return violation;
}
