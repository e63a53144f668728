/* cycles.c - acquires and releases one lock again and again, and tells what that costs.
 *
 *     cycles STANDIN CYCLES [DELAY_MS [RECORD]]     in the stand-in
 *     cycles --file PATH CYCLES                     in a file
 *
 * Prints one line of figures, all for one cycle but the last two:
 *
 *     cpu_us ms requests write_units half_read_units acquire_ms release_ms
 *
 * acquire_ms and release_ms are medians. The lock is there before the first cycle that counts, and
 * connections are open. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { WARM_UP = 20 };

struct bench {
    struct standin standin;
    bool has_standin;
    ddblock_store *store;
    ddblock_client *client;
    double *acquire_ms;
    double *release_ms;
};

static void cycle(const struct bench *bench, double *ret_acquire_ms, double *ret_release_ms)
{
    ddblock_id id = ddblock_id_string("lock");
    ddblock_lock *lock = NULL;
    ddblock_error error;
    double began = now_ms();
    double held;

    if (ddblock_acquire(bench->client, &id, NULL, &lock, &error) != DDBLOCK_OK) {
        die(error.message);
    }
    held = now_ms();
    release_lock(lock);
    *ret_acquire_ms = held - began;
    *ret_release_ms = now_ms() - held;
}

static struct counts counts_of(const struct bench *bench)
{
    return bench->has_standin ? standin_counts(&bench->standin) : (struct counts){0};
}

static void run(struct bench *bench, size_t cycles)
{
    struct counts before;
    struct counts after;
    double count = (double)cycles;
    double unused;
    double cpu;
    double began;

    for (size_t i = 0; i < WARM_UP; i++) {
        cycle(bench, &unused, &unused);
    }
    before = counts_of(bench);
    cpu = cpu_us();
    began = now_ms();
    for (size_t i = 0; i < cycles; i++) {
        cycle(bench, &bench->acquire_ms[i], &bench->release_ms[i]);
    }
    cpu = cpu_us() - cpu;
    began = now_ms() - began;
    after = counts_of(bench);
    printf("%.1f %.3f %.3f %.3f %.3f %.3f %.3f\n", cpu / count, began / count,
           (double)(after.requests - before.requests) / count,
           (double)(after.writes - before.writes) / count,
           (double)(after.half_reads - before.half_reads) / count,
           quantile(bench->acquire_ms, cycles, 0.5), quantile(bench->release_ms, cycles, 0.5));
}

static ddblock_store *open_file(const char *path)
{
    ddblock_file_options options;
    ddblock_store *store = NULL;
    ddblock_error error;

    ddblock_file_options_init(&options);
    options.path = path;
    if (ddblock_store_open_file(&options, &store, &error) != DDBLOCK_OK) {
        die(error.message);
    }
    return store;
}

static void open_store(struct bench *bench, int argc, char **argv)
{
    char no_delay[] = "0";
    char no_loss[] = "0";
    char *arguments[] = {argv[1], argc > 3 ? argv[3] : no_delay, no_loss, argc > 4 ? argv[4] : NULL,
                         NULL};

    bench->has_standin = strcmp(argv[1], "--file") != 0;
    if (bench->has_standin) {
        standin_start(&bench->standin, arguments);
        bench->store = standin_open_store(&bench->standin);
    } else {
        bench->store = open_file(argv[2]);
    }
}

int main(int argc, char **argv)
{
    struct bench bench = {.has_standin = false};
    ddblock_client_options options;
    ddblock_error error;
    size_t cycles;

    if (argc < 3 || (strcmp(argv[1], "--file") == 0 && argc < 4)) {
        die("usage: cycles STANDIN CYCLES [DELAY_MS [RECORD]], or cycles --file PATH CYCLES");
    }
    open_store(&bench, argc, argv);
    cycles = strtoul(argv[bench.has_standin ? 2 : 3], NULL, 10);
    bench.acquire_ms = calloc(cycles + 1, sizeof(double));
    bench.release_ms = calloc(cycles + 1, sizeof(double));
    ddblock_client_options_init(&options);
    options.owner = "bench";
    if (bench.acquire_ms == NULL || bench.release_ms == NULL ||
        ddblock_client_open(bench.store, &options, &bench.client, &error) != DDBLOCK_OK) {
        die("no client");
    }
    run(&bench, cycles);
    ddblock_client_close(bench.client);
    ddblock_store_close(bench.store);
    if (bench.has_standin) {
        standin_stop(&bench.standin);
    }
    free(bench.acquire_ms);
    free(bench.release_ms);
    return 0;
}
