/* dynamodb_body_test.c - request bodies, piece by piece. */
#include "support/testing.h"

#include <limits.h>

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
                        "\"ConsistentRead\":true,"
                        "\"ConditionExpression\":\"#x = :x\","
                        "\"Key\":{\"id\":{\"S\":\"a\\\"b\"},\"n\":{\"N\":\"0\"}},"
                        "\"ExpressionAttributeNames\":{\"#x\":\"owner\"},"
                        "\"ExpressionAttributeValues\":{\":x\":{\"B\":\"Zg==\"},"
                        "\":y\":{\"N\":\"-9223372036854775808\"}}}");
    buffer_finish(&text);
    dynamodb_body_finish(&body);
}

/* A part may be gone on with when others have begun behind it. */
static void parts_take_turns(void **state)
{
    struct dynamodb_body body;
    struct buffer text;

    (void)state;
    dynamodb_body_init(&body, "t");
    dynamodb_body_attribute(&body, "Item", "id", 'S', bytes_from_string("a"));
    dynamodb_body_string(&body, "ConditionExpression", "c");
    dynamodb_body_name(&body, "#a", "first");
    dynamodb_body_attribute(&body, "Item", "owner", 'S', bytes_from_string("o"));
    dynamodb_body_number(&body, ":n", 7);
    dynamodb_body_name(&body, "#b", "second");
    dynamodb_body_attribute(&body, "Item", "n", 'N', bytes_from_string("1"));
    buffer_init(&text, 1000);
    assert_true(dynamodb_body_write(&body, &text));
    assert_string_equal(
        buffer_string(&text),
        "{\"TableName\":\"t\","
        "\"ConditionExpression\":\"c\","
        "\"Item\":{\"id\":{\"S\":\"a\"},\"owner\":{\"S\":\"o\"},\"n\":{\"N\":\"1\"}},"
        "\"ExpressionAttributeNames\":{\"#a\":\"first\",\"#b\":\"second\"},"
        "\"ExpressionAttributeValues\":{\":n\":{\"N\":\"7\"}}}");
    buffer_clear(&text);
    assert_true(dynamodb_body_write_parameter(&body, "ExpressionAttributeNames", &text));
    assert_string_equal(buffer_string(&text), "{\"#a\":\"first\",\"#b\":\"second\"}");
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

/* Which allocation fails: that one alone, or all from then on. */
static int allocations_left = INT_MAX;
static bool only_one_fails;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    int left = allocations_left--;

    return left > 0 || (only_one_fails && left < 0) ? __real_malloc(size) : NULL;
}

static void build_something(struct dynamodb_body *body)
{
    dynamodb_body_init(body, "t");
    dynamodb_body_attribute(body, "Key", "id", 'B', bytes_from_string("x"));
    dynamodb_body_name(body, "#x", "owner");
    dynamodb_body_number(body, ":x", 1);
    dynamodb_body_key(body, "p", 'S', "HASH");
    /* So much that it must grow again. */
    for (char c = 'a'; c <= 'p'; c++) {
        dynamodb_body_flag(body, (char[2]){c, '\0'}, true);
    }
}

/* Builds with the allocation failing; true if it was built, and then it must be whole. */
static bool build_with_failure(int allocation, const char *expected)
{
    struct dynamodb_body body;
    struct buffer text;
    bool built;

    buffer_init(&text, 1000);
    allocations_left = allocation;
    build_something(&body);
    built = dynamodb_body_write(&body, &text);
    allocations_left = INT_MAX;
    if (built) {
        assert_string_equal(buffer_string(&text), expected);
    }
    dynamodb_body_finish(&body);
    buffer_finish(&text);
    return built;
}

static void every_allocation_may_fail(void **state)
{
    struct dynamodb_body body;
    struct buffer text;

    (void)state;
    buffer_init(&text, 1000);
    build_something(&body);
    assert_true(dynamodb_body_write(&body, &text));
    dynamodb_body_finish(&body);
    for (int i = 0; i < 2; i++) {
        int allocation = 0;

        only_one_fails = i == 1;
        while (!build_with_failure(allocation, buffer_string(&text))) {
            allocation++;
        }
        assert_true(allocation >= 3);
        assert_true(build_with_failure(allocation + 1, buffer_string(&text)));
    }
    buffer_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_together),      cmocka_unit_test(parts_take_turns),
        cmocka_unit_test(a_table_has_its_keys),      cmocka_unit_test(a_failure_sticks),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
