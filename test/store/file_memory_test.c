/* file_memory_test.c - the file store with the 1st, 2nd, … allocation of SQLite failing. */
#include "support/testing.h"

#include <sqlite3.h>

#include "base/clock.h"
#include "base/random.h"
#include "store/stores.h"
#include "support/folder.h"

/* Far more than any of the calls below makes. */
enum { ALLOCATIONS_MAX = 5000 };

static sqlite3_mem_methods system_memory;
static int until_failure = -1; /* allocations that still go well; -1: all */
static bool has_failed;

static bool fails_now(void)
{
    if (until_failure == 0) {
        has_failed = true;
        return true; /* and so does all that follows */
    }
    until_failure -= until_failure > 0 ? 1 : 0;
    return false;
}

static void *failing_malloc(int size)
{
    return fails_now() ? NULL : system_memory.xMalloc(size);
}

static void *failing_realloc(void *memory, int size)
{
    return fails_now() ? NULL : system_memory.xRealloc(memory, size);
}

static void fail_after(int allocations)
{
    until_failure = allocations;
    has_failed = false;
}

static ddblock_status open_file(const char *path, struct store **ret_store, ddblock_error *error)
{
    ddblock_file_options options;

    ddblock_file_options_init(&options);
    options.path = path;
    return store_file_open(&options, ret_store, error);
}

static struct store_reply submit(struct store *store, const struct store_request *request,
                                 struct request *ask)
{
    const struct store_reply *reply;

    ask->lease_ms = 10000;
    ask->give_up_at = instant_add(clock_now(), duration_from_ms(60000));
    store_submit(store, request);
    while ((reply = store_take_reply(store)) == NULL) {
        store_wait(store, INSTANT_NEVER);
    }
    return *reply;
}

static struct store_reply send(struct store *store, const struct lock_id *id, struct request *ask)
{
    const struct store_request request = {.id = id, .owner = "tester", .ask = ask};

    return submit(store, &request, ask);
}

static struct lock_id *make_id(const char *name)
{
    ddblock_id id = ddblock_id_string(name);
    struct lock_id *made = NULL;

    assert_int_equal(lock_id_create(&id, &made, NULL), DDBLOCK_OK);
    return made;
}

/* Opens with each allocation failing in turn, and then without. */
static void expect_opens_after_all(const char *path)
{
    bool all_well = false;

    for (int i = 0; !all_well; i++) {
        struct store *store = NULL;
        ddblock_error error = {0};
        ddblock_status status;

        assert_true(i < ALLOCATIONS_MAX);
        fail_after(i);
        status = open_file(path, &store, &error);
        all_well = !has_failed;
        fail_after(-1);
        if (status == DDBLOCK_OK) {
            store_destroy(store, false); /* some that SQLite can do without */
        } else {
            assert_null(store);
            assert_int_equal(status, DDBLOCK_NO_MEMORY);
            assert_int_equal(error.status, DDBLOCK_NO_MEMORY);
        }
    }
}

static void opening_fails_cleanly(void **state)
{
    struct folder folder;

    (void)state;
    folder_make(&folder);
    expect_opens_after_all(folder.file); /* makes it */
    expect_opens_after_all(folder.file); /* finds it */
    folder_remove(&folder);
}

/* A lock that was said not to be given is free, and the store goes on. */
static void writing_fails_cleanly(void **state)
{
    struct store *store = NULL;
    struct folder folder;
    bool all_well = false;

    (void)state;
    folder_make(&folder);
    for (int i = 0; !all_well; i++) {
        struct request ask = {.kind = REQUEST_ACQUIRE};
        struct request look = {.kind = REQUEST_READ_LATEST};
        struct store_reply reply;
        struct store_reply seen;
        struct lock_id *id;
        char name[32];

        assert_true(i < ALLOCATIONS_MAX);
        assert_int_equal(open_file(folder.file, &store, NULL), DDBLOCK_OK);
        snprintf(name, sizeof(name), "lock %d", i);
        id = make_id(name);
        assert_true(random_fill(&ask.fresh, sizeof(ask.fresh)));
        fail_after(i);
        reply = send(store, id, &ask);
        all_well = !has_failed;
        fail_after(-1);
        seen = send(store, id, &look);
        assert_int_equal(seen.outcome.kind, OUTCOME_FOUND);
        if (reply.outcome.kind == OUTCOME_APPLIED) {
            assert_true(foreign_guid_is(&seen.outcome.record.guid, &ask.fresh));
        } else {
            assert_int_equal(reply.outcome.status, DDBLOCK_NO_MEMORY);
            assert_true(strlen(reply.message) > 0);
        }
        if (reply.outcome.kind == OUTCOME_FAILED) {
            assert_int_equal(seen.outcome.record.kind, RECORD_ABSENT);
        }
        store_destroy(store, false);
        lock_id_destroy(id);
    }
    folder_remove(&folder);
}

static void reading_fails_cleanly(void **state)
{
    struct lock_id *id = make_id("read");
    struct request ask = {.kind = REQUEST_ACQUIRE};
    struct store *store = NULL;
    struct folder folder;
    bool all_well = false;

    (void)state;
    folder_make(&folder);
    assert_int_equal(open_file(folder.file, &store, NULL), DDBLOCK_OK);
    assert_int_equal(send(store, id, &ask).outcome.kind, OUTCOME_APPLIED);
    store_destroy(store, false);
    for (int i = 0; !all_well; i++) {
        struct request look = {.kind = REQUEST_READ};
        struct store_reply reply;

        assert_true(i < ALLOCATIONS_MAX);
        assert_int_equal(open_file(folder.file, &store, NULL), DDBLOCK_OK);
        fail_after(i);
        reply = send(store, id, &look);
        all_well = !has_failed;
        fail_after(-1);
        if (reply.outcome.kind == OUTCOME_FOUND) {
            assert_int_equal(reply.outcome.record.token, 1);
            assert_string_equal(reply.outcome.record.owner, "tester");
        } else {
            assert_int_equal(reply.outcome.kind, OUTCOME_FAILED);
            assert_int_equal(reply.outcome.status, DDBLOCK_NO_MEMORY);
        }
        store_destroy(store, false);
    }
    folder_remove(&folder);
    lock_id_destroy(id);
}

/* A page that was not had begins where it began. */
static void listing_fails_cleanly(void **state)
{
    enum { LOCKS = 5 };
    struct request ask = {.kind = REQUEST_LIST};
    struct store *store = NULL;
    struct page page = {0};
    const struct store_request request = {.page = &page, .ask = &ask};
    struct folder folder;
    bool all_well = false;

    (void)state;
    folder_make(&folder);
    assert_int_equal(open_file(folder.file, &store, NULL), DDBLOCK_OK);
    for (int i = 0; i < LOCKS; i++) {
        struct request acquire = {.kind = REQUEST_ACQUIRE};
        struct lock_id *id = make_id((char[2]){(char)('a' + i), '\0'});

        assert_int_equal(send(store, id, &acquire).outcome.kind, OUTCOME_APPLIED);
        lock_id_destroy(id);
    }
    store_destroy(store, false);
    for (int i = 0; !all_well; i++) {
        struct store_reply reply;
        size_t count = 0;

        assert_true(i < ALLOCATIONS_MAX);
        assert_int_equal(open_file(folder.file, &store, NULL), DDBLOCK_OK);
        assert_true(page_init(&page, 2));
        fail_after(i);
        reply = submit(store, &request, &ask);
        all_well = !has_failed;
        fail_after(-1);
        if (reply.outcome.kind == OUTCOME_FOUND) {
            count = page.count;
        } else {
            assert_int_equal(reply.outcome.status, DDBLOCK_NO_MEMORY);
            assert_null(page.after);
        }
        while (!page.is_last) {
            assert_int_equal(submit(store, &request, &ask).outcome.kind, OUTCOME_FOUND);
            count += page.count;
        }
        assert_int_equal(count, LOCKS);
        page_finish(&page);
        store_destroy(store, false);
    }
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_fails_cleanly),
        cmocka_unit_test(writing_fails_cleanly),
        cmocka_unit_test(reading_fails_cleanly),
        cmocka_unit_test(listing_fails_cleanly),
    };
    sqlite3_mem_methods failing;

    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) {
        return 1;
    }
    failing = system_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
