/* hand_over.c - many threads of one process take turns with one lock, and tells what a turn costs.
 *
 *     hand_over STANDIN THREADS TURNS [DELAY_MS]
 *
 * Each thread acquires the lock, holds it for no time and releases it, TURNS times. Prints one line
 * of figures:
 *
 *     turns requests_per_turn ms_per_turn out_of_order cpu_us_per_turn
 *
 * A turn needs two requests, the acquisition and the release, if nobody polls. It is out of order
 * if somebody had it who came later than another one who still waited. */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "harness.h"

struct bench {
    struct standin standin;
    ddblock_client *client;
    long turns;
    pthread_mutex_t mutex; /* starting, and taking a number for it, is one step */
    uint64_t started;
    uint64_t served; /* guarded by the lock that is measured */
    long out_of_order;
};

static void *take_turns(void *argument)
{
    struct bench *bench = argument;

    for (long i = 0; i < bench->turns; i++) {
        ddblock_lock *lock;
        uint64_t number;

        (void)pthread_mutex_lock(&bench->mutex);
        number = bench->started++;
        lock = begin_lock(bench->client, "lock", 0);
        (void)pthread_mutex_unlock(&bench->mutex);
        await_lock(lock);
        bench->out_of_order += number != bench->served;
        bench->served++;
        release_lock(lock);
    }
    return NULL;
}

static void run(struct bench *bench, pthread_t *threads, long count)
{
    double turns = (double)(count * bench->turns);
    long long replies = standin_answered(&bench->standin);
    double cpu = cpu_us();
    double began = now_ms();

    for (long i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, take_turns, bench) != 0) {
            die("no thread");
        }
    }
    for (long i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    printf("%.0f %.3f %.2f %ld %.1f\n", turns,
           (double)(standin_answered(&bench->standin) - replies) / turns,
           (now_ms() - began) / turns, bench->out_of_order, (cpu_us() - cpu) / turns);
}

int main(int argc, char **argv)
{
    struct bench bench = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    char *arguments[] = {argv[1], argc > 4 ? argv[4] : NULL, NULL};
    ddblock_client_options options;
    ddblock_store *store;
    pthread_t *threads;
    long count;

    if (argc < 4) {
        die("usage: hand_over STANDIN THREADS TURNS [DELAY_MS]");
    }
    count = strtol(argv[2], NULL, 10);
    bench.turns = strtol(argv[3], NULL, 10);
    threads = calloc((size_t)count + 1, sizeof(*threads));
    standin_start(&bench.standin, arguments);
    store = standin_open_store(&bench.standin);
    ddblock_client_options_init(&options);
    options.owner = "bench";
    if (threads == NULL ||
        ddblock_client_open(store, &options, &bench.client, NULL) != DDBLOCK_OK) {
        die("no memory");
    }
    run(&bench, threads, count);
    ddblock_client_close(bench.client);
    ddblock_store_close(store);
    standin_stop(&bench.standin);
    free(threads);
    return bench.out_of_order > 0;
}
