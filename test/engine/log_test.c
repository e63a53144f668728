/* log_test.c - what the application's log is told. */
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/folder.h"
#include "support/testing.h"

struct fixture {
    struct folder folder;
    ddblock_store *store;
    ddblock_lock *_Atomic lock; /* whose remaining time is looked at when its loss is logged */
    int64_t remaining_ms;       /* as it was then */
    atomic_bool lost;
    char note[512];
};

static void on_log(void *user, ddblock_log_level level, const char *message)
{
    struct fixture *f = user;

    if (level == DDBLOCK_LOG_WARNING && strstr(message, "heartbeat_period_ms") != NULL) {
        (void)snprintf(f->note, sizeof(f->note), "%s", message);
    }
    if (level == DDBLOCK_LOG_ERROR && f->lock != NULL) {
        f->remaining_ms = ddblock_lock_remaining_ms(f->lock);
        f->lost = true;
    }
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    ddblock_file_options options;

    folder_make(&f->folder);
    ddblock_file_options_init(&options);
    options.path = f->folder.file;
    options.log = on_log;
    options.log_user = f;
    assert_int_equal(ddblock_store_open_file(&options, &f->store, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    ddblock_store_close(f->store);
    folder_remove(&f->folder);
    free(f);
    return 0;
}

static ddblock_client *client_open(struct fixture *f, int64_t heartbeat_ms)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;

    ddblock_client_options_init(&options);
    options.lease_duration_ms = 30000;
    options.heartbeat_period_ms = heartbeat_ms;
    assert_int_equal(ddblock_client_open(f->store, &options, &client, NULL), DDBLOCK_OK);
    return client;
}

static void a_heartbeat_above_a_third_of_the_lease_is_noted(void **state)
{
    struct fixture *f = *state;

    ddblock_client_close(client_open(f, 10000));
    assert_string_equal(f->note, "");
    ddblock_client_close(client_open(f, 10002));
    assert_string_equal(f->note,
                        "heartbeat_period_ms is 10002, more than a third of the lease of 30000 ms: "
                        "one heartbeat that fails leaves little time for another");
}

/* The log is the application's code and may take its time: who looks meanwhile must know. */
static void a_loss_is_known_before_it_is_logged(void **state)
{
    struct fixture *f = *state;
    ddblock_client *client = client_open(f, 100);
    ddblock_id id = ddblock_id_string("lock");
    ddblock_lock *lock = NULL;
    ddblock_status status = DDBLOCK_NOT_ACQUIRED;
    ddblock_info info;

    assert_int_equal(ddblock_acquire(client, &id, NULL, &lock, NULL), DDBLOCK_OK);
    f->lock = lock;
    while (status == DDBLOCK_NOT_ACQUIRED) { /* a heartbeat came in between */
        assert_int_equal(ddblock_show(f->store, &id, &info, NULL), DDBLOCK_OK);
        status = ddblock_break(f->store, &id, &info, NULL);
    }
    assert_int_equal(status, DDBLOCK_OK);
    while (!f->lost) {
        (void)usleep(10000);
    }
    assert_int_equal(f->remaining_ms, 0);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_LOST);
    ddblock_client_close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_heartbeat_above_a_third_of_the_lease_is_noted),
        TEST(a_loss_is_known_before_it_is_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
