/* list_test.c - lists of locks through the public functions, and telling the dead from the living.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "ddblock/ddblock.h"
#include "support/folder.h"
#include "support/testing.h"

enum { LOCKS = 5, LEASE_MS = 60000 };

struct fixture {
    struct folder folder; /* of the store, if it is a file */
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock *locks[LOCKS];
};

static void take_locks(struct fixture *f)
{
    ddblock_client_options options;

    ddblock_client_options_init(&options);
    options.lease_duration_ms = LEASE_MS;
    options.owner = "lister";
    assert_int_equal(ddblock_client_open(f->store, &options, &f->client, NULL), DDBLOCK_OK);
    for (size_t i = 0; i < LOCKS; i++) {
        char name[16];
        ddblock_id id;

        snprintf(name, sizeof(name), "%s%zu", i < 3 ? "a/" : "b/", i);
        id = ddblock_id_string(name);
        assert_int_equal(ddblock_acquire(f->client, &id, NULL, &f->locks[i], NULL), DDBLOCK_OK);
    }
}

static int set_up_memory(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_int_equal(ddblock_store_open_memory(&f->store, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int set_up_file(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    ddblock_file_options options;

    folder_make(&f->folder);
    ddblock_file_options_init(&options);
    options.path = f->folder.file;
    assert_int_equal(ddblock_store_open_file(&options, &f->store, NULL), DDBLOCK_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < LOCKS; i++) {
        assert_int_equal(ddblock_release(f->locks[i], NULL), DDBLOCK_OK);
    }
    ddblock_client_close(f->client);
    ddblock_store_close(f->store);
    if (f->folder.path[0] != '\0') {
        folder_remove(&f->folder);
    }
    free(f);
    return 0;
}

static ddblock_list *list_open(ddblock_store *store, uint32_t page_size, const char *prefix)
{
    ddblock_key key = ddblock_key_string(prefix);
    ddblock_list_options options;
    ddblock_list *list = NULL;
    ddblock_error error = {0};

    ddblock_list_options_init(&options);
    options.page_size = page_size;
    options.prefix = &key;
    if (ddblock_list_open(store, &options, &list, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return list;
}

static const ddblock_list_entry *list_next(ddblock_list *list)
{
    const ddblock_list_entry *entry = NULL;
    ddblock_error error = {0};

    if (ddblock_list_next(list, &entry, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return entry;
}

/* The list has the locks from first to last, in the order of their names, and then ends. */
static void expect_locks(ddblock_list *list, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        const ddblock_list_entry *entry = list_next(list);
        char name[16];

        assert_non_null(entry);
        snprintf(name, sizeof(name), "%s%zu", i < 3 ? "a/" : "b/", i);
        assert_int_equal(entry->id.partition.type, DDBLOCK_KEY_STRING);
        assert_int_equal(entry->id.partition.size, strlen(name));
        assert_memory_equal(entry->id.partition.data, name, strlen(name));
        assert_int_equal(entry->id.sort.type, DDBLOCK_KEY_NONE);
        assert_int_equal(entry->info.kind, DDBLOCK_ITEM_FAIL_OPEN);
        assert_int_equal(entry->info.fencing_token, 1);
        assert_int_equal(entry->info.lease_duration_ms, LEASE_MS);
        assert_string_equal(entry->info.owner, "lister");
        assert_null(entry->defect);
    }
    assert_null(list_next(list));
    assert_null(list_next(list)); /* and stays at its end */
}

static void every_lock_is_listed_whatever_the_pages(void **state)
{
    struct fixture *f = *state;

    take_locks(f);
    for (uint32_t size = 1; size <= LOCKS + 1; size++) {
        ddblock_list *list = list_open(f->store, size, "");

        expect_locks(list, 0, LOCKS - 1);
        ddblock_list_close(list);
        list = list_open(f->store, size, "b/");
        expect_locks(list, 3, LOCKS - 1);
        ddblock_list_close(list);
    }
}

static void an_empty_store_has_an_empty_list(void **state)
{
    struct fixture *f = *state;
    ddblock_list *list = NULL;

    assert_int_equal(ddblock_list_open(f->store, NULL, &list, NULL), DDBLOCK_OK);
    assert_null(list_next(list));
    ddblock_list_close(list);
    ddblock_list_close(NULL);
}

/* What was listed serves to break it. */
static void what_is_listed_can_be_broken(void **state)
{
    struct fixture *f = *state;
    ddblock_list *list;
    const ddblock_list_entry *entry;
    ddblock_info info;

    take_locks(f);
    list = list_open(f->store, 1, "b/");
    entry = list_next(list);
    assert_int_equal(ddblock_show(f->store, &entry->id, &info, NULL), DDBLOCK_OK);
    assert_memory_equal(&info, &entry->info, sizeof(info));
    assert_int_equal(ddblock_break(f->store, &entry->id, &entry->info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_show(f->store, &entry->id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(info.kind, DDBLOCK_ITEM_RELEASED);
    ddblock_list_close(list);
    (void)ddblock_release(f->locks[3], NULL);
    f->locks[3] = NULL;
}

static void a_list_keeps_its_store_alive(void **state)
{
    struct fixture *f = *state;
    ddblock_list *list = list_open(f->store, 10, "");

    ddblock_store_close(f->store);
    f->store = NULL;
    assert_null(list_next(list));
    ddblock_list_close(list);
}

static int list_in_child(ddblock_store *store, ddblock_list *list)
{
    const ddblock_list_entry *entry = NULL;
    ddblock_list *other = NULL;
    int wrong = ddblock_list_next(list, &entry, NULL) != DDBLOCK_FORKED;

    wrong += ddblock_list_open(store, NULL, &other, NULL) != DDBLOCK_FORKED;
    ddblock_list_close(list);
    return wrong;
}

static void a_forked_child_lists_nothing(void **state)
{
    struct fixture *f = *state;
    ddblock_list *list = list_open(f->store, 1, "");
    pid_t child;
    int status = -1;

    take_locks(f);
    assert_non_null(list_next(list));
    child = fork();
    if (child == 0) {
        _exit(list_in_child(f->store, list));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    expect_locks(list, 1, LOCKS - 1);
    ddblock_list_close(list);
}

static void expect_invalid(ddblock_store *store, const ddblock_list_options *options,
                           const char *words)
{
    ddblock_list *list = NULL;
    ddblock_error error = {0};

    assert_int_equal(ddblock_list_open(store, options, &list, &error), DDBLOCK_INVALID);
    assert_null(list);
    if (strstr(error.message, words) == NULL) {
        fail_msg("no \"%s\" in: %s", words, error.message);
    }
}

static void options_out_of_bounds_are_named(void **state)
{
    struct fixture *f = *state;
    const ddblock_key number = ddblock_key_number("1");
    const ddblock_key empty = ddblock_key_string("");
    const ddblock_key ill = ddblock_key_string("\xFF");
    const ddblock_key none = {.data = "x", .size = 1};
    const ddblock_key good = ddblock_key_string("x");
    ddblock_list_options options;

    ddblock_list_options_init(&options);
    options.page_size = 0;
    expect_invalid(f->store, &options, "page_size is 0, but must be 1 to 1000");
    options.page_size = 1001;
    expect_invalid(f->store, &options, "page_size is 1001, but must be 1 to 1000");
    options.page_size = 1;
    options.prefix = &number;
    expect_invalid(f->store, &options, "the prefix has type 78");
    options.prefix = &ill;
    expect_invalid(f->store, &options, "UTF-8");
    options.prefix = NULL;
    options.partition = &empty;
    expect_invalid(f->store, &options, "the partition key is empty");
    options.partition = &none;
    expect_invalid(f->store, &options, "the partition key has type 0");
    options.partition = &good;
    options.prefix = &none;
    expect_invalid(f->store, &options, "the prefix has type 0");
    options.size = 0;
    expect_invalid(f->store, &options, "ddblock_list_options_init");
}

static ddblock_info a_look(ddblock_item_kind kind, uint64_t token, unsigned char version)
{
    ddblock_info info = {
        .kind = kind,
        .fencing_token = token,
        .lease_duration_ms = kind == DDBLOCK_ITEM_FAIL_OPEN ? 1000 : 0,
        .version = {1, 'B', 1, version},
    };

    return info;
}

static void a_lease_that_stood_still_is_stale(void **state)
{
    static const struct {
        ddblock_item_kind before;
        ddblock_item_kind after;
        uint64_t token;        /* then; it was 7 */
        unsigned char version; /* the same */
        int64_t elapsed_ms;
        int stale;
    } rows[] = {
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 7, 7, 1000, 1},
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 7, 7, INT64_MAX, 1},
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 7, 7, 999, 0},
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 7, 7, -1, 0},
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 7, 8, 1000, 0}, /* a heartbeat */
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 8, 8, 1000, 0}, /* somebody else */
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_FAIL_OPEN, 8, 7, 1000, 0},
        {DDBLOCK_ITEM_FAIL_OPEN, DDBLOCK_ITEM_RELEASED, 7, 7, 1000, 0},
        {DDBLOCK_ITEM_RELEASED, DDBLOCK_ITEM_RELEASED, 7, 7, 1000, 0},
        {DDBLOCK_ITEM_RELEASED, DDBLOCK_ITEM_FAIL_OPEN, 7, 7, 1000, 0},
        {DDBLOCK_ITEM_FAIL_CLOSED, DDBLOCK_ITEM_FAIL_CLOSED, 7, 7, INT64_MAX, 0},
        {DDBLOCK_ITEM_ABSENT, DDBLOCK_ITEM_ABSENT, 7, 7, INT64_MAX, 0},
        {DDBLOCK_ITEM_BAD, DDBLOCK_ITEM_BAD, 7, 7, INT64_MAX, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ddblock_info before = a_look(rows[i].before, 7, 7);
        ddblock_info after = a_look(rows[i].after, rows[i].token, rows[i].version);

        if (ddblock_info_is_stale(&before, &after, rows[i].elapsed_ms) != rows[i].stale) {
            fail_msg("row %zu", i);
        }
    }
}

#define TEST(test, store)                                                                          \
    {                                                                                              \
        .name = #test " in " #store, .test_func = test, .setup_func = set_up_##store,              \
        .teardown_func = tear_down                                                                 \
    }
#define TEST_BOTH(test) TEST(test, memory), TEST(test, file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_BOTH(every_lock_is_listed_whatever_the_pages),
        TEST_BOTH(an_empty_store_has_an_empty_list),
        TEST_BOTH(what_is_listed_can_be_broken),
        TEST_BOTH(a_list_keeps_its_store_alive),
        TEST(a_forked_child_lists_nothing, memory),
        TEST(options_out_of_bounds_are_named, memory),
        cmocka_unit_test(a_lease_that_stood_still_is_stale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
