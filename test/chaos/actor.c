/* actor.c - a program that holds locks, for scripts/chaos: on the public header, as anybody's.
 *
 *     chaos_actor hold TABLE RESOURCE_PORT LEASE_MS SEED LOCK…
 *         contends for each lock in a thread of its own, until SIGTERM
 *     chaos_actor work RESOURCE_PORT HOLD_MS
 *         under "ddblock run": works as if it held $DDBLOCK_LOCK, which it cannot know
 *
 * Whoever holds writes to the resource again and again, with its fencing token, as $CHAOS_WHO.
 * What it does and believes is told on standard output, a line each, with instants of
 * CLOCK_MONOTONIC in microseconds, the clock that Node.js has too; N counts the acquisitions
 * of the process.
 *
 *     wait LOCK N AT               it begins to wait
 *     failed LOCK N AT STATUS      it has not acquired
 *     acquired LOCK N AT TOKEN
 *     look LOCK N FROM TO TOKEN REMAINING_MS
 *                                  between FROM and TO the library said that it holds for so long
 *     work LOCK N AT TOKEN         the same of "work": it runs, and is held to hold
 *     release LOCK N AT TOKEN      it is about to release
 *     released LOCK N AT TOKEN STATUS */
#include <ddblock/ddblock.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "resource.h"

/* Lines are written whole and at once, so that those of threads do not mix: pipe(7), PIPE_BUF. */
enum { LINE_SIZE_MAX = 512, LOCKS_MAX = 8, STEP_MS_MAX = 30, SLICE_MS = 100 };

struct contender {
    pthread_t thread;
    ddblock_client *client;
    const char *lock;
    const char *who;
    const char *port;
    long lease_ms;
    unsigned random; /* for rand_r: chance need not be good here, only repeatable */
};

static atomic_bool is_stopping;
static atomic_int acquisitions;

static int64_t now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sleep_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

static long random_below(struct contender *contender, long bound)
{
    return (long)((unsigned)rand_r(&contender->random) % (unsigned long)bound);
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    char line[LINE_SIZE_MAX];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (size <= 0 || size >= LINE_SIZE_MAX || write(STDOUT_FILENO, line, (size_t)size) != size) {
        _exit(3); /* whoever reads has gone */
    }
}

/* Waits for the lock as it is given, and cancels when the process is to end. */
static ddblock_lock *acquire(struct contender *contender, int number)
{
    ddblock_id id = ddblock_id_string(contender->lock);
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    ddblock_status status;

    ddblock_acquire_options_init(&options); /* by count, for one in three */
    if (random_below(contender, 3) > 0) {
        options.wait_ms = random_below(contender, 4 * contender->lease_ms);
    }
    tell("wait %s %d %" PRId64 "\n", contender->lock, number, now_us());
    status = ddblock_acquire_start(contender->client, &id, &options, &lock, NULL);
    while (status == DDBLOCK_OK) {
        status = ddblock_acquire_wait(lock, SLICE_MS, NULL);
        if (status != DDBLOCK_PENDING) {
            break;
        }
        status = DDBLOCK_OK;
        if (atomic_load(&is_stopping)) {
            ddblock_acquire_cancel(lock);
        }
    }
    if (status != DDBLOCK_OK) {
        tell("failed %s %d %" PRId64 " %s\n", contender->lock, number, now_us(),
             ddblock_status_name(status));
        (void)ddblock_release(lock, NULL);
        lock = NULL;
    }
    return lock;
}

/* Writes to the resource as long as the library says that the lock is held, for hold_ms at most.
 * Between the look and the write time passes, as in any program: a pause there is what fencing
 * is for. */
static void hold(struct contender *contender, ddblock_lock *lock, int number, long hold_ms,
                 int resource)
{
    uint64_t token = ddblock_lock_fencing_token(lock);
    int64_t end = now_us() + hold_ms * 1000;

    for (;;) {
        int64_t from = now_us();
        int64_t remaining_ms = ddblock_lock_remaining_ms(lock);
        int64_t to = now_us();

        if (remaining_ms <= 0 || to > end || atomic_load(&is_stopping)) {
            return;
        }
        tell("look %s %d %" PRId64 " %" PRId64 " %" PRIu64 " %" PRId64 "\n", contender->lock,
             number, from, to, token, remaining_ms);
        sleep_ms(random_below(contender, STEP_MS_MAX));
        (void)resource_write(resource, contender->lock, contender->who, number, token);
        sleep_ms(random_below(contender, STEP_MS_MAX));
    }
}

static void *contend(void *argument)
{
    struct contender *contender = argument;
    int resource = resource_connect(contender->port);

    while (!atomic_load(&is_stopping)) {
        int number = atomic_fetch_add(&acquisitions, 1);
        ddblock_lock *lock = acquire(contender, number);

        if (lock != NULL) {
            uint64_t token = ddblock_lock_fencing_token(lock);

            tell("acquired %s %d %" PRId64 " %" PRIu64 "\n", contender->lock, number, now_us(),
                 token);
            hold(contender, lock, number, random_below(contender, 2 * contender->lease_ms),
                 resource);
            tell("release %s %d %" PRId64 " %" PRIu64 "\n", contender->lock, number, now_us(),
                 token);
            ddblock_status status = ddblock_release(lock, NULL);
            tell("released %s %d %" PRId64 " %" PRIu64 " %s\n", contender->lock, number, now_us(),
                 token, ddblock_status_name(status));
        }
        sleep_ms(random_below(contender, contender->lease_ms / 4));
    }
    (void)close(resource);
    return NULL;
}

static ddblock_status open_client(const char *table, long lease_ms, ddblock_store **ret_store,
                                  ddblock_client **ret_client, ddblock_error *error)
{
    ddblock_dynamodb_options where;
    ddblock_client_options how;
    ddblock_status status;

    ddblock_dynamodb_options_init(&where); /* the endpoint and the keys are in the environment */
    where.lock_table = table;
    ddblock_client_options_init(&how);
    how.lease_duration_ms = lease_ms;
    how.owner = getenv("CHAOS_WHO");
    status = ddblock_store_open_dynamodb(&where, ret_store, error);
    if (status == DDBLOCK_OK) {
        status = ddblock_client_open(*ret_store, &how, ret_client, error);
    }
    return status;
}

static int hold_locks(char **arguments, int lock_count)
{
    struct contender contenders[LOCKS_MAX] = {0};
    ddblock_store *store = NULL;
    ddblock_client *client = NULL;
    ddblock_error error = {0};
    long lease_ms = strtol(arguments[2], NULL, 10);
    sigset_t signals;
    int received = 0;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (lock_count > LOCKS_MAX ||
        open_client(arguments[0], lease_ms, &store, &client, &error) != DDBLOCK_OK) {
        (void)fprintf(stderr, "chaos_actor: %s\n", error.message);
        return 1;
    }
    for (int i = 0; i < lock_count; i++) {
        contenders[i] =
            (struct contender){.client = client,
                               .lock = arguments[4 + i],
                               .who = getenv("CHAOS_WHO"),
                               .port = arguments[1],
                               .lease_ms = lease_ms,
                               .random = (unsigned)strtoul(arguments[3], NULL, 10) + (unsigned)i};
        if (pthread_create(&contenders[i].thread, NULL, contend, &contenders[i]) != 0) {
            return 1;
        }
    }
    (void)sigwait(&signals, &received);
    atomic_store(&is_stopping, true);
    for (int i = 0; i < lock_count; i++) {
        (void)pthread_join(contenders[i].thread, NULL);
    }
    ddblock_client_close(client);
    ddblock_store_close(store);
    return 0;
}

/* The command of "ddblock run" does not look at the lock: the tool is to end it in time. */
static int work(const char *port, long hold_ms)
{
    const char *lock = getenv("DDBLOCK_LOCK");
    const char *token_text = getenv("DDBLOCK_FENCING_TOKEN");
    const char *who = getenv("CHAOS_WHO");
    int64_t end = now_us() + hold_ms * 1000;
    int resource = resource_connect(port);
    uint64_t token;

    if (lock == NULL || token_text == NULL || who == NULL) {
        return 1;
    }
    token = strtoull(token_text, NULL, 10);
    while (now_us() < end) {
        tell("work %s 0 %" PRId64 " %" PRIu64 "\n", lock, now_us(), token);
        (void)resource_write(resource, lock, who, 0, token);
        sleep_ms(STEP_MS_MAX);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 7 && strcmp(argv[1], "hold") == 0 && getenv("CHAOS_WHO") != NULL) {
        return hold_locks(argv + 2, argc - 6);
    }
    if (argc == 4 && strcmp(argv[1], "work") == 0) {
        return work(argv[2], strtol(argv[3], NULL, 10));
    }
    (void)fprintf(stderr, "usage: chaos_actor hold TABLE PORT LEASE_MS SEED LOCK… | "
                          "work PORT HOLD_MS\n");
    return 64;
}
