/* hold_many.c - holds many locks in one process for a while, and tells what that costs.
 *
 *     hold_many STANDIN LOCKS SECONDS [DELAY_MS [LOST_PERMILLE]]
 *
 * Starts the stand-in, acquires LOCKS locks with a lease of 10 s and a heartbeat of 3 s by one
 * engine thread, holds them for SECONDS, and prints one line of figures:
 *
 *     locks lost at_risk heartbeats cpu_us_per_heartbeat bytes_per_lock resident_bytes_per_lock
 *     least_remaining_ms
 *
 * CPU is user and system time of this process while it holds, over the replies that the stand-in
 * sent meanwhile. Memory is the growth of what malloc has given out, and of the resident set, from
 * before the first lock, when as many connections as can be had were in use once, to the end. The
 * resident set keeps what the burst of acquisitions needed: a request for each that waits for a
 * connection. */
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ddblock/ddblock.h"

enum { LEASE_MS = 10000, HEARTBEAT_MS = 3000 };

struct standin {
    pid_t pid;
    FILE *out;
    int in;
};

struct bench {
    struct standin standin;
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock **locks;
    long count;
    long lost;
    long at_risk;
    int64_t least_remaining_ms;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "hold_many: %s\n", what);
    exit(1);
}

static long long read_number(const struct standin *standin)
{
    char line[64];

    if (fgets(line, sizeof(line), standin->out) == NULL) {
        die("the stand-in has ended");
    }
    return strtoll(line, NULL, 10);
}

static long long start_standin(struct standin *standin, char **arguments)
{
    int in[2];
    int out[2];

    if (pipe(in) != 0 || pipe(out) != 0) {
        die("no pipe");
    }
    standin->pid = fork();
    if (standin->pid == 0) {
        (void)dup2(in[0], STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        (void)close(in[1]);
        (void)close(out[0]);
        (void)execv(arguments[0], arguments);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    standin->in = in[1];
    standin->out = fdopen(out[0], "r");
    return read_number(standin);
}

static long long answered(const struct standin *standin)
{
    (void)kill(standin->pid, SIGUSR1);
    return read_number(standin);
}

static double cpu_us(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

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

static void open_client(struct bench *bench, long long port)
{
    char endpoint[64];
    ddblock_dynamodb_options options;
    ddblock_client_options client;
    ddblock_error error;

    (void)snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%lld", port);
    ddblock_dynamodb_options_init(&options);
    options.lock_table = "locks";
    options.endpoint = endpoint;
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = "secret";
    ddblock_client_options_init(&client);
    client.owner = "bench";
    client.lease_duration_ms = LEASE_MS;
    client.heartbeat_period_ms = HEARTBEAT_MS;
    if (ddblock_store_open_dynamodb(&options, &bench->store, &error) != DDBLOCK_OK ||
        ddblock_client_open(bench->store, &client, &bench->client, &error) != DDBLOCK_OK) {
        die(error.message);
    }
}

/* Starts count acquisitions, of locks named by what and a number, and waits for all. */
static void acquire_all(struct bench *bench, const char *what, long count)
{
    ddblock_acquire_options options;
    ddblock_error error;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    for (long i = 0; i < count; i++) {
        char name[64];
        ddblock_id id;

        (void)snprintf(name, sizeof(name), "%s-%ld", what, i);
        id = ddblock_id_string(name);
        if (ddblock_acquire_start(bench->client, &id, &options, &bench->locks[i], &error) !=
            DDBLOCK_OK) {
            die(error.message);
        }
    }
    for (long i = 0; i < count; i++) {
        if (ddblock_acquire_wait(bench->locks[i], DDBLOCK_FOREVER, &error) != DDBLOCK_OK) {
            die(error.message);
        }
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

int main(int argc, char **argv)
{
    struct bench bench = {.least_remaining_ms = LEASE_MS};
    double cpu;
    double memory;
    double allocated;
    double allocated_end;
    double memory_end;
    long long replies;
    long seconds;
    char *arguments[] = {argv[1], argc > 4 ? argv[4] : NULL, argc > 5 ? argv[5] : NULL, NULL};
    long warm = 200;

    if (argc < 4) {
        die("usage: hold_many STANDIN LOCKS SECONDS [DELAY_MS [LOST_PERMILLE]]");
    }
    bench.count = strtol(argv[2], NULL, 10);
    seconds = strtol(argv[3], NULL, 10);
    bench.locks = calloc((size_t)(bench.count > warm ? bench.count : warm), sizeof(ddblock_lock *));
    open_client(&bench, start_standin(&bench.standin, arguments));
    acquire_all(&bench, "warm", warm);
    release_all(&bench, warm);
    memory = resident_bytes();
    allocated = allocated_bytes();
    acquire_all(&bench, "lock", bench.count);
    look(&bench);
    bench.least_remaining_ms = LEASE_MS;
    cpu = cpu_us();
    replies = answered(&bench.standin);
    for (long i = 0; i < seconds; i++) {
        (void)poll(NULL, 0, 1000);
        look(&bench);
    }
    replies = answered(&bench.standin) - replies;
    cpu = cpu_us() - cpu;
    memory_end = resident_bytes();
    allocated_end = allocated_bytes();
    printf("%ld %ld %ld %lld %.1f %.0f %.0f %" PRId64 "\n", bench.count, bench.lost, bench.at_risk,
           replies, replies > 0 ? cpu / (double)replies : 0.0,
           (allocated_end - allocated) / (double)bench.count,
           (memory_end - memory) / (double)bench.count, bench.least_remaining_ms);
    release_all(&bench, bench.count);
    ddblock_client_close(bench.client);
    ddblock_store_close(bench.store);
    (void)close(bench.standin.in);
    (void)waitpid(bench.standin.pid, NULL, 0);
    return bench.lost > 0;
}
