/* cli_output_test.c - what the tool writes: escapes, the waiting line, reports, statuses. */
#include "support/testing.h"

#include "environment.h"
#include "escape.h"
#include "exit.h"
#include "message.h"
#include "owner.h"
#include "report.h"
#include "waiting.h"

#include <unistd.h>

static const char *escaped(const char *text)
{
    static char target[ESCAPED_SIZE];

    return escape_string(target, sizeof(target), text);
}

static void harmless_text_stays(void **state)
{
    (void)state;
    assert_string_equal(escaped("a b \"c\" 'd' $e"), "a b \"c\" 'd' $e");
    assert_string_equal(escaped("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x92"),
                        "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x92");
}

static void what_steers_a_terminal_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(escaped("\033[2J\n\t\x7F\\"), "\\x1B[2J\\x0A\\x09\\x7F\\x5C");
    assert_string_equal(escaped("\xC2\x9B"), "\\xC2\\x9B");                   /* CSI of C1 */
    assert_string_equal(escaped("\xE2\x80\xAE"), "\\xE2\\x80\\xAE");          /* U+202E */
    assert_string_equal(escaped("\xE2\x81\xA6"), "\\xE2\\x81\\xA6");          /* U+2066 */
    assert_string_equal(escaped("\xC0\x80"), "\\xC0\\x80");                   /* overlong */
    assert_string_equal(escaped("\xED\xA0\x80"), "\\xED\\xA0\\x80");          /* surrogate */
    assert_string_equal(escaped("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80"); /* too high */
    assert_string_equal(escaped("a\xE2\x82"), "a\\xE2\\x82");                 /* cut off */
    assert_string_equal(escaped("\x80\xFF"), "\\x80\\xFF");
}

static void long_text_is_cut_at_a_character(void **state)
{
    char target[8];

    (void)state;
    assert_string_equal(escape_string(target, sizeof(target), "1234567"), "1234\xE2\x80\xA6");
    assert_string_equal(escape_string(target, sizeof(target), "1234"), "1234");
    assert_string_equal(escape_string(target, sizeof(target), "1\n2"), "1\xE2\x80\xA6");
}

static void a_line_fits_the_columns(void **state)
{
    char text[32] = "abcdef";
    char wide[32] = "ab\xE2\x82\xAC\xE2\x82\xAC";

    (void)state;
    assert_string_equal(fit_columns(text, 80), "abcdef");
    assert_string_equal(fit_columns(text, 7), "abcdef");
    assert_string_equal(fit_columns(text, 6), "abcde");
    assert_string_equal(fit_columns(wide, 6), "ab\xE2\x82\xAC");
    assert_string_equal(fit_columns(wide, 1), "");
}

static void a_holder_is_told_with_its_token(void **state)
{
    ddblock_info info = {.kind = DDBLOCK_ITEM_FAIL_OPEN, .fencing_token = 7, .owner = "al\nice"};
    char text[ESCAPED_SIZE];

    (void)state;
    assert_string_equal(holder_text(text, sizeof(text), &info), "al\\x0Aice (token 7)");
    info.fencing_token = 0;
    assert_string_equal(holder_text(text, sizeof(text), &info), "al\\x0Aice (fails closed)");
}

static void instants_are_utc(void **state)
{
    char text[UTC_TIME_SIZE];

    (void)state;
    assert_string_equal(utc_time(text, 0), "1970-01-01T00:00:00.000Z");
    assert_string_equal(utc_time(text, INT64_C(1764028800123)), "2025-11-25T00:00:00.123Z");
    assert_string_equal(utc_time(text, -1), "1969-12-31T23:59:59.999Z");
    assert_string_equal(utc_time(text, INT64_MAX), "292278994-08-17T07:12:55.807Z");
    assert_string_equal(utc_time(text, INT64_MIN), "-292275055-05-16T16:47:04.192Z");
}

static void expect_report(const ddblock_info *info, const char *expected)
{
    char text[2048] = "";
    FILE *stream = fmemopen(text, sizeof(text), "w");

    assert_non_null(stream);
    report_print(stream, "\"build\"", info, INT64_C(1764028812123));
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
}

static void a_report_tells_what_is_known(void **state)
{
    ddblock_info info = {.kind = DDBLOCK_ITEM_FAIL_OPEN,
                         .fencing_token = 7,
                         .lease_duration_ms = 10000,
                         .acquired_time_unix_ms = INT64_C(1764028800123),
                         .owner = "al\033ice"};

    (void)state;
    expect_report(&info, "lock          \"build\"\n"
                         "state         held, fails open\n"
                         "owner         al\\x1Bice\n"
                         "token         7\n"
                         "lease         10 s\n"
                         "last written  2025-11-25T00:00:00.123Z, about 12 s ago\n");
    info.acquired_time_unix_ms += 13000;
    info.kind = DDBLOCK_ITEM_RELEASED;
    info.lease_duration_ms = 1;
    expect_report(&info, "lock          \"build\"\n"
                         "state         free (released)\n"
                         "last owner    al\\x1Bice\n"
                         "token         7\n"
                         "last written  2025-11-25T00:00:13.123Z, about 1 s ahead of this "
                         "machine's clock\n");
    info = (ddblock_info){.kind = DDBLOCK_ITEM_ABSENT, .acquired_time_unix_ms = -1};
    expect_report(&info, "lock          \"build\"\n"
                         "state         free (no item)\n");
    info.kind = DDBLOCK_ITEM_BAD;
    expect_report(&info, "lock          \"build\"\n"
                         "state         unknown: the item is not a well-formed lock\n");
}

static void every_status_has_its_exit_status(void **state)
{
    static const int expected[] = {
        [DDBLOCK_OK] = 0,           [DDBLOCK_NOT_ACQUIRED] = 75,   [DDBLOCK_PENDING] = 75,
        [DDBLOCK_CANCELLED] = 75,   [DDBLOCK_LOST] = 76,           [DDBLOCK_IN_DOUBT] = 69,
        [DDBLOCK_UNAVAILABLE] = 69, [DDBLOCK_THROTTLED] = 69,      [DDBLOCK_NO_MEMORY] = 70,
        [DDBLOCK_INVALID] = 64,     [DDBLOCK_NO_CREDENTIALS] = 78, [DDBLOCK_DENIED] = 69,
        [DDBLOCK_NO_TABLE] = 78,    [DDBLOCK_WRONG_SCHEMA] = 78,   [DDBLOCK_WRONG_KIND] = 78,
        [DDBLOCK_BAD_ITEM] = 78,    [DDBLOCK_FORKED] = 70,         [DDBLOCK_INTERNAL] = 70,
    };

    (void)state;
#define STATUS_CHECK(name, number, class_, text)                                                   \
    assert_int_equal(exit_from_status(DDBLOCK_##name), expected[DDBLOCK_##name]);
    DDBLOCK_STATUS_MAP(STATUS_CHECK)
#undef STATUS_CHECK
}

static const char *find(char **environment, const char *name)
{
    const char *found = NULL;

    for (; *environment != NULL; environment++) {
        if (strncmp(*environment, name, strlen(name)) == 0 && (*environment)[strlen(name)] == '=') {
            assert_null(found); /* once only */
            found = *environment + strlen(name) + 1;
        }
    }
    return found;
}

static void the_environment_tells_of_this_lock_only(void **state)
{
    char **environment = NULL;

    (void)state;
    assert_int_equal(setenv("DDBLOCK_FENCING_TOKEN", "5", 1), 0);
    assert_int_equal(setenv("DDBLOCK_LOCK", "outer", 1), 0);
    assert_int_equal(setenv("DDBLOCK_LOCKS", "kept", 1), 0);
    assert_int_equal(environment_create("inner\n1", "me", 6, -1, &environment, NULL), DDBLOCK_OK);
    assert_string_equal(find(environment, "DDBLOCK_LOCK"), "inner\n1");
    assert_string_equal(find(environment, "DDBLOCK_OWNER"), "me");
    assert_string_equal(find(environment, "DDBLOCK_FENCING_TOKEN"), "6");
    assert_string_equal(find(environment, "DDBLOCK_LOCKS"), "kept");
    assert_null(find(environment, "DDBLOCK_LOST_FD"));
    environment_destroy(environment);

    assert_int_equal(environment_create("closed", "me", 0, 5, &environment, NULL), DDBLOCK_OK);
    assert_null(find(environment, "DDBLOCK_FENCING_TOKEN"));
    assert_string_equal(find(environment, "DDBLOCK_LOST_FD"), "5");
    environment_destroy(environment);
    environment_destroy(NULL);
}

static void the_owner_has_the_form_of_the_protocol(void **state)
{
    char owner[OWNER_SIZE];
    char host[256] = "";
    const char *start = "ddblock@" DDBLOCK_VERSION "_";

    (void)state;
    assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
    (void)owner_default(owner);
    assert_memory_equal(owner, start, strlen(start));
    assert_string_equal(strrchr(owner, '@') + 1, host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_text_stays),
        cmocka_unit_test(what_steers_a_terminal_is_escaped),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(a_line_fits_the_columns),
        cmocka_unit_test(a_holder_is_told_with_its_token),
        cmocka_unit_test(instants_are_utc),
        cmocka_unit_test(a_report_tells_what_is_known),
        cmocka_unit_test(every_status_has_its_exit_status),
        cmocka_unit_test(the_environment_tells_of_this_lock_only),
        cmocka_unit_test(the_owner_has_the_form_of_the_protocol),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
