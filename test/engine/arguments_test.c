/* arguments_test.c - what the public functions say to missing arguments, and in a child process. */
#include <sys/wait.h>
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/testing.h"

struct fixture {
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock *lock;
    ddblock_id id;
    ddblock_info info;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->id = ddblock_id_string("lock");
    assert_int_equal(ddblock_store_open_memory(&f->store, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_client_open(f->store, NULL, &f->client, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_acquire(f->client, &f->id, NULL, &f->lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_show(f->store, &f->id, &f->info, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ddblock_release(f->lock, NULL), DDBLOCK_OK);
    ddblock_client_close(f->client);
    ddblock_store_close(f->store);
    free(f);
    return 0;
}

/* The call is refused, and its message names what is missing. */
#define EXPECT_MISSING(call, what)                                                                 \
    do {                                                                                           \
        ddblock_error error = {0};                                                                 \
        assert_int_equal(call, DDBLOCK_INVALID);                                                   \
        assert_int_equal(error.status, DDBLOCK_INVALID);                                           \
        assert_string_equal(error.message, what " is NULL");                                       \
    } while (0)

static void what_is_opened_and_acquired_must_be_told(void **state)
{
    struct fixture *f = *state;
    ddblock_dynamodb_options dynamodb;
    ddblock_file_options file;
    ddblock_client *client = NULL;
    ddblock_lock *lock = NULL;
    ddblock_list *list = NULL;

    ddblock_dynamodb_options_init(&dynamodb);
    ddblock_file_options_init(&file);
    EXPECT_MISSING(ddblock_store_open_dynamodb(&dynamodb, NULL, &error), "ret_store");
    EXPECT_MISSING(ddblock_store_open_file(&file, NULL, &error), "ret_store");
    EXPECT_MISSING(ddblock_store_open_memory(NULL, &error), "ret_store");
    EXPECT_MISSING(ddblock_client_open(NULL, NULL, &client, &error), "store");
    EXPECT_MISSING(ddblock_client_open(f->store, NULL, NULL, &error), "ret_client");
    EXPECT_MISSING(ddblock_acquire(NULL, &f->id, NULL, &lock, &error), "client");
    EXPECT_MISSING(ddblock_acquire(f->client, NULL, NULL, &lock, &error), "id");
    EXPECT_MISSING(ddblock_acquire(f->client, &f->id, NULL, NULL, &error), "ret_lock");
    EXPECT_MISSING(ddblock_acquire_start(f->client, &f->id, NULL, NULL, &error), "ret_lock");
    EXPECT_MISSING(ddblock_acquire_wait(NULL, 0, &error), "lock");
    EXPECT_MISSING(ddblock_client_release_all(NULL, 0, &error), "client");
    EXPECT_MISSING(ddblock_list_open(NULL, NULL, &list, &error), "store");
    EXPECT_MISSING(ddblock_list_open(f->store, NULL, NULL, &error), "ret_list");
}

static void what_is_asked_of_a_lock_must_be_told(void **state)
{
    struct fixture *f = *state;
    const ddblock_list_entry *entry = NULL;
    ddblock_fence *fence = NULL;
    ddblock_lock *lock = NULL;
    ddblock_info info;
    ddblock_metrics metrics;
    char text[DDBLOCK_EXPORT_SIZE];

    EXPECT_MISSING(ddblock_lock_ensure(NULL, 1, &error), "lock");
    EXPECT_MISSING(ddblock_lock_export(NULL, text, sizeof(text), &error), "lock");
    EXPECT_MISSING(ddblock_lock_export(f->lock, NULL, 0, &error), "ret_text");
    EXPECT_MISSING(ddblock_lock_adopt(NULL, &f->id, "", &lock, &error), "client");
    EXPECT_MISSING(ddblock_lock_adopt(f->client, NULL, "", &lock, &error), "id");
    EXPECT_MISSING(ddblock_lock_adopt(f->client, &f->id, NULL, &lock, &error), "text");
    EXPECT_MISSING(ddblock_lock_adopt(f->client, &f->id, "", NULL, &error), "ret_lock");
    EXPECT_MISSING(ddblock_lock_fence(NULL, &fence, &error), "lock");
    EXPECT_MISSING(ddblock_lock_fence(f->lock, NULL, &error), "ret_fence");
    EXPECT_MISSING(ddblock_show(NULL, &f->id, &info, &error), "store");
    EXPECT_MISSING(ddblock_show(f->store, NULL, &info, &error), "id");
    EXPECT_MISSING(ddblock_show(f->store, &f->id, NULL, &error), "ret_info");
    EXPECT_MISSING(ddblock_break(NULL, &f->id, &f->info, &error), "store");
    EXPECT_MISSING(ddblock_break(f->store, NULL, &f->info, &error), "id");
    EXPECT_MISSING(ddblock_break(f->store, &f->id, NULL, &error), "shown");
    EXPECT_MISSING(ddblock_list_next(NULL, &entry, &error), "list");
    assert_int_equal(ddblock_store_metrics(NULL, &metrics), DDBLOCK_INVALID);
    assert_int_equal(ddblock_store_metrics(f->store, NULL), DDBLOCK_INVALID);
    assert_true(ddblock_lock_remaining_ms(f->lock) > 0);
}

/* What ends or frees takes NULL, as free(3) does; a descriptor of nothing is none. */
static void what_ends_takes_nothing(void **state)
{
    (void)state;
    ddblock_store_close(NULL);
    ddblock_client_close(NULL);
    ddblock_list_close(NULL);
    ddblock_fence_free(NULL);
    ddblock_acquire_cancel(NULL);
    ddblock_release_start(NULL);
    ddblock_lock_fd_clear(NULL);
    assert_int_equal(ddblock_release(NULL, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_fd(NULL), -1);
    assert_int_equal(ddblock_client_event_fd(NULL), -1);
}

static void options_must_have_been_initialised(void **state)
{
    struct fixture *f = *state;
    ddblock_dynamodb_options dynamodb = {0};
    ddblock_file_options file = {0};
    ddblock_client_options client_options = {0};
    ddblock_acquire_options acquire = {0};
    ddblock_list_options list_options = {0};
    ddblock_store *store = NULL;
    ddblock_client *client = NULL;
    ddblock_lock *lock = NULL;
    ddblock_list *list = NULL;
    ddblock_error error = {0};

    assert_int_equal(ddblock_store_open_dynamodb(NULL, &store, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_store_open_dynamodb(&dynamodb, &store, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_store_open_file(NULL, &store, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_store_open_file(&file, &store, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_client_open(f->store, &client_options, &client, &error),
                     DDBLOCK_INVALID);
    assert_string_equal(error.message, "the options are missing or were not initialised with "
                                       "ddblock_client_options_init");
    assert_int_equal(ddblock_acquire(f->client, &f->id, &acquire, &lock, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_list_open(f->store, &list_options, &list, NULL), DDBLOCK_INVALID);

    ddblock_acquire_options_init(&acquire);
    acquire.wait_ms = -7;
    assert_int_equal(ddblock_acquire(f->client, &f->id, &acquire, &lock, NULL), DDBLOCK_INVALID);
    assert_null(store);
    assert_null(client);
    assert_null(lock);
    assert_null(list);
}

/* The engine's thread is not in a child: everything that would need it says so. */
static void in_a_child_nothing_is_held_and_everything_says_forked(void **state)
{
    struct fixture *f = *state;
    pid_t child;
    int ended = 0;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        ddblock_lock *lock = NULL;
        ddblock_fence *fence = NULL;
        ddblock_event event;
        ddblock_metrics metrics;
        ddblock_info info;
        char text[DDBLOCK_EXPORT_SIZE];
        int wrong = 0;

        ddblock_acquire_cancel(f->lock);
        ddblock_release_start(f->lock);
        ddblock_lock_fd_clear(f->lock);
        wrong += ddblock_lock_remaining_ms(f->lock) > 0;
        wrong += ddblock_lock_state(f->lock, NULL) != DDBLOCK_STATE_LOST;
        wrong += ddblock_lock_origin(f->lock, NULL) != DDBLOCK_ORIGIN_NONE;
        wrong += ddblock_lock_fd(f->lock) != -1;
        wrong += ddblock_client_event_fd(f->client) != -1;
        wrong += ddblock_client_next_event(f->client, &event) != DDBLOCK_FORKED;
        wrong += ddblock_acquire_start(f->client, &f->id, NULL, &lock, NULL) != DDBLOCK_FORKED;
        wrong += ddblock_client_release_all(f->client, 0, NULL) != DDBLOCK_FORKED;
        wrong += ddblock_lock_ensure(f->lock, 1, NULL) != DDBLOCK_FORKED;
        wrong += ddblock_lock_export(f->lock, text, sizeof(text), NULL) != DDBLOCK_FORKED;
        wrong += ddblock_lock_adopt(f->client, &f->id, "", &lock, NULL) != DDBLOCK_FORKED;
        wrong += ddblock_lock_fence(f->lock, &fence, NULL) != DDBLOCK_FORKED;
        wrong += ddblock_lock_holder(f->lock, &info) != DDBLOCK_FORKED;
        wrong += ddblock_break(f->store, &f->id, &f->info, NULL) != DDBLOCK_FORKED;
        wrong += ddblock_store_metrics(f->store, &metrics) != DDBLOCK_FORKED;
        _exit(wrong);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), 0);
    assert_true(ddblock_lock_remaining_ms(f->lock) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_opened_and_acquired_must_be_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_asked_of_a_lock_must_be_told, set_up, tear_down),
        cmocka_unit_test(what_ends_takes_nothing),
        cmocka_unit_test_setup_teardown(options_must_have_been_initialised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(in_a_child_nothing_is_held_and_everything_says_forked,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
