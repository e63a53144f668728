/* hold_many.c - holds many locks in one process for a while, and tells what that costs.
 *
 *     hold_many STANDIN LOCKS SECONDS [DELAY_MS [LOST_PERMILLE [LEASE_MS HEARTBEAT_MS]]]
 *
 * Starts the stand-in, acquires LOCKS locks (by default with a lease of 10 s and a heartbeat of
 * 3 s) by one engine thread, holds them for SECONDS, and prints one line of figures:
 *
 *     locks lost at_risk heartbeats cpu_us_per_heartbeat bytes_per_lock bytes_per_lock_max
 *     resident_bytes_per_lock least_remaining_ms library_cpu_ms wake_ups requests_per_heartbeat
 *
 * CPU is user and system time of this process while it holds, over the replies that the stand-in
 * sent meanwhile; library_cpu_ms that of the library's threads alone, which went to sleep and were
 * woken wake_ups times. Memory is the growth of what malloc has given out, from before the first
 * lock, when as many connections as can be had were in use once: the median and the greatest of a
 * look each second, at which some heartbeats may wait for a connection; and of the resident set, to
 * the end. */
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

enum { LEASE_MS = 10000, HEARTBEAT_MS = 3000 };

/* So many acquisitions are begun before the first is waited for: all at once, most would wait for a
 * connection for longer than a request may. */
enum { AT_ONCE = 500 };

struct bench {
    struct standin standin;
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock **locks;
    long count;
    long seconds;
    long lost;
    long at_risk;
    int64_t least_remaining_ms;
    double *allocated_bytes; /* at each look while they are held */
};

/* What has been used so far, or, as a difference, between two looks. */
struct usage {
    double cpu_us;
    double library_cpu_us;
    double resident_bytes;
    long long replies;
    long long wake_ups;
    long long renewals; /* as the library counts them */
};

static double resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0;
    long resident = 0;

    if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2) {
        die("no /proc/self/statm");
    }
    (void)fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

/* What malloc has given to this process: what is freed may stay resident, for the next who asks. */
static double allocated_bytes(void)
{
    struct mallinfo2 info = mallinfo2();

    return (double)(info.uordblks + info.hblkhd);
}

static struct usage usage_now(const struct bench *bench)
{
    ddblock_metrics metrics;

    if (ddblock_store_metrics(bench->store, &metrics) != DDBLOCK_OK) {
        die("no metrics");
    }
    return (struct usage){
        .cpu_us = cpu_us(),
        .library_cpu_us = cpu_of_others_us(),
        .resident_bytes = resident_bytes(),
        .replies = standin_answered(&bench->standin),
        .wake_ups = wake_ups(),
        .renewals = (long long)metrics.requests_renew,
    };
}

static void open_client(struct bench *bench, int64_t lease_ms, int64_t heartbeat_ms)
{
    ddblock_client_options options;
    ddblock_error error;

    bench->store = standin_open_store(&bench->standin);
    ddblock_client_options_init(&options);
    options.owner = "bench";
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = heartbeat_ms;
    if (ddblock_client_open(bench->store, &options, &bench->client, &error) != DDBLOCK_OK) {
        die(error.message);
    }
}

static void acquire_some(struct bench *bench, const char *what, long first, long end)
{
    for (long i = first; i < end; i++) {
        bench->locks[i] = begin_lock(bench->client, what, i);
    }
    for (long i = first; i < end; i++) {
        await_lock(bench->locks[i]);
    }
}

/* Acquires count locks, named by what and a number. */
static void acquire_all(struct bench *bench, const char *what, long count)
{
    for (long first = 0; first < count; first += AT_ONCE) {
        acquire_some(bench, what, first, count - first < AT_ONCE ? count : first + AT_ONCE);
    }
}

static void release_all(struct bench *bench, long count)
{
    ddblock_error error = {.status = DDBLOCK_OK};

    if (ddblock_client_release_all(bench->client, 60000, &error) != DDBLOCK_OK) {
        (void)fprintf(stderr, "hold_many: %s\n", error.message);
    }
    for (long i = 0; i < count; i++) {
        (void)ddblock_release(bench->locks[i], NULL);
    }
}

static void look(struct bench *bench)
{
    ddblock_event event;

    while (ddblock_client_next_event(bench->client, &event) == DDBLOCK_OK) {
        bench->lost += event.kind == DDBLOCK_EVENT_LOST;
        bench->at_risk += event.kind == DDBLOCK_EVENT_AT_RISK;
    }
    for (long i = 0; i < bench->count; i++) {
        int64_t remaining_ms = ddblock_lock_remaining_ms(bench->locks[i]);

        if (remaining_ms < bench->least_remaining_ms) {
            bench->least_remaining_ms = remaining_ms;
        }
    }
}

static void print(const struct bench *bench, const struct usage *empty, const struct usage *first,
                  const struct usage *last)
{
    long long replies = last->replies - first->replies;
    double count = (double)bench->count;
    double median = quantile(bench->allocated_bytes, (size_t)bench->seconds, 0.5);

    printf("%ld %ld %ld %lld %.1f %.0f %.0f %.0f %" PRId64 " %.1f %lld %.3f\n", bench->count,
           bench->lost, bench->at_risk, replies,
           replies > 0 ? (last->cpu_us - first->cpu_us) / (double)replies : 0.0, median / count,
           bench->allocated_bytes[bench->seconds - 1] / count,
           (last->resident_bytes - empty->resident_bytes) / count, bench->least_remaining_ms,
           (last->library_cpu_us - first->library_cpu_us) / 1000, last->wake_ups - first->wake_ups,
           last->renewals > first->renewals
               ? (double)replies / (double)(last->renewals - first->renewals)
               : 0.0);
}

static void run(struct bench *bench)
{
    struct usage empty;
    struct usage first;
    struct usage last;
    double before;
    long warm = 200;

    acquire_all(bench, "warm", warm);
    release_all(bench, warm);
    empty = usage_now(bench);
    before = allocated_bytes();
    acquire_all(bench, "lock", bench->count);
    look(bench);
    bench->least_remaining_ms = INT64_MAX;
    first = usage_now(bench);
    for (long i = 0; i < bench->seconds; i++) {
        (void)poll(NULL, 0, 1000);
        look(bench);
        bench->allocated_bytes[i] = allocated_bytes() - before;
    }
    last = usage_now(bench);
    print(bench, &empty, &first, &last);
    release_all(bench, bench->count);
}

int main(int argc, char **argv)
{
    struct bench bench = {.least_remaining_ms = INT64_MAX};
    char *arguments[] = {argv[1], argc > 4 ? argv[4] : NULL, argc > 5 ? argv[5] : NULL, NULL};

    if (argc < 4) {
        die("usage: hold_many STANDIN LOCKS SECONDS [DELAY_MS [LOST_PERMILLE [LEASE_MS "
            "HEARTBEAT_MS]]]");
    }
    bench.count = strtol(argv[2], NULL, 10);
    bench.seconds = strtol(argv[3], NULL, 10);
    bench.allocated_bytes = calloc((size_t)bench.seconds + 1, sizeof(double));
    if (bench.count < 1 || bench.seconds < 1 || bench.allocated_bytes == NULL) {
        die("LOCKS and SECONDS must be at least 1");
    }
    bench.locks =
        calloc((size_t)(bench.count > AT_ONCE ? bench.count : AT_ONCE), sizeof(ddblock_lock *));
    standin_start(&bench.standin, arguments);
    open_client(&bench, argc > 7 ? strtol(argv[6], NULL, 10) : LEASE_MS,
                argc > 7 ? strtol(argv[7], NULL, 10) : HEARTBEAT_MS);
    run(&bench);
    ddblock_client_close(bench.client);
    ddblock_store_close(bench.store);
    standin_stop(&bench.standin);
    free(bench.locks);
    free(bench.allocated_bytes);
    return bench.lost > 0;
}
