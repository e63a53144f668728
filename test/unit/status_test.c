/* status_test.c - statuses as text, and a caller's error. */
#include "support/testing.h"

#include "base/status.h"
#include "base/text.h"

static void every_status_has_name_text_and_class(void **state)
{
    static const ddblock_status all[] = {
#define LISTED(name, number, class_, text) DDBLOCK_##name,
        DDBLOCK_STATUS_MAP(LISTED)
#undef LISTED
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_int_equal(all[i], i); /* no gap, no number used twice */
        assert_string_not_equal(ddblock_status_name(all[i]), "UNKNOWN");
        assert_string_not_equal(ddblock_status_text(all[i]), "unknown status");
    }
    assert_string_equal(ddblock_status_name(DDBLOCK_LOST), "LOST");
    assert_string_equal(ddblock_status_text(DDBLOCK_OK), "success");
    assert_int_equal(ddblock_status_class(DDBLOCK_OK), DDBLOCK_CLASS_OK);
    assert_int_equal(ddblock_status_class(DDBLOCK_LOST), DDBLOCK_CLASS_STOP);
    assert_int_equal(ddblock_status_class(DDBLOCK_NO_TABLE), DDBLOCK_CLASS_FIX);
}

static void an_unknown_status_is_a_bug(void **state)
{
    (void)state;
    assert_string_equal(ddblock_status_name((ddblock_status)18), "UNKNOWN");
    assert_string_equal(ddblock_status_text((ddblock_status)18), "unknown status");
    assert_int_equal(ddblock_status_class((ddblock_status)18), DDBLOCK_CLASS_BUG);
}

static void what_may_go_well_later(void **state)
{
    (void)state;
    assert_true(status_is_retryable(DDBLOCK_THROTTLED));
    assert_true(status_is_retryable(DDBLOCK_UNAVAILABLE));
    assert_false(status_is_retryable(DDBLOCK_OK));
    assert_false(status_is_retryable(DDBLOCK_DENIED));
    assert_false(status_is_retryable(DDBLOCK_LOST));
}

static void an_error_is_filled_in(void **state)
{
    ddblock_error error = {0};

    (void)state;
    assert_int_equal(status_set(&error, DDBLOCK_INVALID, "%d of %s", 3, "four"), DDBLOCK_INVALID);
    assert_int_equal(error.status, DDBLOCK_INVALID);
    assert_string_equal(error.message, "3 of four");
    assert_int_equal(status_set(NULL, DDBLOCK_LOST, "%s", "nobody asks"), DDBLOCK_LOST);
}

static void a_long_sentence_is_cut_at_a_character(void **state)
{
    ddblock_error error = {0};
    char sentence[2 * sizeof(error.message)];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(sentence, 'a', shift);
        for (size_t i = shift; i + 4 < sizeof(sentence); i += 4) {
            memcpy(sentence + i, "\xF0\x9F\x94\x92", 5);
        }
        (void)status_set(&error, DDBLOCK_INVALID, "%s", sentence);
        assert_true(strlen(error.message) >= sizeof(error.message) - 5);
        assert_true(text_is_utf8(bytes_from_string(error.message)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_name_text_and_class),
        cmocka_unit_test(an_unknown_status_is_a_bug),
        cmocka_unit_test(what_may_go_well_later),
        cmocka_unit_test(an_error_is_filled_in),
        cmocka_unit_test(a_long_sentence_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
