/* file_processes_test.c - one file of locks, many threads and processes, and their ends. */
#include "support/testing.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "store/stores.h"
#include "support/folder.h"

enum { WORKERS = 4, TURNS = 25, ALL_TURNS = WORKERS * TURNS, REQUEST_TIME_MS = 60000 };

static atomic_bool sync_fails;

static int setup(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));

    assert_non_null(folder);
    folder_make(folder);
    *state = folder;
    return 0;
}

static int teardown(void **state)
{
    folder_remove(*state);
    free(*state);
    return 0;
}

/* One worker: a store of its own, and the lock that all want. What is below runs in threads and
 * children too, so it fails by its result. */
struct worker {
    struct store *store;
    struct lock_id *id;
    struct guid guid;
};

static bool worker_start(struct worker *worker, const char *path)
{
    ddblock_file_options options;
    ddblock_id id = ddblock_id_string("wanted");

    *worker = (struct worker){0};
    ddblock_file_options_init(&options);
    options.path = path;
    return store_file_open(&options, &worker->store, NULL) == DDBLOCK_OK &&
           lock_id_create(&id, &worker->id, NULL) == DDBLOCK_OK;
}

static void worker_end(struct worker *worker)
{
    store_destroy(worker->store, false);
    lock_id_destroy(worker->id);
}

static struct outcome worker_send(struct worker *worker, struct request *ask)
{
    const struct store_request request = {.id = worker->id, .owner = "worker", .ask = ask};
    const struct store_reply *reply;

    ask->lease_ms = 10000;
    ask->wall_ms = clock_wall_ms();
    ask->give_up_at = instant_add(clock_now(), duration_from_ms(REQUEST_TIME_MS));
    store_submit(worker->store, &request);
    while ((reply = store_take_reply(worker->store)) == NULL) {
        store_wait(worker->store, INSTANT_NEVER);
    }
    return reply->outcome;
}

/* One acquisition, tried once. */
static struct outcome worker_try(struct worker *worker)
{
    struct request ask = {.kind = REQUEST_ACQUIRE};

    (void)!random_fill(&ask.fresh, sizeof(ask.fresh));
    worker->guid = ask.fresh;
    return worker_send(worker, &ask);
}

/* The token of an acquisition, after as many tries as it takes; 0 if one failed. */
static uint64_t worker_acquire(struct worker *worker)
{
    struct outcome outcome = worker_try(worker);

    while (outcome.kind == OUTCOME_REFUSED) {
        store_wait(worker->store, instant_add(clock_now(), duration_from_ms(1)));
        outcome = worker_try(worker);
    }
    return outcome.kind == OUTCOME_APPLIED ? outcome.token : 0;
}

static bool worker_release(struct worker *worker)
{
    struct request ask = {.kind = REQUEST_RELEASE, .mine_count = 1};

    ask.mine[0] = worker->guid;
    return worker_send(worker, &ask).kind == OUTCOME_APPLIED;
}

/* What threads share. */
struct crowd {
    const char *path;
    atomic_int holders;
    atomic_int faults;
    atomic_int given[ALL_TURNS + 1]; /* by token */
};

static void *thread_work(void *argument)
{
    struct crowd *crowd = argument;
    struct worker worker;

    if (!worker_start(&worker, crowd->path)) {
        atomic_fetch_add(&crowd->faults, 1);
    }
    for (int i = 0; i < TURNS && atomic_load(&crowd->faults) == 0; i++) {
        uint64_t token = worker_acquire(&worker);

        if (token == 0 || token > ALL_TURNS || atomic_fetch_add(&crowd->holders, 1) != 0 ||
            atomic_fetch_add(&crowd->given[token], 1) != 0) {
            atomic_fetch_add(&crowd->faults, 1);
        }
        atomic_fetch_sub(&crowd->holders, 1);
        if (!worker_release(&worker)) {
            atomic_fetch_add(&crowd->faults, 1);
        }
    }
    worker_end(&worker);
    return NULL;
}

static void threads_hold_it_one_at_a_time(void **state)
{
    struct folder *folder = *state;
    static struct crowd crowd;
    pthread_t threads[WORKERS];

    crowd.path = folder->file;
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, thread_work, &crowd), 0);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&crowd.faults), 0);
    for (size_t token = 1; token <= ALL_TURNS; token++) {
        assert_int_equal(atomic_load(&crowd.given[token]), 1);
    }
}

/* Starts a child that calls work and exits with what it returns. */
static pid_t start(int (*work)(const char *path, int output), const char *path, int output)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        _exit(work(path, output));
    }
    return child;
}

static void expect_exit(pid_t child, int expected)
{
    int status = 0;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), expected);
}

static int child_work(const char *path, int output)
{
    struct worker worker;

    if (!worker_start(&worker, path)) {
        return 1;
    }
    for (int i = 0; i < TURNS; i++) {
        uint64_t token = worker_acquire(&worker);

        if (token == 0 || write(output, &token, sizeof(token)) != sizeof(token) ||
            !worker_release(&worker)) {
            return 2;
        }
    }
    worker_end(&worker);
    return 0;
}

/* The children make the file too, all at once. Each writes its token to the pipe while it holds the
 * lock, so the tokens come in their order. */
static void processes_hold_it_one_at_a_time(void **state)
{
    struct folder *folder = *state;
    pid_t children[WORKERS];
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < WORKERS; i++) {
        children[i] = start(child_work, folder->file, ends[1]);
    }
    assert_int_equal(close(ends[1]), 0);
    for (uint64_t expected = 1; expected <= ALL_TURNS; expected++) {
        uint64_t token = 0;

        assert_int_equal(read(ends[0], &token, sizeof(token)), sizeof(token));
        assert_int_equal(token, expected);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        expect_exit(children[i], 0);
    }
    assert_int_equal(close(ends[0]), 0);
}

static int child_holds(const char *path, int output)
{
    struct worker worker;
    uint64_t token;

    if (!worker_start(&worker, path)) {
        return 1;
    }
    token = worker_acquire(&worker);
    (void)!write(output, &token, sizeof(token));
    for (;;) {
        (void)pause();
    }
}

static void the_lock_of_a_killed_process_stands(void **state)
{
    struct folder *folder = *state;
    struct worker worker;
    struct outcome outcome;
    struct request ask = {.kind = REQUEST_TAKE_OVER};
    uint64_t token = 0;
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = start(child_holds, folder->file, ends[1]);
    assert_int_equal(read(ends[0], &token, sizeof(token)), sizeof(token));
    assert_int_equal(token, 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);

    assert_true(worker_start(&worker, folder->file));
    outcome = worker_try(&worker);
    assert_int_equal(outcome.kind, OUTCOME_REFUSED);
    assert_int_equal(outcome.record.token, 1);
    ask.observed = outcome.record.guid;
    ask.observed_token = 1;
    assert_int_equal(worker_send(&worker, &ask).token, 2);
    worker_end(&worker);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

/* Acquires the lock that a dead process may have left; the token. */
static uint64_t worker_inherit(struct worker *worker)
{
    struct outcome outcome = worker_try(worker);
    struct request ask = {.kind = REQUEST_TAKE_OVER, .fresh = worker->guid};

    if (outcome.kind != OUTCOME_REFUSED) {
        return outcome.token;
    }
    ask.observed = outcome.record.guid;
    ask.observed_token = outcome.record.token;
    return worker_send(worker, &ask).token;
}

/* Kills a child in the middle of its writes, again and again: what it was told was given stays. */
static void no_token_is_given_twice_after_a_kill(void **state)
{
    struct folder *folder = *state;
    uint64_t highest = 0;

    for (int round = 0; round < 10; round++) {
        struct worker worker;
        uint64_t token = 0;
        int ends[2];
        pid_t child;

        assert_int_equal(pipe(ends), 0);
        child = start(child_work, folder->file, ends[1]);
        assert_int_equal(close(ends[1]), 0);
        for (int i = 0; i < 2 + round % 3; i++) {
            assert_int_equal(read(ends[0], &token, sizeof(token)), sizeof(token));
            assert_true(token > highest);
            highest = token;
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(ends[0], &token, sizeof(token)) == sizeof(token)) {
            highest = token;
        }
        assert_int_equal(close(ends[0]), 0);

        assert_true(worker_start(&worker, folder->file));
        token = worker_inherit(&worker);
        assert_true(token > highest);
        highest = token;
        assert_true(worker_release(&worker));
        worker_end(&worker);
    }
}

/* Exits with 0 if a file that cannot grow gives no lock, and one that can again does. */
static int child_meets_a_full_disk(const char *path, int output)
{
    struct rlimit limit = {0};
    struct worker worker;
    struct stat status;
    char log[160];
    uint64_t token;

    (void)output;
    (void)signal(SIGXFSZ, SIG_IGN);
    if (!worker_start(&worker, path) || worker_acquire(&worker) != 1 || !worker_release(&worker)) {
        return 1;
    }
    snprintf(log, sizeof(log), "%s-wal", path);
    if (stat(log, &status) != 0 || getrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 2;
    }
    limit.rlim_cur = (rlim_t)status.st_size + 100; /* a frame of the log begins, and is cut */
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 3;
    }
    for (int i = 0; i < 3; i++) {
        struct outcome outcome = worker_try(&worker);

        if (outcome.kind != OUTCOME_IN_DOUBT) { /* COMMIT is what writes */
            return 4;
        }
        if (outcome.status != DDBLOCK_UNAVAILABLE) {
            return 5;
        }
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 6;
    }
    token = worker_acquire(&worker);
    worker_end(&worker);
    return token == 2 ? 0 : 7;
}

static void a_full_disk_gives_no_lock(void **state)
{
    struct folder *folder = *state;

    expect_exit(start(child_meets_a_full_disk, folder->file, -1), 0);
}

/* Stands in for the system's, which SQLite calls: fails while sync_fails. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    if (atomic_load(&sync_fails)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

/* Dies with its last write in doubt: exits with 0 if that is what it was told. */
static int child_cannot_sync(const char *path, int output)
{
    struct worker worker;
    struct outcome outcome;

    if (!worker_start(&worker, path) || worker_acquire(&worker) != 1 || !worker_release(&worker)) {
        return 1;
    }
    atomic_store(&sync_fails, true);
    outcome = worker_try(&worker);
    if (write(output, &worker.guid, sizeof(worker.guid)) != sizeof(worker.guid)) {
        return 2;
    }
    return outcome.kind == OUTCOME_IN_DOUBT && outcome.status == DDBLOCK_UNAVAILABLE ? 0 : 3;
}

/* The doubt is real: what SQLite said was not committed is found committed later. */
static void a_commit_that_was_not_synced_may_come_to_life(void **state)
{
    struct folder *folder = *state;
    struct worker worker;
    struct outcome outcome;
    struct guid guid;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    expect_exit(start(child_cannot_sync, folder->file, ends[1]), 0);
    assert_int_equal(read(ends[0], &guid, sizeof(guid)), sizeof(guid));
    assert_true(worker_start(&worker, folder->file));
    outcome = worker_try(&worker);
    assert_int_equal(outcome.kind, OUTCOME_REFUSED);
    assert_true(foreign_guid_is(&outcome.record.guid, &guid));
    assert_int_equal(outcome.record.token, 2);
    worker_end(&worker);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

static struct worker inherited;

/* Exits with 0 if the parent's store can be dropped, and no other be opened. */
static int child_inherits(const char *path, int output)
{
    ddblock_file_options options;
    struct store *store = NULL;
    ddblock_error error = {0};

    (void)output;
    store_destroy(inherited.store, true);
    ddblock_file_options_init(&options);
    options.path = path;
    if (store_file_open(&options, &store, &error) != DDBLOCK_FORKED) {
        return 1;
    }
    return strstr(error.message, "fork") != NULL ? 0 : 2;
}

static void a_child_leaves_the_store_of_its_parent_alone(void **state)
{
    struct folder *folder = *state;
    int ends[2];
    pid_t child;
    uint64_t token = 0;

    assert_true(worker_start(&inherited, folder->file));
    assert_int_equal(worker_acquire(&inherited), 1);
    expect_exit(start(child_inherits, folder->file, -1), 0);
    assert_true(worker_release(&inherited));
    assert_int_equal(worker_acquire(&inherited), 2);
    assert_true(worker_release(&inherited));
    worker_end(&inherited);

    /* With all closed, a child may open one again. */
    assert_int_equal(pipe(ends), 0);
    child = start(child_holds, folder->file, ends[1]);
    assert_int_equal(read(ends[0], &token, sizeof(token)), sizeof(token));
    assert_int_equal(token, 3);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

int main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(processes_hold_it_one_at_a_time),
        CASE(threads_hold_it_one_at_a_time),
        CASE(the_lock_of_a_killed_process_stands),
        CASE(no_token_is_given_twice_after_a_kill),
        CASE(a_full_disk_gives_no_lock),
        CASE(a_commit_that_was_not_synced_may_come_to_life),
        CASE(a_child_leaves_the_store_of_its_parent_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
