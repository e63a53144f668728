/* process_test.c - a command that is run for its output. */
#include "support/testing.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "aws/process.h"
#include "base/clock.h"
#include "support/folder.h"

enum { LONG_MS = 60000 };

static ddblock_status run(const char *command, int64_t timeout_ms, char *text, size_t size,
                          ddblock_error *error)
{
    struct buffer output;
    ddblock_status status;

    buffer_init(&output, 64 * 1024);
    status = process_run(command, timeout_ms, &output, error);
    snprintf(text, size, "%s", buffer_string(&output));
    buffer_finish(&output);
    return status;
}

static void output_and_status(void **state)
{
    ddblock_error error = {0};
    char text[128];

    (void)state;
    assert_int_equal(run("echo a; echo b", LONG_MS, text, sizeof(text), &error), DDBLOCK_OK);
    assert_string_equal(text, "a\nb\n");
    assert_int_equal(run("true", LONG_MS, text, sizeof(text), &error), DDBLOCK_OK);
    assert_string_equal(text, "");
    assert_int_equal(run("exit 7", LONG_MS, text, sizeof(text), &error), DDBLOCK_NO_CREDENTIALS);
    assert_string_equal(error.message, "failed with exit status 7");
    assert_int_equal(run("kill -TERM $$", LONG_MS, text, sizeof(text), &error),
                     DDBLOCK_NO_CREDENTIALS);
    assert_string_equal(error.message, "was ended by signal 15");
}

static void nothing_of_ours_is_open_in_it(void **state)
{
    ddblock_error error = {0};
    char text[128];
    int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, as a program's may be */
    char command[128];

    (void)state;
    assert_true(fd > 2);
    snprintf(command, sizeof(command), "test -e /proc/self/fd/%d && echo open; cat; exec 2>&-", fd);
    assert_int_equal(run(command, LONG_MS, text, sizeof(text), &error), DDBLOCK_OK);
    assert_string_equal(text, "");
    close(fd);
}

static void its_signals_are_the_default_ones(void **state)
{
    ddblock_error error = {0};
    char text[128];
    char *end;
    sigset_t all;
    sigset_t old;

    (void)state;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(run("sed -n 's/^Sig\\(Blk\\|Ign\\):.//p' /proc/self/status", LONG_MS, text,
                         sizeof(text), &error),
                     DDBLOCK_OK);
    signal(SIGPIPE, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    assert_int_equal(strtoull(text, &end, 16), 0);
    /* Signals 32 and 33 are the C library's own. */
    assert_int_equal(strtoull(end, NULL, 16) & ~0x180000000ULL, 0);
}

/* Kills what it has started, too. */
static void when_its_time_is_over(void **state)
{
    struct folder folder;
    struct instant start = clock_now();
    ddblock_error error = {0};
    char command[512];
    char text[128];
    FILE *file;
    long pid = 0;

    (void)state;
    folder_make(&folder);
    snprintf(command, sizeof(command), "sleep 50 & echo $! >%s; wait", folder.file);
    assert_int_equal(run(command, 1000, text, sizeof(text), &error), DDBLOCK_UNAVAILABLE);
    assert_string_equal(error.message, "takes longer than 1 s");
    assert_true(duration_to_ms(instant_until(start, clock_now())) < 40000);
    file = fopen(folder.file, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld", &pid), 1);
    fclose(file);
    for (int i = 0; i < 200 && kill((pid_t)pid, 0) == 0; i++) {
        snprintf(command, sizeof(command), "grep -q '^State:.Z' /proc/%ld/status", pid);
        if (system(command) == 0) {
            break; /* dead, and nobody has looked at it yet */
        }
        usleep(50000);
        assert_true(i < 199);
    }
    folder_remove(&folder);
}

/* What it leaves running in the background may keep its output open. */
static void it_ends_when_the_command_does(void **state)
{
    struct instant start = clock_now();
    ddblock_error error = {0};
    char text[128];

    (void)state;
    assert_int_equal(run("sleep 45 & echo done $!", LONG_MS, text, sizeof(text), &error),
                     DDBLOCK_OK);
    assert_true(duration_to_ms(instant_until(start, clock_now())) < 40000);
    assert_int_equal(strncmp(text, "done ", 5), 0);
    assert_int_equal(kill((pid_t)strtol(text + 5, NULL, 10), SIGKILL), 0);
}

static void too_much_output(void **state)
{
    ddblock_error error = {0};
    char text[128];

    (void)state;
    assert_int_equal(run("yes", LONG_MS, text, sizeof(text), &error), DDBLOCK_NO_CREDENTIALS);
    assert_string_equal(error.message, "gives more than 64 KiB");
    assert_int_equal(run("head -c 65536 /dev/zero", LONG_MS, text, sizeof(text), &error),
                     DDBLOCK_OK);
}

static void a_program_that_ignores_its_children(void **state)
{
    ddblock_error error = {0};
    char text[128];

    (void)state;
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(run("echo x", LONG_MS, text, sizeof(text), &error), DDBLOCK_OK);
    assert_string_equal(text, "x\n");
    signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_and_status),
        cmocka_unit_test(nothing_of_ours_is_open_in_it),
        cmocka_unit_test(its_signals_are_the_default_ones),
        cmocka_unit_test(when_its_time_is_over),
        cmocka_unit_test(it_ends_when_the_command_does),
        cmocka_unit_test(too_much_output),
        cmocka_unit_test(a_program_that_ignores_its_children),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
