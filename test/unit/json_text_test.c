/* json_text_test.c - JSON read where it lies, good and hostile. */
#include "support/testing.h"

#include "wire/json_text.h"

static void valid_texts_are_valid(void **state)
{
    static const char *const good[] = {
        "{}",
        " [ ] \r\n\t",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1.5e+10",
        "1E9999",
        "123456789012345678901234567890",
        "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83D\\uDE00\\u00fF\"",
        "\"\xC3\xA4\xF0\x9F\x98\x80\x7F\"",
        "{\"a\":[1,{\"b\":null},[]],\"a\":{}}",
        "{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }",
        "[[],{},\"[{\",\"}]\"]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (!json_text_is_valid(bytes_from_string(good[i]))) {
            fail_msg("refused %s", good[i]);
        }
    }
}

static void others_are_not(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{}{}",
        "{} x",
        "[}",
        "{]",
        "tru",
        "trufalse",
        "nul",
        "True",
        "NaN",
        "Infinity",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "- 1",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12G4\"",
        "\"\\uD800\"",
        "\"\\uDC00\"",
        "\"\\uD800\\u0041\"",
        "\"\\uD800\\uD800\"",
        "\"\\uD800x\"",
        "\"\n\"",
        "\"\t\"",
        "\"\x1F\"",
        "\"\xFF\"",
        "\"\xC3\"",
        "\"\xED\xA0\x80\"",
        "\"\xC0\x80\"",
        "//\n1",
        "/**/1",
        "\xEF\xBB\xBF{}",
        "<html>",
        "\"\\u+123\"",
        "\"\\U0041\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (json_text_is_valid(bytes_from_string(bad[i]))) {
            fail_msg("accepted %s", bad[i]);
        }
    }
    assert_false(json_text_is_valid(bytes_from("{}\0", 3)));
    assert_false(json_text_is_valid(bytes_from("\"\0\"", 3)));
    assert_false(json_text_is_valid(bytes_from(NULL, 0)));
}

/* Every text that ends too early, from memory of just that size, so that the sanitizer sees a step
 * past it. */
static void no_beginning_is_valid(void **state)
{
    static const char text[] =
        "{\"a\":[1.5e3,\"\\u00e4\\uD83D\\uDE00\xC3\xA4\",true,null],\"b\":{}}";

    (void)state;
    for (size_t size = 0; size < sizeof(text) - 1; size++) {
        uint8_t *copy = malloc(size + (size == 0));

        assert_non_null(copy);
        memcpy(copy, text, size);
        assert_false(json_text_is_valid(bytes_from(copy, size)));
        free(copy);
    }
    assert_true(json_text_is_valid(bytes_from_string(text)));
}

/* depth brackets, with the closing ones. */
static bool is_valid_nested(size_t depth, bool is_object)
{
    const char *open = is_object ? "{\"\":" : "[";
    size_t size = depth * strlen(open) + 1 + depth;
    char *text = malloc(size);
    char *next = text;
    bool valid;

    assert_non_null(text);
    for (size_t i = 0; i < depth; i++) {
        memcpy(next, open, strlen(open));
        next += strlen(open);
    }
    *next++ = '1';
    memset(next, is_object ? '}' : ']', depth);
    valid = json_text_is_valid(bytes_from(text, size));
    free(text);
    return valid;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    for (int is_object = 0; is_object < 2; is_object++) {
        assert_true(is_valid_nested(JSON_TEXT_NESTING_MAX - 1, is_object));
        assert_false(is_valid_nested(JSON_TEXT_NESTING_MAX, is_object));
        assert_false(is_valid_nested(300000, is_object));
    }
}

static void assert_found(const char *object, const char *name, int count, const char *value)
{
    struct bytes found = bytes_from_string("untouched");

    assert_true(json_text_is_valid(bytes_from_string(object)));
    assert_int_equal(json_text_find(bytes_from_string(object), name, &found), count);
    assert_true(bytes_equal_string(found, value));
}

static void members_are_found(void **state)
{
    char name[80];
    char object[100];

    (void)state;
    assert_found("{\"a\":1,\"b\": [2, 3] ,\"c\":{}}", "a", 1, "1");
    assert_found("{\"a\":1,\"b\": [2, 3] ,\"c\":{}}", "b", 1, "[2, 3]");
    assert_found(" { \"a\" : 1,\"b\":2,\"c\" :\n{ } } ", "c", 1, "{ }");
    assert_found("{\"a\":1}", "b", 0, "untouched");
    assert_found("{\"x\":{\"a\":1}}", "a", 0, "untouched");
    assert_found("{\"a\":1,\"\\u0061\":2}", "a", 2, "1");
    assert_found("{\"\\u0061\\/\":2}", "a/", 1, "2");
    assert_found("{\"a\\u0000\":1}", "a", 0, "untouched");
    assert_found("{\"\":1}", "", 1, "1");
    assert_found("{}", "a", 0, "untouched");
    assert_found("[\"a\",1]", "a", 0, "untouched");
    assert_found("\"a\"", "a", 0, "untouched");
    /* A name that only begins so. */
    memset(name, 'n', 64);
    name[64] = '\0';
    (void)snprintf(object, sizeof(object), "{\"%s!\":1}", name);
    assert_found(object, name, 0, "untouched");
    (void)snprintf(object, sizeof(object), "{\"%s\":1}", name);
    assert_found(object, name, 1, "1");
}

static void members_are_counted(void **state)
{
    (void)state;
    assert_int_equal(json_text_count(bytes_from_string("{\"a\":{\"b\":1},\"a\":[1,2]}")), 2);
    assert_int_equal(json_text_count(bytes_from_string("{ }")), 0);
    assert_int_equal(json_text_count(bytes_from_string("[1,2]")), 0);
    assert_true(json_text_is_object(bytes_from_string(" {}")));
    assert_false(json_text_is_object(bytes_from_string("[{}]")));
    assert_false(json_text_is_object(bytes_from(NULL, 0)));
}

static void assert_decoded(const char *text, struct bytes decoded)
{
    uint8_t target[64];
    size_t size = 99;
    bool whole = false;

    assert_true(json_text_string(bytes_from_string(text), target, sizeof(target), &size, &whole));
    assert_true(whole);
    assert_true(bytes_equal(bytes_from(target, size), decoded));
}

static void strings_are_decoded(void **state)
{
    uint8_t target[4] = "....";
    size_t size = 99;
    bool whole = true;

    (void)state;
    assert_decoded("\"\"", bytes_from(NULL, 0));
    assert_decoded("\"a\\u0000b\"", bytes_from("a\0b", 3));
    assert_decoded("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", bytes_from_string("\"\\/\b\f\n\r\t"));
    assert_decoded("\"\\u0041\\u007f\\u0080\\u07FF\\u0800\\uFFFF\"",
                   bytes_from_string("A\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"));
    assert_decoded("\"\\uD800\\uDC00\\udbff\\udfff\"",
                   bytes_from_string("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
    assert_decoded("\"\xC3\xA4\"", bytes_from_string("\xC3\xA4"));

    assert_true(json_text_string(bytes_from_string("\"abcd\""), target, 4, &size, &whole));
    assert_true(whole);
    assert_true(json_text_string(bytes_from_string("\"abc\\u00e4d\""), target, 4, &size, &whole));
    assert_false(whole);
    assert_true(bytes_equal_string(bytes_from(target, size), "abc"));
    size = 99;
    assert_false(json_text_string(bytes_from_string("5"), target, 4, &size, &whole));
    assert_int_equal(size, 99);
}

static void arrays_are_walked(void **state)
{
    static const char *const elements[] = {"1", "{\"a\":[2,3]}", "\"],\"", "[[]]", "null"};
    struct bytes rest = {0};
    struct bytes element = {0};

    (void)state;
    assert_true(
        json_text_elements(bytes_from_string(" [ 1,{\"a\":[2,3]} , \"],\",[[]] ,null ] "), &rest));
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        assert_true(json_text_next(&rest, &element));
        assert_true(bytes_equal_string(element, elements[i]));
    }
    assert_false(json_text_next(&rest, &element));
    assert_true(json_text_elements(bytes_from_string("[ ]"), &rest));
    assert_false(json_text_next(&rest, &element));
    assert_false(json_text_elements(bytes_from_string("{\"a\":[]}"), &rest));
    assert_false(json_text_elements(bytes_from_string("\"[]\""), &rest));
}

static void long_names_are_found(void **state)
{
    char name[256];
    char text[300];
    struct bytes value = {0};

    (void)state;
    memset(name, 'n', sizeof(name));
    name[255] = '\0';
    snprintf(text, sizeof(text), "{\"%s\":1}", name);
    assert_int_equal(json_text_find(bytes_from_string(text), name, &value), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_texts_are_valid), cmocka_unit_test(others_are_not),
        cmocka_unit_test(no_beginning_is_valid), cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(members_are_found),     cmocka_unit_test(members_are_counted),
        cmocka_unit_test(strings_are_decoded),   cmocka_unit_test(arrays_are_walked),
        cmocka_unit_test(long_names_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
