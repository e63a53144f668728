/* dynamodb_body_test.c - request bodies, piece by piece. */
#include "support/testing.h"

#include "wire/dynamodb_body.h"

static void pieces_come_together(void **state)
{
    struct dynamodb_body body;
    struct buffer text;

    (void)state;
    dynamodb_body_init(&body, "locks");
    dynamodb_body_attribute(&body, "Key", "id", 'S', bytes_from_string("a\"b"));
    dynamodb_body_attribute(&body, "Key", "n", 'N', bytes_from_string("0"));
    dynamodb_body_flag(&body, "ConsistentRead", true);
    dynamodb_body_string(&body, "ConditionExpression", "#x = :x");
    dynamodb_body_name(&body, "#x", "owner");
    dynamodb_body_value(&body, ":x", 'B', bytes_from_string("f"));
    dynamodb_body_number(&body, ":y", INT64_MIN);
    buffer_init(&text, 1000);
    assert_true(dynamodb_body_write(&body, &text));
    assert_string_equal(buffer_string(&text),
                        "{\"TableName\":\"locks\","
                        "\"Key\":{\"id\":{\"S\":\"a\\\"b\"},\"n\":{\"N\":\"0\"}},"
                        "\"ConsistentRead\":true,"
                        "\"ConditionExpression\":\"#x = :x\","
                        "\"ExpressionAttributeNames\":{\"#x\":\"owner\"},"
                        "\"ExpressionAttributeValues\":{\":x\":{\"B\":\"Zg==\"},"
                        "\":y\":{\"N\":\"-9223372036854775808\"}}}");
    buffer_finish(&text);
    dynamodb_body_finish(&body);
}

static void a_table_has_its_keys(void **state)
{
    struct dynamodb_body body;
    struct buffer text;

    (void)state;
    dynamodb_body_init(&body, "t");
    dynamodb_body_key(&body, "p", 'S', "HASH");
    dynamodb_body_key(&body, "s", 'N', "RANGE");
    buffer_init(&text, 1000);
    assert_true(dynamodb_body_write(&body, &text));
    assert_string_equal(buffer_string(&text),
                        "{\"TableName\":\"t\",\"AttributeDefinitions\":["
                        "{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"
                        "{\"AttributeName\":\"s\",\"AttributeType\":\"N\"}],"
                        "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},"
                        "{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}]}");
    buffer_finish(&text);
    dynamodb_body_finish(&body);
}

static void a_failure_sticks(void **state)
{
    struct dynamodb_body body;
    struct buffer text;

    (void)state;
    dynamodb_body_init(&body, "t");
    dynamodb_body_attribute(&body, "Key", "id", 'S', bytes_from_string("\xFF"));
    dynamodb_body_flag(&body, "ConsistentRead", false);
    buffer_init(&text, 1000);
    assert_false(dynamodb_body_write(&body, &text));
    dynamodb_body_finish(&body);

    dynamodb_body_init(&body, "a table whose name is too long for the buffer");
    buffer_finish(&text);
    buffer_init(&text, 20);
    assert_false(dynamodb_body_write(&body, &text));
    buffer_finish(&text);
    dynamodb_body_finish(&body);
}

/* Counts allocations down to the one that fails. */
static int allocations_left;

static void *failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void every_allocation_may_fail(void **state)
{
    bool done = false;

    (void)state;
    json_set_alloc_funcs(failing_malloc, free);
    for (int i = 0; !done; i++) {
        struct dynamodb_body body;
        struct buffer text;

        allocations_left = i;
        dynamodb_body_init(&body, "t");
        dynamodb_body_attribute(&body, "Key", "id", 'B', bytes_from_string("x"));
        dynamodb_body_name(&body, "#x", "owner");
        dynamodb_body_number(&body, ":x", 1);
        dynamodb_body_key(&body, "p", 'S', "HASH");
        buffer_init(&text, 1000);
        done = dynamodb_body_write(&body, &text);
        assert_true(done || i < 200);
        if (done) {
            assert_string_equal(buffer_string(&text),
                                "{\"TableName\":\"t\",\"Key\":{\"id\":{\"B\":\"eA==\"}},"
                                "\"ExpressionAttributeNames\":{\"#x\":\"owner\"},"
                                "\"ExpressionAttributeValues\":{\":x\":{\"N\":\"1\"}},"
                                "\"AttributeDefinitions\":"
                                "[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
                                "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}]}");
        }
        buffer_finish(&text);
        dynamodb_body_finish(&body);
    }
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_together),
        cmocka_unit_test(a_table_has_its_keys),
        cmocka_unit_test(a_failure_sticks),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
