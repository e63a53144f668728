/* dynamodb_reply_test.c - the bodies of replies, good and hostile. */
#include "support/testing.h"

#include "wire/dynamodb_reply.h"

static struct dynamodb_reply reply_from(const char *text)
{
    struct dynamodb_reply reply = {0};

    assert_int_equal(dynamodb_reply_read(bytes_from_string(text), &reply), DDBLOCK_OK);
    return reply;
}

static void assert_error(const char *text, const char *code, const char *message)
{
    struct dynamodb_reply reply = reply_from(text);

    assert_true(bytes_equal_string(dynamodb_reply_code(&reply), code));
    assert_true(bytes_equal_string(dynamodb_reply_message(&reply), message));
    dynamodb_reply_finish(&reply);
}

static void errors_have_code_and_message(void **state)
{
    (void)state;
    assert_error("{\"__type\":\"com.amazonaws.dynamodb.v20120810#ValidationException\","
                 "\"message\":\"no\"}",
                 "ValidationException", "no");
    assert_error("{\"__type\":\"com.amazon.coral.service#AccessDeniedException\","
                 "\"Message\":\"No\"}",
                 "AccessDeniedException", "No");
    assert_error("{\"__type\":\"Throttling\"}", "Throttling", "");
    assert_error("{\"__type\":\"a#b#c\"}", "c", "");
    assert_error("{\"__type\":\"a#\"}", "", "");
    assert_error("{\"__type\":\"\"}", "", "");
    assert_error("{\"__type\":5,\"message\":{}}", "", "");
    assert_error("{}", "", "");
}

static void items_are_found(void **state)
{
    struct dynamodb_reply reply =
        reply_from("{\"Item\":{\"id\":{\"S\":\"x\"}},\"Attributes\":[],\"Other\":null}");
    const json_t *item = NULL;

    (void)state;
    assert_true(dynamodb_reply_item(&reply, "Item", &item));
    assert_int_equal(json_object_size(item), 1);
    assert_true(dynamodb_reply_item(&reply, "Missing", &item));
    assert_null(item);
    assert_false(dynamodb_reply_item(&reply, "Attributes", &item));
    assert_false(dynamodb_reply_item(&reply, "Other", &item));
    dynamodb_reply_finish(&reply);
}

static void the_status_of_a_table_is_found(void **state)
{
    struct dynamodb_reply reply =
        reply_from("{\"Table\":{\"TableStatus\":\"ACTIVE\",\"ItemCount\":0,\"x\":1.5E9}}");

    (void)state;
    assert_true(bytes_equal_string(dynamodb_reply_table_status(&reply, "Table"), "ACTIVE"));
    assert_int_equal(dynamodb_reply_table_status(&reply, "TableDescription").size, 0);
    dynamodb_reply_finish(&reply);
}

static void garbage_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "\"x\"",
        "<html>",
        "{\"Item\":",
        "{} {}",
        "{}x",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\xFF\"}",
        "{\"a\":\"\\ud800\"}",
        "{'a':1}",
        "{\"a\":1e999}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct dynamodb_reply reply = {0};

        if (dynamodb_reply_read(bytes_from_string(bad[i]), &reply) != DDBLOCK_UNAVAILABLE) {
            fail_msg("accepted %s", bad[i]);
        }
        assert_null(reply.root);
    }
}

/* depth arrays within an object, followed by what else is to be in it. */
static ddblock_status read_nested(size_t depth)
{
    char text[1000] = "{\"\\\\\":\"[[[\\\"[[[\",\"a\":";
    struct dynamodb_reply reply = {0};
    ddblock_status status;
    size_t size = strlen(text);

    memset(text + size, '[', depth);
    memset(text + size + depth, ']', depth);
    text[size + depth * 2] = '}';
    status = dynamodb_reply_read(bytes_from(text, size + depth * 2 + 1), &reply);
    dynamodb_reply_finish(&reply);
    return status;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    assert_int_equal(read_nested(99), DDBLOCK_OK);
    assert_int_equal(read_nested(100), DDBLOCK_UNAVAILABLE);
    assert_int_equal(read_nested(400), DDBLOCK_UNAVAILABLE);
}

static void *no_malloc(size_t size)
{
    (void)size;
    return NULL;
}

static void no_memory_is_told_apart(void **state)
{
    struct dynamodb_reply reply = {0};

    (void)state;
    json_set_alloc_funcs(no_malloc, free);
    assert_int_equal(dynamodb_reply_read(bytes_from_string("{}"), &reply), DDBLOCK_NO_MEMORY);
    json_set_alloc_funcs(malloc, free);
    assert_null(reply.root);
    dynamodb_reply_finish(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_code_and_message),
        cmocka_unit_test(items_are_found),
        cmocka_unit_test(the_status_of_a_table_is_found),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(no_memory_is_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
