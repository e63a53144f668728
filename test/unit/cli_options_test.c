/* cli_options_test.c - options from the environment and the configuration file, and words that were
 * misspelt. */
#include "support/testing.h"

#include <fcntl.h>
#include <unistd.h>

#include "config.h"
#include "message.h"
#include "settings.h"
#include "suggest.h"

#include "support/folder.h"

/* ------------------------------------------------------------------ files */

static struct config config;

static ddblock_status parse_bytes(const char *text, size_t size, ddblock_error *error)
{
    memcpy(config.text, text, size);
    return config_parse(&config, size, error);
}

static void expect_refused(const char *text, int line, const char *sentence)
{
    ddblock_error error = {0};

    assert_int_equal(parse_bytes(text, strlen(text), &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, sentence);
    assert_int_equal(config.wrong_line, line);
}

static void lines_are_names_and_values(void **state)
{
    const char *text = "# a comment\n\n  lease = 20s  \r\n\towner=a = b # c\nempty=\n  # more\nx=y";

    (void)state;
    assert_int_equal(parse_bytes(text, strlen(text), NULL), DDBLOCK_OK);
    assert_int_equal(config.count, 4);
    assert_string_equal(config_value(&config, "lease"), "20s");
    assert_string_equal(config_value(&config, "owner"), "a = b # c");
    assert_string_equal(config_value(&config, "empty"), "");
    assert_string_equal(config_value(&config, "x"), "y");
    assert_null(config_value(&config, "y"));
    assert_int_equal(config.entries[1].line, 4);
    assert_int_equal(parse_bytes("", 0, NULL), DDBLOCK_OK);
    assert_int_equal(config.count, 0);
}

static void wrong_lines_are_told(void **state)
{
    (void)state;
    expect_refused("\n\nlease 20s\n", 3, "\"lease 20s\" is no line like \"lease = 20s\"");
    expect_refused("= 20s", 1, "\"= 20s\" is no line like \"lease = 20s\"");
    expect_refused("\033[2J", 1, "\"\\x1B[2J\" is no line like \"lease = 20s\"");
    expect_refused("a=1\nb=2\na=3\n", 3, "a is there for the second time");
    assert_int_equal(parse_bytes("a=1\nb\0=2", 8, NULL), DDBLOCK_INVALID);
    assert_int_equal(config.wrong_line, 2);
}

static void a_file_has_an_end(void **state)
{
    char path[] = "/tmp/ddblock-config-XXXXXX";
    char line[32];
    ddblock_error error = {0};
    int fd = mkostemp(path, O_CLOEXEC);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ftruncate(fd, CONFIG_BYTES_MAX + 1), 0);
    assert_int_equal(config_read(&config, fd, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "it has more than 65536 bytes");
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    for (int i = 0; i <= CONFIG_ENTRIES_MAX; i++) {
        int size = snprintf(line, sizeof(line), "a%d=\n", i);

        assert_int_equal(write(fd, line, (size_t)size), size);
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(config_read(&config, fd, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "there are more than 128 lines");
    assert_int_equal(close(fd), 0);
}

/* ------------------------------------------------------------------ sources */

static struct folder folder;
static struct settings settings;
static ddblock_error error;

/* Parses "run" and these arguments, with that configuration. */
static ddblock_status parse(const char *text, int argc, const char *const *argv)
{
    folder_write(&folder, text);
    assert_int_equal(setenv("DDBLOCK_CONFIG", folder.file, 1), 0);
    memset(&error, 0, sizeof(error));
    return settings_parse(&settings, argc, (char **)(uintptr_t)argv, &error);
}

#define PARSE(text, ...)                                                                           \
    parse(text, (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)),          \
          (const char *const[]){__VA_ARGS__, NULL})

static int set_up(void **state)
{
    static const char *const variables[] = {
        "DDBLOCK_TABLE",      "DDBLOCK_LEASE",       "DDBLOCK_WAIT",
        "DDBLOCK_NO_WAIT",    "DDBLOCK_OWNER",       "DDBLOCK_FILE",
        "DDBLOCK_OWNER_NAME", "DDBLOCK_FAIL_CLOSED", "DDBLOCK_REGION"};

    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        assert_int_equal(unsetenv(variables[i]), 0);
    }
    return 0;
}

static void the_stronger_source_wins(void **state)
{
    const char *text = "table = from-file\nlease = 30s\nheartbeat = 1s\n";

    (void)state;
    assert_int_equal(PARSE(text, "run", "build", "make"), DDBLOCK_OK);
    assert_string_equal(settings.place.table, "from-file");
    assert_int_equal(settings.terms.client.lease_duration_ms, 30000);
    assert_int_equal(setenv("DDBLOCK_LEASE", "40s", 1), 0);
    assert_int_equal(PARSE(text, "run", "build", "make"), DDBLOCK_OK);
    assert_int_equal(settings.terms.client.lease_duration_ms, 40000);
    assert_int_equal(PARSE(text, "run", "--lease", "50s", "build", "make"), DDBLOCK_OK);
    assert_int_equal(settings.terms.client.lease_duration_ms, 50000);
    assert_int_equal(settings.terms.client.heartbeat_period_ms, 1000);
    assert_int_equal(setenv("DDBLOCK_LEASE", "", 1), 0); /* which is none */
    assert_int_equal(PARSE(text, "run", "build", "make"), DDBLOCK_OK);
    assert_int_equal(settings.terms.client.lease_duration_ms, 30000);
}

/* What a stronger source says instead is not even looked at. */
static void a_wrong_value_that_does_not_count_is_no_error(void **state)
{
    (void)state;
    assert_int_equal(PARSE("lease = x\n", "run", "--file", "f", "--lease=5s", "b", "c"),
                     DDBLOCK_OK);
    assert_int_equal(PARSE("lease = x\n", "run", "--file", "f", "b", "c"), DDBLOCK_INVALID);
    assert_int_equal(settings.options.source, OPTIONS_FROM_FILE);
    assert_int_equal(settings.options.line, 1);
    assert_int_equal(setenv("DDBLOCK_LEASE", "y", 1), 0);
    assert_int_equal(PARSE("", "run", "--file", "f", "b", "c"), DDBLOCK_INVALID);
    assert_int_equal(settings.options.source, OPTIONS_FROM_ENVIRONMENT);
    assert_int_equal(PARSE("", "run", "--lease", "y", "b", "c"), DDBLOCK_INVALID);
    assert_int_equal(settings.options.source, OPTIONS_FROM_LINE);
}

static void of_options_that_exclude_each_other_the_stronger_counts(void **state)
{
    (void)state;
    assert_int_equal(PARSE("table = t\nregion = r\n", "run", "--file", "f", "b", "c"), DDBLOCK_OK);
    assert_null(settings.place.table);
    assert_int_equal(PARSE("file = f\n", "run", "--table", "t", "b", "c"), DDBLOCK_OK);
    assert_null(settings.place.file);
    assert_int_equal(PARSE("file = f\n", "run", "--region", "r", "b", "c"), DDBLOCK_INVALID);
    assert_int_equal(PARSE("file = f\ntable = t\n", "run", "b", "c"), DDBLOCK_INVALID);
    assert_int_equal(PARSE("file = f\nwait = 5s\n", "run", "-n", "b", "c"), DDBLOCK_OK);
    assert_int_equal(settings.terms.wait_ms, 0);
    assert_int_equal(PARSE("file = f\nno-wait = yes\n", "run", "--wait", "5s", "b", "c"),
                     DDBLOCK_OK);
    assert_int_equal(settings.terms.wait_ms, 5000);
    assert_int_equal(PARSE("file = f\nlease = 5s\n", "run", "--fail-closed", "b", "c"), DDBLOCK_OK);
    assert_int_equal(PARSE("file = f\nfail-closed = on\n", "run", "--lease", "5s", "b", "c"),
                     DDBLOCK_INVALID); /* which kind is meant is no guess to make */
}

static void a_switch_is_yes_or_no(void **state)
{
    const char *text = "file = f\nfail-closed = yes\n";

    (void)state;
    assert_int_equal(PARSE(text, "run", "b", "c"), DDBLOCK_OK);
    assert_int_equal(settings.terms.client.kind, DDBLOCK_FAIL_CLOSED);
    assert_int_equal(PARSE(text, "run", "--fail-closed=no", "b", "c"), DDBLOCK_OK);
    assert_int_equal(settings.terms.client.kind, DDBLOCK_FAIL_OPEN);
    assert_int_equal(setenv("DDBLOCK_FAIL_CLOSED", "0", 1), 0);
    assert_int_equal(PARSE(text, "run", "b", "c"), DDBLOCK_OK);
    assert_int_equal(settings.terms.client.kind, DDBLOCK_FAIL_OPEN);
    assert_int_equal(PARSE(text, "run", "--fail-closed=maybe", "b", "c"), DDBLOCK_INVALID);
    assert_int_equal(PARSE("file = f\nno-wait =\n", "run", "b", "c"), DDBLOCK_INVALID);
}

/* DDBLOCK_OWNER and the like are told to the command of an outer run. */
static void what_an_outer_run_tells_is_no_option(void **state)
{
    (void)state;
    assert_int_equal(setenv("DDBLOCK_OWNER", "outer", 1), 0);
    assert_int_equal(setenv("DDBLOCK_LOCK", "outer", 1), 0);
    assert_int_equal(PARSE("file = f\n", "run", "b", "c"), DDBLOCK_OK);
    assert_null(settings.terms.client.owner);
    assert_int_equal(setenv("DDBLOCK_OWNER_NAME", "me", 1), 0);
    assert_int_equal(PARSE("file = f\n", "run", "b", "c"), DDBLOCK_OK);
    assert_string_equal(settings.terms.client.owner, "me");
}

static void names_in_the_file_are_checked(void **state)
{
    (void)state;
    assert_int_equal(PARSE("file = f\nhold-file = h\n", "run", "b", "c"), DDBLOCK_OK);
    assert_int_equal(PARSE("file = f\nleese = 5s\n", "run", "b", "c"), DDBLOCK_INVALID);
    assert_string_equal(error.message,
                        "no command has an option \"leese\"; did you mean \"lease\"?");
    assert_int_equal(settings.options.line, 2);
    assert_int_equal(PARSE("help = yes\n", "run", "b", "c"), DDBLOCK_INVALID);
    assert_string_equal(error.message, "help: this option is for command lines only");
    assert_int_equal(PARSE("quatsch\n", "run", "--help"), DDBLOCK_OK); /* help always comes */
    assert_true(settings.help);
}

static void a_file_that_is_named_must_be_there(void **state)
{
    const char *const argv[] = {"run", "--file", "f", "b", "c", NULL};

    (void)state;
    assert_int_equal(setenv("DDBLOCK_CONFIG", "/no/such/file", 1), 0);
    assert_int_equal(settings_parse(&settings, 5, (char **)(uintptr_t)argv, &error),
                     DDBLOCK_INVALID);
    assert_string_equal(error.message, "DDBLOCK_CONFIG names it, but it cannot be opened: No such file or directory");
    assert_int_equal(setenv("DDBLOCK_CONFIG", "/dev", 1), 0);
    assert_int_equal(settings_parse(&settings, 5, (char **)(uintptr_t)argv, &error),
                     DDBLOCK_INVALID);
    assert_string_equal(error.message, "it is not a regular file");
    assert_int_equal(setenv("DDBLOCK_CONFIG", "", 1), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/no/such/folder", 1), 0);
    assert_int_equal(settings_parse(&settings, 5, (char **)(uintptr_t)argv, &error), DDBLOCK_OK);
}

/* ------------------------------------------------------------------ suggestions */

static const char *suggest(const char *word)
{
    static const char *const candidates[] = {"lease", "no-wait", "wait", "table", "heartbeat", "n"};
    struct suggestion suggestion;

    suggestion_init(&suggestion, word, strlen(word));
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        suggestion_consider(&suggestion, candidates[i]);
    }
    return suggestion.best;
}

static void the_nearest_word_is_meant(void **state)
{
    char huge[200];

    (void)state;
    assert_string_equal(suggest("leese"), "lease");
    assert_string_equal(suggest("lesae"), "lease");
    assert_string_equal(suggest("leas"), "lease");
    assert_string_equal(suggest("nowait"), "no-wait");
    assert_string_equal(suggest("weit"), "wait");
    assert_string_equal(suggest("hartbeats"), "heartbeat");
    assert_null(suggest("nonsense"));
    assert_null(suggest(""));
    assert_null(suggest("x"));
    memset(huge, 'a', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    assert_null(suggest(huge));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_names_and_values),
        cmocka_unit_test(wrong_lines_are_told),
        cmocka_unit_test(a_file_has_an_end),
        cmocka_unit_test_setup(the_stronger_source_wins, set_up),
        cmocka_unit_test_setup(a_wrong_value_that_does_not_count_is_no_error, set_up),
        cmocka_unit_test_setup(of_options_that_exclude_each_other_the_stronger_counts, set_up),
        cmocka_unit_test_setup(a_switch_is_yes_or_no, set_up),
        cmocka_unit_test_setup(what_an_outer_run_tells_is_no_option, set_up),
        cmocka_unit_test_setup(names_in_the_file_are_checked, set_up),
        cmocka_unit_test_setup(a_file_that_is_named_must_be_there, set_up),
        cmocka_unit_test(the_nearest_word_is_meant),
    };
    int failed;

    folder_make(&folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    folder_remove(&folder);
    return failed;
}
