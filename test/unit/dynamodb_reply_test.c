/* dynamodb_reply_test.c - the bodies of replies. */
#include "support/testing.h"

#include "wire/dynamodb_reply.h"

static struct dynamodb_reply reply_from(const char *text)
{
    struct dynamodb_reply reply = {0};

    assert_true(dynamodb_reply_read(bytes_from_string(text), &reply));
    return reply;
}

static void assert_error(const char *text, const char *code, const char *message)
{
    struct dynamodb_reply reply = reply_from(text);

    assert_string_equal(reply.code, code);
    assert_string_equal(reply.message, message);
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
    assert_error("{\"__type\":\"a\",\"__type\":\"b\"}", "", "");
    assert_error("{}", "", "");
}

static void long_texts_are_cut_at_a_character(void **state)
{
    char text[4000];
    struct dynamodb_reply reply;
    size_t size;

    (void)state;
    size = (size_t)snprintf(text, sizeof(text), "{\"__type\":\"%0200d\",\"message\":\"", 0);
    for (int i = 0; i < 600; i++) {
        size += (size_t)snprintf(text + size, sizeof(text) - size, "\xE2\x82\xAC");
    }
    (void)snprintf(text + size, sizeof(text) - size, "\"}");
    reply = reply_from(text);
    assert_int_equal(strlen(reply.code), DYNAMODB_CODE_SIZE_MAX - 1);
    assert_int_equal(strlen(reply.message), (DYNAMODB_MESSAGE_SIZE_MAX - 1) / 3 * 3);
}

static void items_are_found(void **state)
{
    struct dynamodb_reply reply =
        reply_from("{\"Item\":{\"id\":{\"S\":\"x\"}},\"Attributes\":[],\"Other\":null,"
                   "\"Twice\":{},\"Twice\":{}}");
    struct bytes item = {0};

    (void)state;
    assert_true(dynamodb_reply_item(&reply, "Item", &item));
    assert_true(bytes_equal_string(item, "{\"id\":{\"S\":\"x\"}}"));
    assert_true(dynamodb_reply_item(&reply, "Missing", &item));
    assert_int_equal(item.size, 0);
    assert_false(dynamodb_reply_item(&reply, "Attributes", &item));
    assert_false(dynamodb_reply_item(&reply, "Other", &item));
    assert_false(dynamodb_reply_item(&reply, "Twice", &item));
}

static void the_status_of_a_table_is_found(void **state)
{
    struct dynamodb_reply reply =
        reply_from("{\"Table\":{\"TableStatus\":\"ACTIVE\",\"ItemCount\":0,\"x\":1.5E9}}");

    (void)state;
    assert_true(dynamodb_reply_has_table_status(&reply, "Table", "ACTIVE"));
    assert_false(dynamodb_reply_has_table_status(&reply, "Table", "CREATING"));
    assert_false(dynamodb_reply_has_table_status(&reply, "TableDescription", "ACTIVE"));
}

static void only_one_object_is_a_reply(void **state)
{
    static const char *const bad[] = {"", "null", "[]", "\"x\"", "<html>", "{\"Item\":", "{} {}"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct dynamodb_reply reply = {0};

        if (dynamodb_reply_read(bytes_from_string(bad[i]), &reply)) {
            fail_msg("accepted %s", bad[i]);
        }
        assert_null(reply.body.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_code_and_message),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(items_are_found),
        cmocka_unit_test(the_status_of_a_table_is_found),
        cmocka_unit_test(only_one_object_is_a_reply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
