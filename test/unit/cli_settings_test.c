/* cli_settings_test.c - the command line of "ddblock run". */
#include "support/testing.h"

#include "settings.h"

enum { ARGUMENTS_MAX = 32 };

/* Holds what settings points to. */
struct line {
    struct settings settings;
    ddblock_error error;
    char *argv[ARGUMENTS_MAX];
    ddblock_status status;
};

/* Parses "run" and these arguments, which end with NULL. */
static void parse(struct line *line, const char *const *arguments)
{
    int argc = 1;

    assert_int_equal(setenv("DDBLOCK_CONFIG", "/dev/null", 1), 0); /* nobody's own */
    memset(line, 0, sizeof(*line));
    line->argv[0] = (char *)"run";
    for (; arguments[argc - 1] != NULL; argc++) {
        assert_true(argc < ARGUMENTS_MAX - 1);
        line->argv[argc] = (char *)arguments[argc - 1];
    }
    line->status = settings_parse(&line->settings, argc, line->argv, &line->error);
}

#define PARSE(line, ...) parse(line, (const char *const[]){__VA_ARGS__, NULL})

static void expect_refused(const struct line *line, const char *sentence)
{
    assert_int_equal(line->status, DDBLOCK_INVALID);
    assert_string_equal(line->error.message, sentence);
}

static void defaults_are_those_of_the_contract(void **state)
{
    struct line line;
    ddblock_id id;

    (void)state;
    PARSE(&line, "--table", "locks", "build", "make");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_int_equal(line.settings.terms.client.kind, DDBLOCK_FAIL_OPEN);
    assert_int_equal(line.settings.terms.client.lease_duration_ms, 10000);
    assert_int_equal(line.settings.terms.client.heartbeat_period_ms, DDBLOCK_AUTO);
    assert_true(line.settings.terms.wait_ms == DDBLOCK_FOREVER);
    assert_string_equal(line.settings.place.partition.name, "id");
    assert_int_equal(line.settings.place.sort.type, DDBLOCK_KEY_NONE);
    id = place_id(&line.settings.place);
    assert_int_equal(id.partition.type, DDBLOCK_KEY_STRING);
    assert_memory_equal(id.partition.data, "build", 5);
    assert_int_equal(id.sort.type, DDBLOCK_KEY_NONE);
    assert_string_equal(line.settings.command[0], "make");
}

static void every_option_is_taken(void **state)
{
    struct line line;
    ddblock_id id;

    (void)state;
    PARSE(&line, "--table=locks", "--region", "eu-west-1", "--endpoint", "http://localhost:8000",
          "--lease", "20s", "--heartbeat", "0", "--wait", "1m", "--owner", "me", "--partition-key",
          "pk:N", "--sort-key", "a:b:B", "--sort", "YWI=", "-v", "17", "--", "make", "--wait",
          "-n");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_string_equal(line.settings.place.table, "locks");
    assert_string_equal(line.settings.place.region, "eu-west-1");
    assert_string_equal(line.settings.place.endpoint, "http://localhost:8000");
    assert_int_equal(line.settings.terms.client.lease_duration_ms, 20000);
    assert_int_equal(line.settings.terms.client.heartbeat_period_ms, 0);
    assert_int_equal(line.settings.terms.wait_ms, 60000);
    assert_string_equal(line.settings.terms.client.owner, "me");
    assert_true(line.settings.terms.verbose);
    assert_string_equal(line.settings.place.partition.name, "pk");
    assert_string_equal(line.settings.place.sort.name, "a:b");
    id = place_id(&line.settings.place);
    assert_int_equal(id.partition.type, DDBLOCK_KEY_NUMBER);
    assert_int_equal(id.sort.type, DDBLOCK_KEY_BINARY);
    assert_int_equal(id.sort.size, 2);
    assert_memory_equal(id.sort.data, "ab", 2);
    assert_string_equal(line.settings.place.shown, "\"17\" (\"YWI=\")");
}

static void the_commands_own_options_are_left_to_it(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--file", "f", "build", "make", "-n", "--wait", "--", "--help");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_true(line.settings.terms.wait_ms == DDBLOCK_FOREVER);
    assert_false(line.settings.help);
    assert_string_equal(line.settings.command[0], "make");
    assert_string_equal(line.settings.command[1], "-n");
    assert_string_equal(line.settings.command[2], "--wait");
    assert_string_equal(line.settings.command[3], "--");
    assert_string_equal(line.settings.command[4], "--help");
    assert_null(line.settings.command[5]);
}

static void a_dash_in_front_needs_two_of_them(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--file", "f", "build", "--", "-x", "--", "y");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_string_equal(line.settings.command[0], "-x");
    assert_string_equal(line.settings.command[1], "--");

    PARSE(&line, "--file", "f", "--", "-lock", "--", "make");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_string_equal(line.settings.place.lock, "-lock");
    assert_string_equal(line.settings.command[0], "make");

    PARSE(&line, "--file", "f", "build", "--wait", "3s", "make");
    expect_refused(&line, "options stand before LOCK, and -- before a command that begins with "
                          "\"-\"");
}

static void letters_may_stand_together(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "-nv", "--file", "f", "build", "make");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_int_equal(line.settings.terms.wait_ms, 0);
    assert_true(line.settings.terms.verbose);
    PARSE(&line, "-nx", "--file", "f", "build", "make");
    expect_refused(&line, "-x: there is no such option; --help tells which there are");
}

static void help_wins_over_what_is_missing(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--help");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_true(line.settings.help);
    PARSE(&line, "-h", "--nonsense");
    assert_true(line.settings.help);
}

static void wrong_options_are_refused(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--leas", "1s", "build", "make");
    expect_refused(&line, "--leas: there is no such option; did you mean --lease?");
    PARSE(&line, "--no-wait=maybe", "build", "make");
    expect_refused(&line, "--no-wait: this option is a switch: its value is yes or no");
    PARSE(&line, "--file", "f", "--lease");
    expect_refused(&line, "--lease: a value must follow this option");
    PARSE(&line, "--file", "f", "--owner", "", "build", "make");
    expect_refused(&line, "--owner: the value is empty");
    PARSE(&line, "--file=", "build", "make");
    expect_refused(&line, "--file: the value is empty");
}

static void there_is_no_silent_default_of_the_place(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "build", "make");
    expect_refused(&line, "where are the locks? Give --table NAME or --file PATH");
    PARSE(&line, "--table", "t", "--file", "f", "build", "make");
    expect_refused(&line, "--table and --file exclude each other: give one of them");
    PARSE(&line, "--region", "x", "--file", "f", "build", "make");
    expect_refused(&line, "--region, --profile, --endpoint and --ca-file belong to --table, "
                          "not to --file");
}

static void options_that_do_not_fit_together_are_refused(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--file", "f", "-n", "--wait", "3s", "build", "make");
    expect_refused(&line, "--wait, --no-wait and --retries exclude each other: give one of "
                          "them");
    PARSE(&line, "--file", "f", "--fail-closed", "--lease", "3s", "build", "make");
    expect_refused(&line, "--fail-closed locks never expire: they have no --lease, "
                          "--heartbeat, --poll, --drift-ppm, --settle and "
                          "--trust-local-time");
    PARSE(&line, "--file", "f", "--sort", "x", "build", "make");
    expect_refused(&line, "--sort needs the name of the sort key too: --sort-key NAME");
    PARSE(&line, "--file", "f", "--sort-key", "x", "build", "make");
    expect_refused(&line, "--sort-key needs the lock's value for it too: --sort VALUE");
    PARSE(&line, "--file", "f");
    expect_refused(&line, "which lock? Give its name after the options, then the command");
    PARSE(&line, "--file", "f", "build");
    expect_refused(&line, "which command? Give it after the lock: LOCK -- COMMAND");
    PARSE(&line, "--file", "f", "build", "--");
    expect_refused(&line, "which command? Give it after the lock: LOCK -- COMMAND");
}

static void what_waits_how_is_taken(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--file", "f", "--retries", "3", "--poll", "50ms", "--drift-ppm", "100",
          "--trust-local-time", "--conflict-exit-code", "9", "--settle", "2s", "-q", "build",
          "make");
    assert_int_equal(line.status, DDBLOCK_OK);
    assert_true(line.settings.terms.wait_ms == DDBLOCK_AUTO);
    assert_int_equal(line.settings.terms.client.retry_count, 3);
    assert_int_equal(line.settings.terms.client.poll_period_ms, 50);
    assert_int_equal(line.settings.terms.client.drift_ppm, 100);
    assert_int_equal(line.settings.terms.client.settle_ms, 2000);
    assert_int_equal(line.settings.terms.client.trust_local_time, 1);
    assert_int_equal(line.settings.terms.conflict_status, 9);
    assert_true(line.settings.terms.quiet);
    PARSE(&line, "--file", "f", "--fail-closed", "--acquire-period", "2s", "build", "make");
    assert_int_equal(line.settings.terms.client.acquire_period_ms, 2000);
    PARSE(&line, "--file", "f", "--acquire-period", "2s", "build", "make");
    expect_refused(&line, "--acquire-period is for --fail-closed; here it is --poll");
    PARSE(&line, "--file", "f", "--conflict-exit-code", "256", "build", "make");
    expect_refused(&line, "--conflict-exit-code: \"256\" is no whole number between 0 and 255");
    PARSE(&line, "--file", "f", "--retries", "-1", "build", "make");
    expect_refused(&line, "--retries: \"-1\" is no whole number between 0 and 1000000");
}

static void the_end_of_the_command_is_chosen(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--file", "f", "build", "make");
    assert_int_equal(line.settings.on_lost, ON_LOST_TERMINATE);
    assert_int_equal(line.settings.grace_ms, 2500);
    PARSE(&line, "--file", "f", "--on-lost", "ignore", "--grace", "1s", "build", "make");
    assert_int_equal(line.settings.on_lost, ON_LOST_IGNORE);
    assert_int_equal(line.settings.grace_ms, 1000);
    PARSE(&line, "--file", "f", "--on-lost", "panic", "build", "make");
    expect_refused(&line, "--on-lost: \"panic\" is not term, kill or ignore");
    PARSE(&line, "--file", "f", "--exec", "build", "make");
    expect_refused(&line, "--exec: ddblock cannot become the command; it must stay beside it, to "
                          "renew the lease and to end the command if the lock is lost");
    PARSE(&line, "--file", "f", "-F", "build", "make");
    assert_int_equal(line.status, DDBLOCK_INVALID);
}

static void a_grace_must_fit_the_lease(void **state)
{
    struct line line;

    (void)state;
    PARSE(&line, "--file", "f", "--lease", "10s", "--heartbeat", "3s", "--grace", "6s", "b", "c");
    assert_int_equal(line.status, DDBLOCK_OK);
    PARSE(&line, "--file", "f", "--lease", "10s", "--heartbeat", "3s", "--grace", "6001ms", "b",
          "c");
    expect_refused(&line, "--grace: with a lease of 10 s and this heartbeat it can be 6 s at most: "
                          "SIGKILL must come before the lease ends, and SIGTERM after a heartbeat "
                          "is due");
    PARSE(&line, "--file", "f", "--fail-closed", "--grace", "1s", "b", "c");
    expect_refused(&line, "--fail-closed locks never expire: they have no --grace");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_contract),
        cmocka_unit_test(every_option_is_taken),
        cmocka_unit_test(the_commands_own_options_are_left_to_it),
        cmocka_unit_test(a_dash_in_front_needs_two_of_them),
        cmocka_unit_test(letters_may_stand_together),
        cmocka_unit_test(help_wins_over_what_is_missing),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(there_is_no_silent_default_of_the_place),
        cmocka_unit_test(options_that_do_not_fit_together_are_refused),
        cmocka_unit_test(what_waits_how_is_taken),
        cmocka_unit_test(the_end_of_the_command_is_chosen),
        cmocka_unit_test(a_grace_must_fit_the_lease),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
