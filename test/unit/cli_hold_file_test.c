/* cli_hold_file_test.c - what stands in a hold file, and processes that are told apart. */
#include "support/testing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hold_file.h"
#include "hold_file_text.h"
#include "support/folder.h"

static struct folder folder;
static struct hold_file file;
static struct hold_file other;

static int set_up(void **state)
{
    (void)state;
    folder_make(&folder);
    hold_file_init(&file, folder.file);
    hold_file_init(&other, folder.file);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    hold_file_finish(&file);
    hold_file_finish(&other);
    folder_remove(&folder);
    return 0;
}

/* A lock of the worst name. */
static void fill(void)
{
    static char name[2049];

    for (size_t i = 0; i < sizeof(name) - 1; i++) {
        name[i] = " \n=#%\x7F\xC3\xA9"[i % 8];
    }
    file.token = 7;
    file.deadline_ms = boot_clock_ms() + 60000;
    file.holder = process_of(getpid());
    (void)boot_text(file.boot);
    file.client.lease_duration_ms = 1234;
    file.place.file = "/a file";
    (void)snprintf(file.place.partition.name, sizeof(file.place.partition.name), "p:k");
    (void)snprintf(file.place.sort.name, sizeof(file.place.sort.name), "sk");
    file.place.sort.type = DDBLOCK_KEY_NUMBER;
    file.place.sort_value = "17";
    file.place.lock = name;
}

static void create(void)
{
    ddblock_error error = {0};

    fill();
    if (hold_file_create(&file, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
}

static void read_other(void)
{
    ddblock_error error = {0};
    bool absent = true;

    if (hold_file_read(&other, &absent, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    assert_false(absent);
}

static void what_was_written_is_read(void **state)
{
    struct stat stat = {0};
    int fd = -1;

    (void)state;
    create();
    assert_int_equal(lstat(folder.file, &stat), 0);
    assert_int_equal(stat.st_mode & 07777, 0600);
    read_other();
    assert_int_equal(other.state, HOLD_HELD);
    assert_true(other.deadline_ms == file.deadline_ms);
    assert_int_equal(other.token, 7);
    assert_string_equal(other.place.lock, file.place.lock);
    assert_string_equal(other.place.file, "/a file");
    assert_null(other.place.table);
    assert_string_equal(other.place.partition.name, "p:k");
    assert_int_equal(other.place.sort.type, DDBLOCK_KEY_NUMBER);
    assert_string_equal(other.place.sort_value, "17");
    assert_int_equal(other.client.lease_duration_ms, 1234);
    assert_int_equal(other.client.kind, DDBLOCK_FAIL_OPEN);
    assert_string_equal(other.export, "");
    assert_true(hold_file_holder(&other, &fd));
    assert_int_equal(close(fd), 0);
    assert_int_equal(hold_file_state_now(&other), HOLD_HELD);
}

static void a_second_one_is_refused(void **state)
{
    ddblock_error error = {0};

    (void)state;
    create();
    other.place = file.place;
    assert_int_equal(hold_file_create(&other, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "the hold file cannot be given its name: File exists");
}

static void the_state_is_written_in_place(void **state)
{
    (void)state;
    create();
    read_other();
    hold_file_set(&file, HOLD_LOST, 5);
    assert_int_equal(other.state, HOLD_HELD);
    hold_file_refresh(&other);
    assert_int_equal(other.state, HOLD_LOST);
    assert_true(other.deadline_ms == 5);
    assert_int_equal(hold_file_state_now(&other), HOLD_LOST);
    hold_file_finish(&other);
    hold_file_init(&other, folder.file);
    read_other(); /* the rest stands as it was */
    assert_int_equal(other.token, 7);
}

static void half_a_state_is_none(void **state)
{
    char line[HOLD_STATE_LINE_SIZE];
    enum hold_state read = HOLD_LOST;
    int64_t deadline_ms = 3;

    (void)state;
    hold_state_write(line, HOLD_RELEASED, INT64_MAX);
    assert_int_equal(strlen(line), HOLD_STATE_LINE_SIZE - 1);
    assert_true(hold_state_read(line + strlen(HOLD_STATE_NAME), &read, &deadline_ms));
    assert_int_equal(read, HOLD_RELEASED);
    assert_true(deadline_ms == INT64_MAX);
    assert_false(hold_state_read("held 5 lost 5", &read, &deadline_ms));
    assert_false(hold_state_read("held 5 held 6", &read, &deadline_ms));
    assert_false(hold_state_read("held 5", &read, &deadline_ms));
    assert_false(hold_state_read("hold 5 hold 5", &read, &deadline_ms));
    assert_false(hold_state_read("held -5 held -5", &read, &deadline_ms));
    assert_false(hold_state_read("", &read, &deadline_ms));
    assert_int_equal(read, HOLD_RELEASED);
}

static void another_boot_or_a_dead_holder_has_lost(void **state)
{
    (void)state;
    fill();
    file.holder.start++; /* another process that had this number */
    assert_int_equal(hold_file_state_now(&file), HOLD_LOST);
    (void)snprintf(file.export, sizeof(file.export), "x"); /* what needs no holder */
    assert_int_equal(hold_file_state_now(&file), HOLD_HELD);
    file.boot[0] = file.boot[0] == 'a' ? 'b' : 'a';
    assert_int_equal(hold_file_state_now(&file), HOLD_LOST);
    file.deadline_ms = INT64_MAX; /* fail-closed: it outlives the boot */
    assert_int_equal(hold_file_state_now(&file), HOLD_HELD);
}

static void expect_no_hold_file(void)
{
    ddblock_error error = {0};
    bool absent = false;

    hold_file_finish(&other);
    hold_file_init(&other, folder.file);
    assert_int_equal(hold_file_read(&other, &absent, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "hold file"));
}

/* Each line left out, each line doubled, each prefix: an error, never a crash. */
static void anything_else_is_refused(void **state)
{
    char text[HOLD_TEXT_SIZE];
    char cut[HOLD_TEXT_SIZE];
    size_t size;

    (void)state;
    fill();
    size = hold_text_write(&file, text, sizeof(text));
    assert_true(size > 0);
    for (size_t i = 0; i < size; i += size / 97) {
        memcpy(cut, text, i);
        cut[i] = '\0';
        folder_write(&folder, cut);
        assert_int_equal(chmod(folder.file, 0600), 0);
        hold_file_finish(&other);
        hold_file_init(&other, folder.file);
        (void)hold_file_read(&other, &(bool){false}, NULL);
    }
    folder_write(&folder, "state = held 5 held 5\n");
    assert_int_equal(chmod(folder.file, 0600), 0);
    expect_no_hold_file();
    folder_write(&folder, text);
    assert_int_equal(chmod(folder.file, 0640), 0);
    expect_no_hold_file(); /* others can read it */
    assert_int_equal(unlink(folder.file), 0);
    assert_int_equal(symlink("/dev/null", folder.file), 0);
    expect_no_hold_file();
}

static void who_has_ended_is_no_process(void **state)
{
    struct process process;
    int status = 0;
    int fd;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        (void)pause();
        _exit(0);
    }
    process = process_of(pid);
    assert_true(process.start != 0);
    fd = process_open(&process);
    assert_true(fd >= 0);
    assert_true(process_signal(fd, SIGKILL));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(process_open(&process), -1);
    assert_false(process_signal(fd, SIGKILL));
    assert_int_equal(close(fd), 0);
    process.pid = getpid(); /* its number went to us */
    assert_int_equal(process_open(&process), -1);
    process.pid = 0;
    assert_int_equal(process_open(&process), -1);
}

int main(void)
{
#define HOLD_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        HOLD_TEST(what_was_written_is_read),
        HOLD_TEST(a_second_one_is_refused),
        HOLD_TEST(the_state_is_written_in_place),
        HOLD_TEST(half_a_state_is_none),
        HOLD_TEST(another_boot_or_a_dead_holder_has_lost),
        HOLD_TEST(anything_else_is_refused),
        HOLD_TEST(who_has_ended_is_no_process),
    };
#undef HOLD_TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
