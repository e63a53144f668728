/* contender.c - a process of ours in contention.js, on the public header alone.
 *
 *     interop_contender TABLE WORKERS LEASE_MS
 *
 * Each worker is a thread. It asks the judge, a line on standard output each, and waits for the
 * reply, a line on standard input:
 *
 *     WORKER next               NAME THINK_MS HOLD_MS: which lock is next, after which pause, and
 *                               for how long it is to be held; or "stop"
 *     WORKER wait NAME          it begins to acquire the lock
 *     WORKER gave-up NAME WHY   it does not have it
 *     WORKER got NAME TOKEN AT  it has it, since AT or before
 *     WORKER write NAME TOKEN AT
 *                               it writes to the resource that the lock guards, and still
 *                               believed in the lock after AT
 *     WORKER end NAME TOKEN AT  it does not believe in it from now on
 *     WORKER done NAME OUTCOME  released, lost or in-doubt
 *
 * AT is CLOCK_MONOTONIC in microseconds, which is one clock for all processes. Only one question
 * is under way at a time, and each is answered before what it tells of goes on. */
#include <ddblock/ddblock.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORKERS_MAX = 64, LINE_SIZE = 256, NAME_SIZE = 64, STEP_MS = 100 };

/* Nobody waits for so long while locks are handed on: it would be a lock that was forgotten. */
enum { WAIT_MS = 120000 };

struct worker {
    ddblock_client *client;
    int number;
};

static pthread_mutex_t talking = PTHREAD_MUTEX_INITIALIZER;

static void die(const char *what)
{
    (void)fprintf(stderr, "contender: %s\n", what);
    exit(1);
}

/* Asks the judge. more is the end of the line: "" or what follows the name. */
static void ask(const struct worker *worker, const char *verb, const char *name, const char *more,
                char reply[LINE_SIZE])
{
    (void)pthread_mutex_lock(&talking);
    (void)printf("%d %s %s %s\n", worker->number, verb, name, more);
    if (fflush(stdout) != 0 || fgets(reply, LINE_SIZE, stdin) == NULL) {
        die("the judge is gone");
    }
    (void)pthread_mutex_unlock(&talking);
}

static void tell(const struct worker *worker, const char *verb, const char *name, const char *more)
{
    char reply[LINE_SIZE];

    ask(worker, verb, name, more, reply);
}

static int64_t now_us(void)
{
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void pause_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

static void tell_token(const struct worker *worker, const char *verb, const char *name,
                       const ddblock_lock *lock, int64_t at_us)
{
    char more[64];

    (void)snprintf(more, sizeof(more), "%" PRIu64 " %" PRId64, ddblock_lock_fencing_token(lock),
                   at_us);
    tell(worker, verb, name, more);
}

static const char *outcome_of(ddblock_status status)
{
    switch (status) {
    case DDBLOCK_OK:
        return "released";
    case DDBLOCK_LOST:
        return "lost";
    default:
        return "in-doubt";
    }
}

/* Holds the lock and writes, as long as it may believe in it. */
static void hold(const struct worker *worker, const char *name, ddblock_lock *lock, long hold_ms)
{
    ddblock_status status;

    tell_token(worker, "got", name, lock, now_us());
    for (long held_ms = 0;; held_ms += STEP_MS) {
        int64_t before_us = now_us();

        if (ddblock_lock_remaining_ms(lock) == 0) {
            break;
        }
        tell_token(worker, "write", name, lock, before_us);
        if (held_ms >= hold_ms) {
            break;
        }
        pause_ms(hold_ms < STEP_MS ? hold_ms : STEP_MS);
    }
    tell_token(worker, "end", name, lock, now_us());
    status = ddblock_release(lock, NULL);
    tell(worker, "done", name, outcome_of(status));
}

static void take_turn(const struct worker *worker, const char *name, long hold_ms)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    ddblock_id id = ddblock_id_string(name);
    ddblock_error error;
    ddblock_status status;

    ddblock_acquire_options_init(&options);
    options.wait_ms = WAIT_MS;
    tell(worker, "wait", name, "");
    status = ddblock_acquire(worker->client, &id, &options, &lock, &error);
    if (status != DDBLOCK_OK) {
        tell(worker, "gave-up", name, ddblock_status_name(status));
        return;
    }
    hold(worker, name, lock, hold_ms);
}

static void *run(void *argument)
{
    const struct worker *worker = argument;
    char reply[LINE_SIZE];
    char name[NAME_SIZE];
    long think_ms = 0;
    long hold_ms = 0;

    for (;;) {
        ask(worker, "next", "", "", reply);
        if (strcmp(reply, "stop\n") == 0) {
            return NULL;
        }
        if (sscanf(reply, "%63s %ld %ld", name, &think_ms, &hold_ms) != 3) {
            die("the judge cannot be understood");
        }
        pause_ms(think_ms);
        take_turn(worker, name, hold_ms);
    }
}

static ddblock_client *open_client(const char *table, int64_t lease_ms, ddblock_store **ret_store)
{
    ddblock_dynamodb_options options;
    ddblock_client_options behaviour;
    ddblock_client *client = NULL;
    ddblock_error error;

    ddblock_dynamodb_options_init(&options);
    options.lock_table = table;
    ddblock_client_options_init(&behaviour);
    behaviour.lease_duration_ms = lease_ms;
    if (ddblock_store_open_dynamodb(&options, ret_store, &error) != DDBLOCK_OK ||
        ddblock_client_open(*ret_store, &behaviour, &client, &error) != DDBLOCK_OK) {
        die(error.message);
    }
    return client;
}

int main(int argc, char **argv)
{
    pthread_t threads[WORKERS_MAX];
    struct worker workers[WORKERS_MAX];
    ddblock_store *store = NULL;
    ddblock_client *client;
    int count;

    if (argc != 4) {
        die("usage: interop_contender TABLE WORKERS LEASE_MS");
    }
    count = atoi(argv[2]);
    if (count < 1 || count > WORKERS_MAX) {
        die("1 to 64 workers");
    }
    client = open_client(argv[1], atoll(argv[3]), &store);
    for (int i = 0; i < count; i++) {
        workers[i] = (struct worker){.client = client, .number = i};
        if (pthread_create(&threads[i], NULL, run, &workers[i]) != 0) {
            die("no thread");
        }
    }
    for (int i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    ddblock_client_close(client);
    ddblock_store_close(store);
    return 0;
}
