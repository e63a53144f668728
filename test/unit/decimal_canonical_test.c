/* decimal_test.c - one form for each number, and none for what is no number. */
#include "support/testing.h"

#include "wire/decimal.h"

struct example {
    const char *text;
    const char *canonical;
};

#define NINES_38 "99999999999999999999999999999999999999"
#define ZEROS_37 "0000000000000000000000000000000000000"

static const struct example forms[] = {
    {"1", "1"},
    {"1.0", "1"},
    {"1.", "1"},
    {"0.1e1", "1"},
    {"+1", "1"},
    {"001", "1"},
    {"10E-1", "1"},
    {"1e0", "1"},
    {"1e+00000000000000000000", "1"},
    {"0", "0"},
    {"-0", "0"},
    {"+0.000", "0"},
    {"0e99999999999999999999", "0"},
    {"-1.50", "-1.5"},
    {"-1.5e3", "-1500"},
    {".5", "0.5"},
    {"5e-7", "0.0000005"},
    {"5e-8", "5E-8"},
    {"12e-9", "1.2E-8"},
    {"120", "120"},
    {"100.001", "100.001"},
    {"1e37", "1" ZEROS_37},
    {"1e38", "1E+38"},
    {"-12e38", "-1.2E+39"},
    {NINES_38, NINES_38},
    {"-0.000000" NINES_38, "-0.000000" NINES_38},
    {"-0.0000000" NINES_38, "-9.9999999999999999999999999999999999999E-8"},
    {NINES_38 ZEROS_37, "9.9999999999999999999999999999999999999E+74"},
    {"9.9999999999999999999999999999999999999E125", "9.9999999999999999999999999999999999999E+125"},
    {"0.00" ZEROS_37 "1e165", "1E+125"},
    {"1e-130", "1E-130"},
    {"-0.1e-129", "-1E-130"},
};

static void equal_numbers_have_one_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char text[DECIMAL_CANONICAL_SIZE] = "";

        assert_null(decimal_canonical(bytes_from_string(forms[i].text), text));
        assert_string_equal(text, forms[i].canonical);
    }
}

static void a_form_is_its_own_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char text[DECIMAL_CANONICAL_SIZE] = "";

        assert_null(decimal_canonical(bytes_from_string(forms[i].canonical), text));
        assert_string_equal(text, forms[i].canonical);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        " ",
        "+",
        "-",
        ".",
        "1 ",
        " 1",
        "1e",
        "1e+",
        "e1",
        "1.2.3",
        "--1",
        "0x10",
        "1,5",
        "NaN",
        "inf",
        "1e1.",
        "1ee1",
        "1e1e1",
        "1e-131",
        "1e126",
        "10e125",
        "-1e126",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "1" NINES_38,
        "0.1" NINES_38,
        NINES_38 ".1",
        "1" ZEROS_37 "0.1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char text[DECIMAL_CANONICAL_SIZE] = "untouched";

        if (decimal_canonical(bytes_from_string(wrong[i]), text) == NULL) {
            fail_msg("taken for a number: \"%s\"", wrong[i]);
        }
        assert_string_equal(text, "untouched");
    }
}

static void length_is_bounded(void **state)
{
    char digits[300];
    char text[DECIMAL_CANONICAL_SIZE] = "";

    (void)state;
    memset(digits, '0', sizeof(digits));
    assert_null(decimal_canonical(bytes_from(digits, 256), text));
    assert_string_equal(text, "0");
    assert_non_null(decimal_canonical(bytes_from(digits, 257), text));
    assert_non_null(decimal_canonical(bytes_from("1\0", 2), text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_numbers_have_one_form),
        cmocka_unit_test(a_form_is_its_own_form),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(length_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
