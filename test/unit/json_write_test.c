/* json_write_test.c - strings that are written as JSON, read back by another. */
#include "support/testing.h"

#include <jansson.h>

#include "wire/json_write.h"

static void expect_read_back(const char *data, size_t size)
{
    struct buffer text;
    json_t *read;

    buffer_init(&text, 4096);
    assert_true(json_write_string(&text, bytes_from(data, size)));
    read = json_loadb(buffer_string(&text), text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(read);
    assert_int_equal(json_string_length(read), size);
    assert_memory_equal(json_string_value(read), data, size);
    json_decref(read);
    buffer_finish(&text);
}

static void every_character_is_read_back(void **state)
{
    char all[128];

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (char)i;
        expect_read_back(&all[i], 1);
    }
    expect_read_back(all, sizeof(all));
    expect_read_back("", 0);
    expect_read_back("\"\\\"Schl\xC3\xBCssel \xF0\x9F\x94\x92\n\\", 20);
}

static void escapes_are_those_that_must_be(void **state)
{
    struct buffer text;

    (void)state;
    buffer_init(&text, 100);
    assert_true(json_write_string(&text, bytes_from_string("a\"b\\c/\x1F\x7F")));
    assert_string_equal(buffer_string(&text), "\"a\\\"b\\\\c/\\u001f\x7F\"");
    buffer_finish(&text);
}

static void what_is_not_utf8_is_not_written(void **state)
{
    struct buffer text;

    (void)state;
    buffer_init(&text, 100);
    assert_false(json_write_string(&text, bytes_from_string("a\xC3")));
    assert_int_equal(text.size, 0);
    buffer_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_read_back),
        cmocka_unit_test(escapes_are_those_that_must_be),
        cmocka_unit_test(what_is_not_utf8_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
