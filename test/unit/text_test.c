/* text_test.c - UTF-8, cut and escaped. */
#include "support/testing.h"

#include "base/text.h"

#define ELLIPSIS "\xE2\x80\xA6"

static void good_utf8(void **state)
{
    static const char *const good[] = {
        "",
        "plain",
        "\x7F",
        "\xC2\x80",
        "\xDF\xBF",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(text_is_utf8(bytes_from_string(good[i])));
    }
    assert_true(text_is_utf8(bytes_from("a\0b", 3)));
}

static void bad_utf8(void **state)
{
    static const char *const bad[] = {
        "\x80",     /* a continuation alone */
        "\xC0\xAF", /* overlong */
        "\xC1\xBF",
        "\xE0\x9F\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80", /* a surrogate */
        "\xED\xBF\xBF",
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xC2", /* cut short */
        "\xE2\x80",
        "\xF0\x90\x80",
        "\xC2z",
        "\xE2\x80z",
        "\xF0\x90\x80z",
        "a\xC3\xBC\xFCz",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (text_is_utf8(bytes_from_string(bad[i]))) {
            fail_msg("example %zu is taken for UTF-8", i);
        }
    }
}

static void expect_copy(size_t size, const char *text, const char *expected)
{
    char target[32];

    memset(target, 'x', sizeof(target));
    text_copy(target, size, bytes_from_string(text));
    assert_string_equal(target, expected);
    assert_int_equal(target[size], 'x');
}

static void copies_are_cut_at_a_character(void **state)
{
    (void)state;
    expect_copy(4, "abc", "abc");
    expect_copy(4, "abcd", "abc");
    expect_copy(1, "abc", "");
    expect_copy(3, "a\xC3\xBC", "a");
    expect_copy(4, "a\xC3\xBC", "a\xC3\xBC");
    expect_copy(4, "\xF0\x9F\x94\x92", "");
    expect_copy(5, "\xF0\x9F\x94\x92", "\xF0\x9F\x94\x92");
    expect_copy(5, "\xE2\x80\xA6\xE2\x80\xA6", ELLIPSIS);
}

static void a_copy_stops_at_nul(void **state)
{
    char target[8];

    (void)state;
    text_copy(target, sizeof(target), bytes_from("ab\0cd", 5));
    assert_string_equal(target, "ab");
    text_copy(target, sizeof(target), bytes_from(NULL, 0));
    assert_string_equal(target, "");
}

static void trimming_takes_a_cut_character_alone(void **state)
{
    char whole[] = "\xC3\xBC\xE2\x80\xA6";
    char cut[] = "\xC3\xBC\xE2\x80";
    char alone[] = "\xF0\x9F\x94";
    char empty[] = "";

    (void)state;
    text_trim_utf8(whole);
    assert_string_equal(whole, "\xC3\xBC\xE2\x80\xA6");
    text_trim_utf8(cut);
    assert_string_equal(cut, "\xC3\xBC");
    text_trim_utf8(alone);
    assert_string_equal(alone, "");
    text_trim_utf8(empty);
    assert_string_equal(empty, "");
}

static void expect_escaped(const char *text, const char *expected)
{
    char target[64];

    assert_ptr_equal(text_escape(target, sizeof(target), bytes_from_string(text)), target);
    assert_string_equal(target, expected);
}

static void what_could_steer_a_terminal_is_escaped(void **state)
{
    char target[64];

    (void)state;
    expect_escaped("", "");
    expect_escaped("plain \xC3\xBC " ELLIPSIS " \xF0\x9F\x94\x92",
                   "plain \xC3\xBC " ELLIPSIS " \xF0\x9F\x94\x92");
    expect_escaped("\x1B[31m", "\\x1B[31m");
    expect_escaped("a\r\nb\tc\x7F", "a\\x0D\\x0Ab\\x09c\\x7F");
    expect_escaped("\xC2\x9B"
                   "1m",
                   "\\xC2\\x9B"
                   "1m"); /* the CSI of C1 */
    expect_escaped("\xC2\xA0", "\xC2\xA0");
    expect_escaped("\u202Eecila\u2069", "\\xE2\\x80\\xAEecila\\xE2\\x81\\xA9");
    expect_escaped("\u061C\u200E\u2028", "\\xD8\\x9C\\xE2\\x80\\x8E\\xE2\\x80\\xA8");
    expect_escaped("\u061B\u200D\u2010\u202F\u2065\u206A", "\u061B\u200D\u2010\u202F\u2065\u206A");
    expect_escaped("\xFF\x80", "\\xFF\\x80");
    expect_escaped("\\x1B", "\\x5Cx1B");
    assert_string_equal(text_escape(target, sizeof(target), bytes_from("a\0b", 3)), "a\\x00b");
}

/* Whatever the size and the text: in bounds, ended, well-formed, and marked if cut. */
static void escaping_fits_any_size(void **state)
{
    static const char text[] = "ab\xC3\xBC\x1B\xF0\x9F\x94\x92z";
    char whole[64];

    (void)state;
    text_escape(whole, sizeof(whole), bytes_from_string(text));
    for (size_t size = sizeof(ELLIPSIS) + 1; size < sizeof(whole); size++) {
        char *target = malloc(size); /* so that ASan sees a byte too many */
        size_t length;

        assert_non_null(target);
        text_escape(target, size, bytes_from_string(text));
        length = strlen(target);
        assert_true(length < size);
        assert_true(text_is_utf8(bytes_from_string(target)));
        if (strcmp(target, whole) != 0) {
            assert_true(length >= 3);
            assert_string_equal(target + length - 3, ELLIPSIS);
            assert_memory_equal(target, whole, length - 3);
        }
        free(target);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_utf8),
        cmocka_unit_test(bad_utf8),
        cmocka_unit_test(copies_are_cut_at_a_character),
        cmocka_unit_test(a_copy_stops_at_nul),
        cmocka_unit_test(trimming_takes_a_cut_character_alone),
        cmocka_unit_test(what_could_steer_a_terminal_is_escaped),
        cmocka_unit_test(escaping_fits_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
