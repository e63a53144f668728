/* decimal_test.c - DynamoDB's numbers as integers, in every way to write them. */
#include "support/testing.h"

#include "wire/decimal.h"

struct good {
    const char *text;
    int64_t value;
};

static void whole_numbers_are_read_exactly(void **state)
{
    static const struct good good[] = {
        {"0", 0},
        {"-0", 0},
        {"0.000", 0},
        {"0E+99999999999", 0},
        {"0E-7", 0},
        {"1", 1},
        {"+1", 1},
        {"-1", -1},
        {"1.0", 1},
        {"1.", 1},
        {"1E+2", 100},
        {"1e2", 100},
        {"1.5E1", 15},
        {"150E-1", 15},
        {"0.0012E4", 12},
        {".5e1", 5},
        {"007", 7},
        {"1000000000000000000000E-20", 10},
        {"9007199254740991", 9007199254740991},
        {"9007199254740993", 9007199254740993},
        {"9223372036854775807", INT64_MAX},
        {"922337203685477580.7E1", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"9223372036854775807.0000000000000000000", INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t value = 42;

        if (!decimal_to_int64(bytes_from_string(good[i].text), &value)) {
            fail_msg("refused \"%s\"", good[i].text);
        }
        if (value != good[i].value) {
            fail_msg("\"%s\" became %lld", good[i].text, (long long)value);
        }
    }
}

static void others_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "-",
        ".",
        "+",
        "e5",
        "1e",
        "1e+",
        "NaN",
        "Infinity",
        "0x10",
        " 1",
        "1 ",
        "--1",
        "1-",
        "1.2.3",
        "1,5",
        "1.5",
        "1E-1",
        "0.1",
        "-0.5",
        "1E19",
        "1E99",
        "1E99999",
        "1E99999999999999",
        "1E-999999",
        "12345678901234567890",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999999999999999999",
        "1E+-2",
        "1e2e3",
        "\xD9\xA1",
        "-1E",
    };
    int64_t value = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (decimal_to_int64(bytes_from_string(bad[i]), &value)) {
            fail_msg("accepted \"%s\"", bad[i]);
        }
        assert_int_equal(value, 42);
    }
    assert_false(decimal_to_int64(bytes_from("1\0", 2), &value));
    assert_false(decimal_to_int64(bytes_from("1\0"
                                             "2",
                                             3),
                                  &value));
}

static void length_is_bounded(void **state)
{
    char text[DECIMAL_SIZE_MAX + 1];
    int64_t value = 0;

    (void)state;
    memset(text, '9', sizeof(text));
    assert_false(decimal_to_int64(bytes_from(text, DECIMAL_SIZE_MAX), &value));
    memset(text, '0', sizeof(text));
    text[DECIMAL_SIZE_MAX - 1] = '7';
    text[DECIMAL_SIZE_MAX] = '7';
    assert_true(decimal_to_int64(bytes_from(text, DECIMAL_SIZE_MAX), &value));
    assert_int_equal(value, 7);
    assert_false(decimal_to_int64(bytes_from(text, DECIMAL_SIZE_MAX + 1), &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_exactly),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(length_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
