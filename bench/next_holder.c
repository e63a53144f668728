/* next_holder.c - how long it takes from one holder to the next, of two that share no memory.
 *
 *     next_holder STANDIN LOCKS ROUNDS LEASE_MS POLL_MS DELAY_MS [SAMPLES]     after a release
 *     next_holder --crash STANDIN LOCKS LEASE_MS POLL_MS DELAY_MS [SAMPLES]    after a kill -9
 *
 * POLL_MS -1 is the default. Each lock has a holder and a waiter; holders and waiters have a store
 * each, so that they meet in the stand-in alone (after a crash: holders are another process). A
 * round: the holder acquires, the waiter begins to wait, the holder releases after a random time.
 * Prints one line of figures:
 *
 *     samples median_ms p99_ms longest_ms read_units_per_s write_units
 *
 * The time is that from the call of release, or the kill, to the waiter's acquisition. The read
 * units are for each second that one waiter waits; the write units of one acquisition that waited
 * (not after a crash, where heartbeats are among them: -1). Each sample is a line of the file
 * SAMPLES. */
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

struct bench {
    struct standin standin;
    ddblock_client *holder;
    ddblock_client *waiter;
    size_t locks;
    size_t rounds;
    int64_t poll_ms; /* as it is, also by default */
    double *samples; /* a row for each lock */
    double *waits;
};

/* One lock and its thread. */
struct pair {
    struct bench *bench;
    size_t index;
    pthread_t thread;
};

static ddblock_client *open_client(const struct standin *standin, ddblock_store **ret_store,
                                   int64_t lease_ms, int64_t poll_ms)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;
    ddblock_error error;

    *ret_store = standin_open_store(standin);
    ddblock_client_options_init(&options);
    options.owner = "bench";
    options.lease_duration_ms = lease_ms;
    options.poll_period_ms = poll_ms >= 0 ? poll_ms : DDBLOCK_AUTO;
    if (ddblock_client_open(*ret_store, &options, &client, &error) != DDBLOCK_OK) {
        die(error.message);
    }
    return client;
}

static void *take_rounds(void *argument)
{
    struct pair *pair = argument;
    struct bench *bench = pair->bench;
    unsigned int seed = (unsigned int)pair->index + 1;

    for (size_t i = 0; i < bench->rounds; i++) {
        size_t sample = pair->index * bench->rounds + i;
        int64_t hold_ms = bench->poll_ms + rand_r(&seed) % (2 * bench->poll_ms + 1);
        ddblock_lock *held = begin_lock(bench->holder, "lock", (long)pair->index);
        ddblock_lock *waiting;
        double began;
        double released;

        await_lock(held);
        began = now_ms();
        waiting = begin_lock(bench->waiter, "lock", (long)pair->index);
        (void)poll(NULL, 0, (int)hold_ms);
        released = now_ms();
        ddblock_release_start(held);
        await_lock(waiting);
        bench->samples[sample] = now_ms() - released;
        bench->waits[sample] = now_ms() - began;
        release_lock(held);
        release_lock(waiting);
    }
    return NULL;
}

static void print(const struct bench *bench, size_t count, const struct counts *before,
                  double writes_of_others, const char *path)
{
    struct counts after = standin_counts(&bench->standin);
    double waited_s = 0;
    double writes = -1;

    for (size_t i = 0; i < count; i++) {
        waited_s += bench->waits[i] / 1e3;
    }
    if (writes_of_others >= 0) {
        writes = (double)(after.writes - before->writes) / (double)count - writes_of_others;
    }
    printf("%zu %.0f %.0f %.0f %.2f %.2f\n", count, quantile(bench->samples, count, 0.5),
           quantile(bench->samples, count, 0.99), quantile(bench->samples, count, 1),
           (double)(after.half_reads - before->half_reads) / 2 / waited_s, writes);
    if (path != NULL) {
        FILE *file = fopen(path, "we");

        if (file == NULL) {
            die("cannot write the samples");
        }
        for (size_t i = 0; i < count; i++) {
            (void)fprintf(file, "%.1f\n", bench->samples[i]);
        }
        (void)fclose(file);
    }
}

static void after_release(struct bench *bench, const char *path)
{
    struct pair *pairs = calloc(bench->locks, sizeof(*pairs));
    struct counts before = standin_counts(&bench->standin);

    for (size_t i = 0; pairs != NULL && i < bench->locks; i++) {
        pairs[i] = (struct pair){.bench = bench, .index = i};
        if (pthread_create(&pairs[i].thread, NULL, take_rounds, &pairs[i]) != 0) {
            die("no thread");
        }
    }
    for (size_t i = 0; pairs != NULL && i < bench->locks; i++) {
        (void)pthread_join(pairs[i].thread, NULL);
    }
    /* The holder's acquisition and release, and the waiter's release. */
    print(bench, bench->locks * bench->rounds, &before, 3, path);
    free(pairs);
}

/* The process that is to be killed: holds the locks, says so, and goes on until then. */
static int hold(char **arguments)
{
    struct standin standin = {.port = strtoll(arguments[0], NULL, 10)};
    size_t locks = strtoul(arguments[1], NULL, 10);
    ddblock_store *store = NULL;
    ddblock_client *client = open_client(&standin, &store, strtoll(arguments[2], NULL, 10), -1);

    for (size_t i = 0; i < locks; i++) {
        await_lock(begin_lock(client, "lock", (long)i));
    }
    printf("held\n");
    (void)fflush(stdout);
    for (;;) {
        (void)pause();
    }
    return 0;
}

static pid_t start_holder(const struct bench *bench, char *lease)
{
    char program[] = "/proc/self/exe";
    char role[] = "--hold";
    char port[32];
    char locks[32];
    char *arguments[] = {program, role, port, locks, lease, NULL};
    char held[8];
    int out[2];
    pid_t pid;

    (void)snprintf(port, sizeof(port), "%lld", bench->standin.port);
    (void)snprintf(locks, sizeof(locks), "%zu", bench->locks);
    if (pipe(out) != 0) {
        die("no pipe");
    }
    pid = fork();
    if (pid == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)execv(program, arguments);
        _exit(127);
    }
    (void)close(out[1]);
    if (read(out[0], held, sizeof(held)) <= 0) {
        die("the holder has ended");
    }
    (void)close(out[0]);
    return pid;
}

/* Looks each millisecond, so that no thread has to be woken. */
static void await_all(struct bench *bench, ddblock_lock **waiting, double killed, double began)
{
    for (size_t left = bench->locks; left > 0; (void)poll(NULL, 0, 1)) {
        for (size_t i = 0; i < bench->locks; i++) {
            if (waiting[i] != NULL && ddblock_acquire_wait(waiting[i], 0, NULL) == DDBLOCK_OK) {
                bench->samples[i] = now_ms() - killed;
                bench->waits[i] = now_ms() - began;
                ddblock_release_start(waiting[i]);
                release_lock(waiting[i]);
                waiting[i] = NULL;
                left--;
            }
        }
    }
}

static void after_crash(struct bench *bench, char *lease, const char *path)
{
    ddblock_lock **waiting = calloc(bench->locks, sizeof(*waiting));
    pid_t holder = start_holder(bench, lease);
    struct counts before = standin_counts(&bench->standin);
    double began = now_ms();
    double killed;

    if (waiting == NULL) {
        die("no memory");
    }
    for (size_t i = 0; i < bench->locks; i++) {
        waiting[i] = begin_lock(bench->waiter, "lock", (long)i);
    }
    /* Long enough for heartbeats to drift apart. */
    (void)poll(NULL, 0, (int)strtol(lease, NULL, 10) * 3);
    killed = now_ms();
    (void)kill(holder, SIGKILL);
    (void)waitpid(holder, NULL, 0);
    await_all(bench, waiting, killed, began);
    print(bench, bench->locks, &before, -1, path);
    free(waiting);
}

int main(int argc, char **argv)
{
    bool crash = argc > 1 && strcmp(argv[1], "--crash") == 0;
    char **arguments = argv + (crash ? 2 : 1);
    int after = crash ? 2 : 3; /* arguments before the lease */
    struct bench bench = {.rounds = 1};
    ddblock_store *stores[2] = {NULL, NULL};
    int64_t lease_ms;

    if (argc > 4 && strcmp(argv[1], "--hold") == 0) {
        return hold(argv + 2);
    }
    if (argc < 7) {
        die("usage: next_holder STANDIN LOCKS ROUNDS LEASE_MS POLL_MS DELAY_MS [SAMPLES], or "
            "next_holder --crash STANDIN LOCKS LEASE_MS POLL_MS DELAY_MS [SAMPLES]");
    }
    bench.locks = strtoul(arguments[1], NULL, 10);
    bench.rounds = crash ? 1 : strtoul(arguments[2], NULL, 10);
    lease_ms = strtoll(arguments[after], NULL, 10);
    bench.poll_ms = strtoll(arguments[after + 1], NULL, 10);
    bench.samples = calloc(bench.locks * bench.rounds + 1, sizeof(double));
    bench.waits = calloc(bench.locks * bench.rounds + 1, sizeof(double));
    if (bench.samples == NULL || bench.waits == NULL) {
        die("no memory");
    }
    standin_start(&bench.standin, (char *[]){arguments[0], arguments[after + 2], NULL});
    bench.holder = open_client(&bench.standin, &stores[0], lease_ms, bench.poll_ms);
    bench.waiter = open_client(&bench.standin, &stores[1], lease_ms, bench.poll_ms);
    bench.poll_ms = bench.poll_ms >= 0 ? bench.poll_ms : lease_ms / 40;
    if (crash) {
        after_crash(&bench, arguments[after], arguments[after + 3]);
    } else {
        after_release(&bench, arguments[after + 3]);
    }
    ddblock_client_close(bench.holder);
    ddblock_client_close(bench.waiter);
    ddblock_store_close(stores[0]);
    ddblock_store_close(stores[1]);
    standin_stop(&bench.standin);
    free(bench.samples);
    free(bench.waits);
    return 0;
}
