/* attribute_test.c - attributes in DynamoDB's low-level JSON. */
#include "support/testing.h"

#include "wire/attribute.h"

static void assert_found(const char *json, char type, struct bytes text)
{
    struct attribute attribute = {.type = '?'};

    assert_true(attribute_find(bytes_from_string(json), "a", &attribute));
    assert_int_equal(attribute.type, type);
    assert_true(bytes_equal(attribute_bytes(&attribute), text));
    assert_int_equal(attribute.is_whole, type != 0);
}

static void the_three_types_are_read(void **state)
{
    (void)state;
    assert_found("{\"a\": {\"S\": \"x\"}}", 'S', bytes_from_string("x"));
    assert_found("{\"a\": {\"S\": \"\"}}", 'S', bytes_from_string(""));
    assert_found("{\"a\": {\"S\": \"x\\u0000y\"}}", 'S', bytes_from("x\0y", 3));
    assert_found("{\"a\": {\"N\": \"1E+2\"}}", 'N', bytes_from_string("1E+2"));
    assert_found("{\"a\": {\"B\": \"AQ==\"}}", 'B', bytes_from_string("AQ=="));
}

static void anything_else_has_no_type(void **state)
{
    (void)state;
    assert_found("{\"a\": {\"BOOL\": true}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {\"NULL\": true}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {\"M\": {\"S\": {\"S\": \"x\"}}}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {\"N\": 5}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {\"S\": \"x\", \"N\": \"1\"}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": \"x\"}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": null}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {\"S\": \"x\"}, \"a\": {\"S\": \"x\"}}", 0, bytes_from(NULL, 0));
    assert_found("{\"a\": {\"S\": \"x\", \"S\": \"x\"}}", 0, bytes_from(NULL, 0));
}

static void a_missing_one_is_not_found(void **state)
{
    struct attribute attribute = {.type = '?'};

    (void)state;
    assert_false(attribute_find(bytes_from_string("{\"b\": {\"S\": \"x\"}}"), "a", &attribute));
    assert_false(attribute_find(bytes_from(NULL, 0), "a", &attribute));
    assert_int_equal(attribute.type, '?');
}

static void too_long_a_text_is_cut_and_marked(void **state)
{
    char json[ATTRIBUTE_SIZE_MAX + 100];
    struct attribute attribute = {0};

    (void)state;
    (void)snprintf(json, sizeof(json), "{\"a\":{\"S\":\"%0*d\"}}", ATTRIBUTE_SIZE_MAX, 0);
    assert_true(attribute_find(bytes_from_string(json), "a", &attribute));
    assert_true(attribute.is_whole);
    (void)snprintf(json, sizeof(json), "{\"a\":{\"S\":\"%0*d\"}}", ATTRIBUTE_SIZE_MAX + 1, 0);
    assert_true(attribute_find(bytes_from_string(json), "a", &attribute));
    assert_false(attribute.is_whole);
    assert_int_equal(attribute.type, 'S');
    assert_int_equal(attribute.size, ATTRIBUTE_SIZE_MAX);
}

static void assert_created(char type, struct bytes value, const char *expected)
{
    struct buffer text;

    buffer_init(&text, 1000);
    assert_true(attribute_append(&text, type, value));
    assert_true(buffer_ok(&text));
    assert_string_equal(buffer_string(&text), expected);
    buffer_finish(&text);
}

static void values_are_made(void **state)
{
    struct buffer text;

    (void)state;
    assert_created('S', bytes_from("a\0\"", 3), "{\"S\":\"a\\u0000\\\"\"}");
    assert_created('S', bytes_from(NULL, 0), "{\"S\":\"\"}");
    assert_created('N', bytes_from_string("-1.5"), "{\"N\":\"-1.5\"}");
    assert_created('B', bytes_from("\xFF\x00", 2), "{\"B\":\"/wA=\"}");
    assert_created('B', bytes_from(NULL, 0), "{\"B\":\"\"}");
    assert_created('S', bytes_from_string("\x1F\n\\\x7F\xC3\xA4"),
                   "{\"S\":\"\\u001f\\u000a\\\\\x7F\xC3\xA4\"}");
    buffer_init(&text, 1000);
    assert_false(attribute_append(&text, 'S', bytes_from_string("\xC3")));
    buffer_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_types_are_read),
        cmocka_unit_test(anything_else_has_no_type),
        cmocka_unit_test(a_missing_one_is_not_found),
        cmocka_unit_test(too_long_a_text_is_cut_and_marked),
        cmocka_unit_test(values_are_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
