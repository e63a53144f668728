/* adopt_test.c - locks that are exported and adopted. */
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/testing.h"

#include "engine/grant_text.h"

struct fixture {
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock *lock;
    ddblock_id id;
    char text[DDBLOCK_EXPORT_SIZE];
};

static ddblock_client *client_open(struct fixture *f, ddblock_kind kind, int64_t lease_ms,
                                   int64_t heartbeat_ms)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;

    ddblock_client_options_init(&options);
    options.kind = kind;
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = heartbeat_ms;
    assert_int_equal(ddblock_client_open(f->store, &options, &client, NULL), DDBLOCK_OK);
    return client;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->id = ddblock_id_string("lock");
    assert_int_equal(ddblock_store_open_memory(&f->store, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    (void)ddblock_release(f->lock, NULL);
    ddblock_client_close(f->client);
    ddblock_store_close(f->store);
    free(f);
    return 0;
}

static void acquire(struct fixture *f, ddblock_kind kind, int64_t lease_ms, int64_t heartbeat_ms)
{
    f->client = client_open(f, kind, lease_ms, heartbeat_ms);
    assert_int_equal(ddblock_acquire(f->client, &f->id, NULL, &f->lock, NULL), DDBLOCK_OK);
}

/* Exports the lock, which is held afterwards by nobody. */
static void export_lock(struct fixture *f)
{
    ddblock_error error = {0};

    if (ddblock_lock_export(f->lock, f->text, sizeof(f->text), &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    f->lock = NULL;
}

static void expect_item(struct fixture *f, ddblock_item_kind kind)
{
    ddblock_info info = {0};

    assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(info.kind, kind);
}

static void an_adopted_lock_is_the_same(void **state)
{
    struct fixture *f = *state;

    acquire(f, DDBLOCK_FAIL_OPEN, 60000, 0);
    export_lock(f);
    expect_item(f, DDBLOCK_ITEM_FAIL_OPEN);
    ddblock_client_close(f->client);
    f->client = client_open(f, DDBLOCK_FAIL_OPEN, 60000, 0);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_fencing_token(f->lock), 1);
    assert_true(ddblock_lock_remaining_ms(f->lock) > 0);
    assert_true(ddblock_lock_remaining_ms(f->lock) < 60000);
    assert_int_equal(ddblock_lock_state(f->lock, NULL), DDBLOCK_STATE_HELD);
    assert_int_equal(ddblock_release(f->lock, NULL), DDBLOCK_OK);
    f->lock = NULL;
    expect_item(f, DDBLOCK_ITEM_RELEASED);
}

/* By then without heartbeats the lease of the export would be over. */
static void an_adopted_lock_is_renewed(void **state)
{
    struct fixture *f = *state;

    acquire(f, DDBLOCK_FAIL_OPEN, 2000, 100);
    export_lock(f);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL), DDBLOCK_OK);
    assert_int_equal(usleep(2500000), 0);
    assert_int_equal(ddblock_lock_state(f->lock, NULL), DDBLOCK_STATE_HELD);
    assert_int_equal(ddblock_release(f->lock, NULL), DDBLOCK_OK);
    f->lock = NULL;
}

static void a_lease_that_is_over_is_lost(void **state)
{
    struct fixture *f = *state;

    acquire(f, DDBLOCK_FAIL_OPEN, 50, 0);
    export_lock(f);
    assert_int_equal(usleep(60000), 0);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL), DDBLOCK_LOST);
    assert_null(f->lock);
}

/* Whoever wrote such a text: nobody may believe for longer than a lease from now. */
static void a_text_of_more_time_than_the_lease_is_refused(void **state)
{
    struct fixture *f = *state;
    struct machine_grant grant;
    struct boot_id boot;
    struct buffer text;

    acquire(f, DDBLOCK_FAIL_OPEN, 60000, 0);
    export_lock(f);
    assert_true(grant_text_read(f->text, &grant, &boot));
    grant.deadline.ns += duration_from_ms(60000).ns;
    assert_true(grant_text_reserve(&text));
    grant_text_write(&grant, &boot, &text);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, buffer_string(&text), &f->lock, NULL),
                     DDBLOCK_INVALID);
    assert_null(f->lock);
    buffer_finish(&text);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL), DDBLOCK_OK);
}

static void a_lock_that_fails_closed_waits(void **state)
{
    struct fixture *f = *state;

    acquire(f, DDBLOCK_FAIL_CLOSED, 10000, DDBLOCK_AUTO);
    export_lock(f);
    ddblock_client_close(f->client);
    f->client = client_open(f, DDBLOCK_FAIL_CLOSED, 777, 0); /* which says nothing of it */
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_remaining_ms(f->lock), INT64_MAX);
    assert_int_equal(ddblock_release(f->lock, NULL), DDBLOCK_OK);
    f->lock = NULL;
    expect_item(f, DDBLOCK_ITEM_ABSENT);
}

static void one_that_was_broken_is_lost_at_the_release(void **state)
{
    struct fixture *f = *state;
    ddblock_info info = {0};

    acquire(f, DDBLOCK_FAIL_CLOSED, 10000, 0);
    export_lock(f);
    assert_int_equal(ddblock_show(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_break(f->store, &f->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(f->lock, NULL), DDBLOCK_LOST);
    f->lock = NULL;
}

static void clients_must_be_alike(void **state)
{
    struct fixture *f = *state;

    acquire(f, DDBLOCK_FAIL_OPEN, 60000, 0);
    export_lock(f);
    ddblock_client_close(f->client);
    f->client = client_open(f, DDBLOCK_FAIL_OPEN, 30000, 0);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL),
                     DDBLOCK_INVALID);
    ddblock_client_close(f->client);
    f->client = client_open(f, DDBLOCK_FAIL_CLOSED, 60000, 0);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, f->text, &f->lock, NULL),
                     DDBLOCK_INVALID);
    assert_int_equal(ddblock_lock_adopt(f->client, &f->id, "", &f->lock, NULL), DDBLOCK_INVALID);
}

static void what_is_not_held_is_not_exported(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *waiting = NULL;

    acquire(f, DDBLOCK_FAIL_OPEN, 300, 0);
    assert_int_equal(ddblock_lock_export(f->lock, f->text, 10, NULL), DDBLOCK_INVALID);
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, NULL, &waiting, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_export(waiting, f->text, sizeof(f->text), NULL), DDBLOCK_LOST);
    (void)ddblock_release(waiting, NULL);
    assert_int_equal(usleep(400000), 0);
    assert_int_equal(ddblock_lock_export(f->lock, f->text, sizeof(f->text), NULL), DDBLOCK_LOST);
}

/* Another acquisition of the same client is not kept waiting by a handle that is gone. */
static void the_next_in_line_is_not_forgotten(void **state)
{
    struct fixture *f = *state;
    ddblock_lock *next = NULL;
    ddblock_acquire_options options;

    acquire(f, DDBLOCK_FAIL_OPEN, 1000, 0);
    ddblock_acquire_options_init(&options);
    options.wait_ms = 20000;
    assert_int_equal(ddblock_acquire_start(f->client, &f->id, &options, &next, NULL), DDBLOCK_OK);
    export_lock(f);
    assert_int_equal(ddblock_acquire_wait(next, 20000, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_fencing_token(next), 2);
    assert_int_equal(ddblock_release(next, NULL), DDBLOCK_OK);
}

int main(void)
{
#define ADOPT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ADOPT_TEST(an_adopted_lock_is_the_same),
        ADOPT_TEST(an_adopted_lock_is_renewed),
        ADOPT_TEST(a_lease_that_is_over_is_lost),
        ADOPT_TEST(a_text_of_more_time_than_the_lease_is_refused),
        ADOPT_TEST(a_lock_that_fails_closed_waits),
        ADOPT_TEST(one_that_was_broken_is_lost_at_the_release),
        ADOPT_TEST(clients_must_be_alike),
        ADOPT_TEST(what_is_not_held_is_not_exported),
        ADOPT_TEST(the_next_in_line_is_not_forgotten),
    };
#undef ADOPT_TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
