/* cli_columns_test.c - text in columns of a terminal. */
#include "support/testing.h"

#include "columns.h"

static void widths_are_those_of_terminals(void **state)
{
    (void)state;
    assert_int_equal(columns_width(""), 0);
    assert_int_equal(columns_width("abc"), 3);
    assert_int_equal(columns_width("\xC3\xA9"), 1);         /* é */
    assert_int_equal(columns_width("e\xCC\x81"), 1);        /* e and a combining acute */
    assert_int_equal(columns_width("\xE6\xBC\xA2"), 2);     /* U+6F22 */
    assert_int_equal(columns_width("\xF0\x9F\x94\x92"), 2); /* U+1F512 */
    assert_int_equal(columns_width("\xE2\x80\x8D"), 0);     /* a joiner */
}

static void expect_fit(const char *text, size_t columns, const char *expected)
{
    char target[COLUMNS_SIZE];

    assert_ptr_equal(columns_fit(target, text, columns), target);
    assert_string_equal(target, expected);
}

static void a_field_is_filled_up_or_cut(void **state)
{
    (void)state;
    expect_fit("abc", 5, "abc  ");
    expect_fit("abc", 3, "abc");
    expect_fit("abcd", 3, "ab\xE2\x80\xA6");
    expect_fit("abcd", 1, "\xE2\x80\xA6");
    expect_fit("abcd", 0, "");
    expect_fit("", 2, "  ");
}

/* Half of a wide character does not fit into the last column. */
static void wide_characters_are_not_halved(void **state)
{
    (void)state;
    expect_fit("a\xE6\xBC\xA2", 3, "a\xE6\xBC\xA2");
    expect_fit("a\xE6\xBC\xA2z", 3, "a\xE2\x80\xA6 ");
    expect_fit("\xE6\xBC\xA2", 1, "\xE2\x80\xA6");
}

static void what_steers_is_escaped_first(void **state)
{
    (void)state;
    expect_fit("a\033b", 8, "a\\x1Bb  ");
    expect_fit("a\033b", 4, "a\\x\xE2\x80\xA6");
}

static void a_field_is_bounded(void **state)
{
    static char text[3 * COLUMNS_MAX];
    char target[COLUMNS_SIZE];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    assert_int_equal(columns_width(columns_fit(target, text, 10 * COLUMNS_MAX)), COLUMNS_MAX);
    /* A thousand accents on one letter take no column, and must not take more room than there is.
     */
    for (size_t i = 0; i + 2 < sizeof(text); i += 2) {
        memcpy(text + i, "\xCC\x81", 2);
    }
    (void)columns_fit_safe(target, text, COLUMNS_MAX);
    assert_true(strlen(target) < COLUMNS_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_those_of_terminals),
        cmocka_unit_test(a_field_is_filled_up_or_cut),
        cmocka_unit_test(wide_characters_are_not_halved),
        cmocka_unit_test(what_steers_is_escaped_first),
        cmocka_unit_test(a_field_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
