/* timestamp_test.c - instants as AWS writes them. */
#include "support/testing.h"

#include "wire/timestamp.h"

static void read_and_written(void **state)
{
    static const struct {
        const char *text;
        int64_t unix_s;
    } instants[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2000-02-29T12:00:00Z", 951825600},
        {"2000-03-01T00:00:00Z", 951868800},
        {"2001-09-09T01:46:40Z", 1000000000},
        {"2024-12-31T23:59:59Z", 1735689599},
        {"2100-03-01T00:00:00Z", 4107542400},
        {"9999-12-31T23:59:59Z", 253402300799},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
        char text[TIMESTAMP_SIZE];
        int64_t unix_ms = -1;

        assert_true(timestamp_parse(bytes_from_string(instants[i].text), &unix_ms));
        assert_int_equal(unix_ms, instants[i].unix_s * 1000);
        assert_true(timestamp_write(unix_ms, text));
        assert_string_equal(text, instants[i].text);
    }
}

/* Every day of 120 years, against gmtime_r() in timestamp_write(). */
static void every_day(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 44000; day++) {
        char text[TIMESTAMP_SIZE];
        int64_t unix_ms = -1;

        assert_true(timestamp_write(day * 86400000, text));
        assert_true(timestamp_parse(bytes_from_string(text), &unix_ms));
        assert_int_equal(unix_ms, day * 86400000);
    }
}

static void other_forms(void **state)
{
    static const struct {
        const char *text;
        int64_t unix_ms;
    } forms[] = {
        {"2001-09-09T01:46:40.5Z", 1000000000500},
        {"2001-09-09T01:46:40.123456789Z", 1000000000123},
        {"2001-09-09t01:46:40z", 1000000000000},
        {"2001-09-09 01:46:40UTC", 1000000000000},
        {"2001-09-09T03:46:40+02:00", 1000000000000},
        {"2001-09-08T20:16:40-0530", 1000000000000},
        {"2016-12-31T23:59:60Z", 1483228800000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        int64_t unix_ms = -1;

        assert_true(timestamp_parse(bytes_from_string(forms[i].text), &unix_ms));
        assert_int_equal(unix_ms, forms[i].unix_ms);
    }
}

static void no_instants(void **state)
{
    static const char *const texts[] = {
        "",
        "2001-09-09",
        "2001-09-09T01:46:40",
        "2001-09-09T01:46Z",
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2001-00-09T01:46:40Z",
        "2001-13-09T01:46:40Z",
        "2001-02-29T01:46:40Z",
        "2100-02-29T01:46:40Z",
        "2001-04-31T01:46:40Z",
        "2001-09-00T01:46:40Z",
        "2001-09-09T24:46:40Z",
        "2001-09-09T01:60:40Z",
        "2001-09-09T01:46:61Z",
        "2001-09-09T01:46:40.Z",
        "2001-09-09T01:46:40Zx",
        "2001-09-09T01:46:40+2",
        "2001-09-09T01:46:40+02:",
        "1970-01-01T00:00:00+00:01",
        "+001-09-09T01:46:40Z",
    };
    char text[TIMESTAMP_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t unix_ms = 7;

        if (timestamp_parse(bytes_from_string(texts[i]), &unix_ms)) {
            fail_msg("%s", texts[i]);
        }
        assert_int_equal(unix_ms, 7);
    }
    assert_false(timestamp_write(-1, text));
    assert_false(timestamp_write(INT64_C(253402300800000), text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_and_written),
        cmocka_unit_test(every_day),
        cmocka_unit_test(other_forms),
        cmocka_unit_test(no_instants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
