/* cli_duration_test.c - durations on the command line. */
#include "support/testing.h"

#include "duration.h"

static int64_t parse(const char *text)
{
    ddblock_error error = {0};
    int64_t ms = -1;

    assert_int_equal(duration_parse("--lease", text, &ms, &error), DDBLOCK_OK);
    return ms;
}

/* The sentence; *ret_ms must stay as it was. */
static const char *refuse(const char *text)
{
    static ddblock_error error;
    int64_t ms = -7;

    assert_int_equal(duration_parse("--lease", text, &ms, &error), DDBLOCK_INVALID);
    assert_int_equal(error.status, DDBLOCK_INVALID);
    assert_int_equal(ms, -7);
    return error.message;
}

static void units_are_read(void **state)
{
    (void)state;
    assert_int_equal(parse("1500ms"), 1500);
    assert_int_equal(parse("10s"), 10000);
    assert_int_equal(parse("2m"), 120000);
    assert_int_equal(parse("1h"), 3600000);
    assert_int_equal(parse("007s"), 7000);
}

static void zero_needs_no_unit(void **state)
{
    (void)state;
    assert_int_equal(parse("0"), 0);
    assert_int_equal(parse("0s"), 0);
}

static void a_plain_number_is_refused_with_what_would_be_right(void **state)
{
    (void)state;
    assert_string_equal(refuse("10"), "--lease: \"10\" has no unit; write 10s or 10ms");
}

static void other_text_is_refused(void **state)
{
    static const char *const texts[] = {"",    "s",    "-1s", "+1s", " 1s",  "1.5s",
                                        "1 s", "1sec", "1S",  "1d",  "0x1s", "forever"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_non_null(strstr(refuse(texts[i]), "--lease: "));
    }
    assert_string_equal(refuse("1\033[2Js"), "--lease: \"1\\x1B[2Js\" has an unknown unit; ms, s, "
                                             "m and h follow a whole number");
}

static void nothing_overflows(void **state)
{
    (void)state;
    assert_int_equal(parse("876000h"), DURATION_MS_MAX);
    assert_int_equal(parse("3153600000000ms"), DURATION_MS_MAX);
    assert_string_equal(refuse("876001h"), "--lease: \"876001h\" is longer than 100 years");
    assert_non_null(strstr(refuse("3153600000001ms"), "longer than 100 years"));
    assert_non_null(strstr(refuse("9223372036854775808ms"), "longer than 100 years"));
    assert_non_null(strstr(refuse("99999999999999999999999999999999h"), "longer than 100 years"));
}

static void forever_is_for_waits(void **state)
{
    ddblock_error error = {0};
    int64_t ms = 0;

    (void)state;
    assert_int_equal(duration_parse_or_forever("--wait", "forever", &ms, &error), DDBLOCK_OK);
    assert_true(ms == DDBLOCK_FOREVER);
    assert_int_equal(duration_parse_or_forever("--wait", "3s", &ms, &error), DDBLOCK_OK);
    assert_int_equal(ms, 3000);
}

static void people_read_two_places(void **state)
{
    char text[DURATION_TEXT_SIZE];

    (void)state;
    assert_string_equal(duration_text(text, 850), "850 ms");
    assert_string_equal(duration_text(text, 12999), "12 s");
    assert_string_equal(duration_text(text, 200000), "3 min 20 s");
    assert_string_equal(duration_text(text, 7500000), "2 h 5 min");
    assert_string_equal(duration_text(text, (INT64_C(4) * 24 + 3) * 3600000), "4 d 3 h");
    assert_string_equal(duration_text(text, INT64_MAX), "106751991167 d 7 h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_read),
        cmocka_unit_test(zero_needs_no_unit),
        cmocka_unit_test(a_plain_number_is_refused_with_what_would_be_right),
        cmocka_unit_test(other_text_is_refused),
        cmocka_unit_test(nothing_overflows),
        cmocka_unit_test(forever_is_for_waits),
        cmocka_unit_test(people_read_two_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
