/* ending_test.c - what an application wants of a lock at the very moment when it ends.
 *
 * The log function runs in the thread of the store: while it waits, the acquisition is over, and
 * the store is not done with it yet. */
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/folder.h"
#include "support/testing.h"

/* How long a release has to reach the store's thread before that goes on. */
enum { HEAD_START_US = 100 * 1000 };

struct fixture {
    struct folder folder;
    ddblock_store *store;
    ddblock_client *client;
    ddblock_id id;
    sem_t refused;
    sem_t go_on;
};

static void on_log(void *user, ddblock_log_level level, const char *message)
{
    struct fixture *f = user;

    (void)level;
    if (strstr(message, ": not acquired: ") != NULL) {
        (void)sem_post(&f->refused);
        (void)sem_wait(&f->go_on);
    }
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    ddblock_file_options options;

    assert_int_equal(sem_init(&f->refused, 0, 0), 0);
    assert_int_equal(sem_init(&f->go_on, 0, 0), 0);
    folder_make(&f->folder);
    ddblock_file_options_init(&options);
    options.path = f->folder.file;
    options.log = on_log;
    options.log_user = f;
    assert_int_equal(ddblock_store_open_file(&options, &f->store, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_client_open(f->store, NULL, &f->client, NULL), DDBLOCK_OK);
    f->id = ddblock_id_string("lock");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ddblock_client_close(f->client);
    ddblock_store_close(f->store);
    folder_remove(&f->folder);
    (void)sem_destroy(&f->refused);
    (void)sem_destroy(&f->go_on);
    free(f);
    return 0;
}

static ddblock_lock *start(struct fixture *f)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;

    ddblock_acquire_options_init(&options);
    options.wait_ms = 0;
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, &options, &lock, NULL), DDBLOCK_OK);
    return lock;
}

static ddblock_lock *hold(struct fixture *f)
{
    ddblock_lock *lock = start(f);

    assert_int_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
    return lock;
}

static void a_cancel_that_comes_with_the_end_changes_nothing(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *holder = hold(f);
    ddblock_lock *lock = start(f);

    assert_int_equal(sem_wait(&f->refused), 0);
    ddblock_acquire_cancel(lock);
    assert_int_equal(sem_post(&f->go_on), 0);
    assert_int_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_NOT_ACQUIRED);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(holder, NULL), DDBLOCK_OK);
}

static void *release(void *lock)
{
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    return NULL;
}

static void a_release_that_comes_with_the_end_changes_nothing(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *holder = hold(f);
    ddblock_lock *lock = start(f);
    pthread_t thread;

    assert_int_equal(sem_wait(&f->refused), 0);
    assert_int_equal(pthread_create(&thread, NULL, release, lock), 0);
    (void)usleep(HEAD_START_US);
    assert_int_equal(sem_post(&f->go_on), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(ddblock_release(holder, NULL), DDBLOCK_OK);
}

static void *wait_for(void *lock)
{
    (void)ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL);
    return NULL;
}

/* glibc's pthread_cond_destroy() waits for whoever waits on it: in the child nobody wakes them. */
static void a_forked_child_closes_what_a_thread_of_the_parent_waits_for(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *holder = hold(f);
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    pthread_t thread;
    pid_t child;
    int status = -1;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, &options, &lock, NULL), DDBLOCK_OK);
    assert_int_equal(pthread_create(&thread, NULL, wait_for, lock), 0);
    (void)usleep(HEAD_START_US);
    child = fork();
    if (child == 0) {
        (void)alarm(20);
        _exit(ddblock_release(lock, NULL) != DDBLOCK_FORKED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(ddblock_release(holder, NULL), DDBLOCK_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cancel_that_comes_with_the_end_changes_nothing),
        TEST(a_release_that_comes_with_the_end_changes_nothing),
        TEST(a_forked_child_closes_what_a_thread_of_the_parent_waits_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
