/* file_open_test.c - which files are taken for files of locks, and which are left alone. */
#include "support/testing.h"

#include <grp.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/stores.h"
#include "support/folder.h"

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

static ddblock_status open_path(const char *path, ddblock_error *error)
{
    ddblock_file_options options;
    struct store *store = NULL;
    ddblock_status status;

    ddblock_file_options_init(&options);
    options.path = path;
    status = store_file_open(&options, &store, error);
    assert_int_equal(status == DDBLOCK_OK, store != NULL);
    store_destroy(store, false);
    return status;
}

static void expect_opens(const char *path)
{
    ddblock_error error = {0};

    if (open_path(path, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
}

/* The status, and a sentence with this in it. */
static void expect_refused(const char *path, ddblock_status expected, const char *part)
{
    ddblock_error error = {0};

    assert_int_equal(open_path(path, &error), expected);
    assert_int_equal(error.status, expected);
    if (strstr(error.message, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.message, part);
    }
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The file is refused, and it and its folder are as before. */
static void expect_untouched(const struct folder *folder, const char *part)
{
    static char before[65536];
    static char after[65536];
    char beside[160];
    FILE *file = fopen(folder->file, "r");
    size_t before_size = fread(before, 1, sizeof(before), file);
    size_t after_size;

    assert_int_equal(fclose(file), 0);
    expect_refused(folder->file, DDBLOCK_INVALID, part);
    file = fopen(folder->file, "r");
    after_size = fread(after, 1, sizeof(after), file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
    snprintf(beside, sizeof(beside), "%s-wal", folder->file);
    assert_int_not_equal(access(beside, F_OK), 0);
    snprintf(beside, sizeof(beside), "%s-shm", folder->file);
    assert_int_not_equal(access(beside, F_OK), 0);
}

static void a_file_is_made_for_its_owner_alone(void **state)
{
    struct folder *folder = *state;
    mode_t mask = umask(0);
    struct stat status;

    expect_opens(folder->file);
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    (void)umask(mask);
    expect_opens(folder->file);
}

static void an_empty_file_is_taken(void **state)
{
    struct folder *folder = *state;

    folder_write(folder, "");
    expect_opens(folder->file);
    expect_opens(folder->file);
}

static void a_symbolic_link_to_a_file_is_followed(void **state)
{
    struct folder *folder = *state;
    char link[160];

    snprintf(link, sizeof(link), "%s-link", folder->file);
    assert_int_equal(symlink(folder->file, link), 0);
    expect_refused(link, DDBLOCK_INVALID, "leads nowhere");
    assert_int_not_equal(access(folder->file, F_OK), 0);
    expect_opens(folder->file);
    expect_opens(link);
}

static void names_that_mean_something_to_sqlite_are_files(void **state)
{
    static const char *const names[] = {":memory:", "file:locks?mode=memory", "-"};
    struct folder *folder = *state;
    char home[4096];

    assert_non_null(getcwd(home, sizeof(home)));
    assert_int_equal(chdir(folder->path), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        expect_opens(names[i]);
        assert_int_equal(access(names[i], F_OK), 0);
    }
    assert_int_equal(chdir(home), 0);
}

static void what_is_no_file_is_refused(void **state)
{
    struct folder *folder = *state;
    char missing[160];

    snprintf(missing, sizeof(missing), "%s/none/locks", folder->path);
    expect_refused(NULL, DDBLOCK_INVALID, "empty");
    expect_refused("", DDBLOCK_INVALID, "empty");
    expect_refused(folder->path, DDBLOCK_INVALID, "is a directory");
    expect_refused("/dev/null", DDBLOCK_INVALID, "is a device");
    expect_refused(missing, DDBLOCK_UNAVAILABLE, "folder does not exist");
    assert_int_equal(mkfifo(folder->file, 0600), 0);
    expect_refused(folder->file, DDBLOCK_INVALID, "is a named pipe");
}

static void other_content_is_left_untouched(void **state)
{
    struct folder *folder = *state;

    folder_write(folder, "x");
    expect_untouched(folder, "something else than locks");
    folder_write(folder, "A letter, longer than the header of a database, to somebody who keeps "
                         "it in a file, and would be sorry to find locks there instead of it.\n");
    expect_untouched(folder, "something else than locks");
    folder_write(folder, "SQLite format 3"); /* cut short */
    expect_untouched(folder, "something else than locks");
}

static void another_database_is_left_untouched(void **state)
{
    struct folder *folder = *state;

    run_sql(folder->file, "CREATE TABLE locks (a, b); PRAGMA user_version = 1");
    expect_untouched(folder, "something else than locks");
    run_sql(folder->file, "PRAGMA journal_mode = WAL; INSERT INTO locks VALUES (1, 2)");
    expect_untouched(folder, "something else than locks");
}

static void another_version_is_left_untouched(void **state)
{
    struct folder *folder = *state;

    expect_opens(folder->file);
    run_sql(folder->file, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 2");
    expect_untouched(folder, "another version");
}

static void a_schema_that_is_not_ours_is_refused(void **state)
{
    static const char *const changes[] = {
        "DROP TABLE locks",
        "DROP TABLE locks; CREATE TABLE locks (partition_type, partition_key, sort_type, sort_key,"
        " guid, fencing_token, lease_duration_ms, lock_acquired_time_unix_ms, owner)",
        "CREATE TABLE more (a)",
        "CREATE TRIGGER t AFTER INSERT ON locks BEGIN DELETE FROM locks; END",
        "ALTER TABLE locks ADD COLUMN more TEXT",
    };
    struct folder *folder = *state;

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        expect_opens(folder->file);
        run_sql(folder->file, changes[i]);
        expect_refused(folder->file, DDBLOCK_INVALID, "not a file of locks");
        run_sql(folder->file, "PRAGMA journal_mode = DELETE");
        assert_int_equal(unlink(folder->file), 0);
    }
    expect_opens(folder->file);
    run_sql(folder->file, "ANALYZE"); /* a person's good right */
    expect_opens(folder->file);
}

/* Runs in a child that is no longer root. */
static int open_as_nobody(const char *path)
{
    ddblock_error error = {0};

    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)) {
        return 100;
    }
    if (strstr((open_path(path, &error), error.message), path) == NULL) {
        return 101;
    }
    return (int)error.status;
}

static void expect_nobody_gets(const char *path, ddblock_status expected)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        _exit(open_as_nobody(path));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), expected);
}

static void what_may_not_be_written_is_denied(void **state)
{
    struct folder *folder = *state;
    char other[160];

    expect_opens(folder->file);
    assert_int_equal(chmod(folder->file, 0444), 0);
    assert_int_equal(chmod(folder->path, 0555), 0);
    expect_nobody_gets(folder->file, DDBLOCK_DENIED);
    snprintf(other, sizeof(other), "%s-other", folder->file);
    expect_nobody_gets(other, DDBLOCK_DENIED);
    assert_int_equal(chmod(folder->file, 0), 0);
    expect_nobody_gets(folder->file, DDBLOCK_DENIED);
    assert_int_equal(chmod(folder->path, 0700), 0);
}

int main(void)
{
#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_file_is_made_for_its_owner_alone),
        CASE(an_empty_file_is_taken),
        CASE(a_symbolic_link_to_a_file_is_followed),
        CASE(names_that_mean_something_to_sqlite_are_files),
        CASE(what_is_no_file_is_refused),
        CASE(other_content_is_left_untouched),
        CASE(another_database_is_left_untouched),
        CASE(another_version_is_left_untouched),
        CASE(a_schema_that_is_not_ours_is_refused),
        CASE(what_may_not_be_written_is_denied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
