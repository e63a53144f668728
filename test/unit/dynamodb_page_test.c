/* dynamodb_page_test.c - what a list asks of DynamoDB, and what it makes of the answers. */
#include "support/testing.h"

#include <jansson.h>
#include <limits.h>

#include "store/dynamodb_page.h"

enum { LIMIT = 2 };

struct fixture {
    struct dynamodb_table table;
    struct page page;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->table.name, "locks");
    strcpy(f->table.partition_key, "id");
    assert_true(page_init(&f->page, LIMIT));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    page_finish(&f->page);
    free(f);
    return 0;
}

static struct lock_key key_from(char type, const char *text)
{
    return (struct lock_key){(ddblock_key_type)type, bytes_from_string(text)};
}

/* With ' for ". */
static char *quoted(const char *text)
{
    char *copy = strdup(text);

    for (char *c = copy; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return copy;
}

#define LOCK_NAMES                                                                                 \
    "'#token':'fencingToken','#lease':'leaseDurationMs','#time':'lockAcquiredTimeUnixMs',"         \
    "'#owner':'owner','#guid':'guid'"
#define LOCK_ATTRIBUTES "#token, #lease, #time, #owner, #guid"

static void expect_body(const struct fixture *f, const char *expected)
{
    struct buffer buffer;
    ddblock_error error = {0};
    char *text = quoted(expected);
    json_t *wanted = json_loads(text, 0, NULL);
    json_t *body;

    buffer_init(&buffer, 65536);
    assert_int_equal(dynamodb_page_write(&f->table, &f->page, &buffer, &error), DDBLOCK_OK);
    body = json_loads(buffer_string(&buffer), 0, NULL);
    assert_non_null(wanted);
    if (!json_equal(body, wanted)) {
        fail_msg("%s, not %s", buffer_string(&buffer), text);
    }
    json_decref(body);
    json_decref(wanted);
    buffer_finish(&buffer);
    free(text);
}

static void a_scan(void **state)
{
    struct fixture *f = *state;

    expect_body(f, "{'TableName':'locks','Limit':2,'ConsistentRead':true,"
                   "'ProjectionExpression':'#pk, " LOCK_ATTRIBUTES "',"
                   "'ExpressionAttributeNames':{'#pk':'id'," LOCK_NAMES "}}");
    f->page.may_be_stale = true;
    f->page.prefix = key_from('S', "jobs/");
    expect_body(f, "{'TableName':'locks','Limit':2,'ConsistentRead':false,"
                   "'ProjectionExpression':'#pk, " LOCK_ATTRIBUTES "',"
                   "'FilterExpression':'begins_with(#pk, :prefix)',"
                   "'ExpressionAttributeNames':{'#pk':'id'," LOCK_NAMES "},"
                   "'ExpressionAttributeValues':{':prefix':{'S':'jobs/'}}}");
}

static void a_query_that_goes_on(void **state)
{
    struct fixture *f = *state;
    struct lock_id last = {key_from('N', "7"), key_from('B', "\x01\x02")};

    strcpy(f->table.sort_key, "part");
    f->page.partition = key_from('N', "7");
    f->page.prefix = key_from('B', "\x01");
    assert_true(page_end(&f->page, &last));
    expect_body(f, "{'TableName':'locks','Limit':2,'ConsistentRead':true,"
                   "'ProjectionExpression':'#pk, #sk, " LOCK_ATTRIBUTES "',"
                   "'KeyConditionExpression':'#pk = :pk AND begins_with(#sk, :prefix)',"
                   "'ExclusiveStartKey':{'id':{'N':'7'},'part':{'B':'AQI='}},"
                   "'ExpressionAttributeNames':{'#pk':'id','#sk':'part'," LOCK_NAMES "},"
                   "'ExpressionAttributeValues':{':pk':{'N':'7'},':prefix':{'B':'AQ=='}}}");
}

static int allocations_left = INT_MAX;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return allocations_left-- > 0 ? __real_malloc(size) : NULL;
}

static void a_request_fails_cleanly_without_memory(void **state)
{
    struct fixture *f = *state;
    struct lock_id last = {key_from('S', "a"), key_from('S', "b")};
    ddblock_status status = DDBLOCK_NO_MEMORY;

    strcpy(f->table.sort_key, "part");
    f->page.partition = key_from('S', "a");
    f->page.prefix = key_from('S', "b");
    assert_true(page_end(&f->page, &last));
    for (int i = 0; status != DDBLOCK_OK; i++) {
        struct buffer buffer;
        ddblock_error error = {0};

        assert_true(i < 1000);
        buffer_init(&buffer, 65536);
        allocations_left = i;
        status = dynamodb_page_write(&f->table, &f->page, &buffer, &error);
        allocations_left = INT_MAX;
        assert_true(i > 2 || status == DDBLOCK_NO_MEMORY);
        assert_true(status == DDBLOCK_OK || status == DDBLOCK_NO_MEMORY);
        buffer_finish(&buffer);
    }
}

static void a_prefix_of_sort_keys_needs_them(void **state)
{
    struct fixture *f = *state;
    struct buffer buffer;
    ddblock_error error = {0};

    buffer_init(&buffer, 65536);
    f->page.partition = key_from('S', "a");
    f->page.prefix = key_from('S', "b");
    assert_int_equal(dynamodb_page_write(&f->table, &f->page, &buffer, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "sort_key"));
    buffer_finish(&buffer);
}

/* Reads an answer, with ' for ", and expects this status. */
static void expect_read(struct fixture *f, const char *body, ddblock_status expected)
{
    char *text = quoted(body);
    struct dynamodb_reply answer = {0};
    ddblock_error error = {0};
    ddblock_status status;

    assert_true(dynamodb_reply_read(bytes_from_string(text), &answer));
    status = dynamodb_page_read(&f->table, &answer, &f->page, &error);
    if (status != expected) {
        fail_msg("status %d, not %d, of %s", status, expected, text);
    }
    assert_int_equal(error.message[0] != '\0', status == DDBLOCK_WRONG_SCHEMA);
    free(text);
}

static void expect_key(const struct lock_key *key, char type, const char *text)
{
    assert_int_equal(key->type, type);
    assert_true(bytes_equal_string(key->value, text));
}

static void pages_are_read(void **state)
{
    struct fixture *f = *state;

    expect_read(f,
                "{'Items':[{'id':{'S':'a\\u0001\\''},'fencingToken':{'N':'7'},"
                "'leaseDurationMs':{'N':'1'},'guid':{'S':'x'},'owner':{'S':'me'}},"
                "{'id':{'N':'10.0'},'fencingToken':{'N':'x'}}],'Count':2,'ScannedCount':2,"
                "'LastEvaluatedKey':{'id':{'B':'AQI='}}}",
                DDBLOCK_OK);
    assert_int_equal(f->page.count, 2);
    assert_false(f->page.is_last);
    expect_key(&f->page.after->partition, 'B', "\x01\x02");
    assert_int_equal(f->page.after->sort.type, DDBLOCK_KEY_NONE);
    expect_key(&f->page.entries[0].id->partition, 'S', "a\x01\"");
    assert_int_equal(f->page.entries[0].record.kind, RECORD_FAIL_OPEN);
    assert_string_equal(f->page.entries[0].record.owner, "me");
    expect_key(&f->page.entries[1].id->partition, 'N', "10");
    assert_int_equal(f->page.entries[1].record.kind, RECORD_BAD);

    expect_read(f, "{'Items':[],'LastEvaluatedKey':{'id':{'S':'b'}}}", DDBLOCK_OK);
    assert_int_equal(f->page.count, 0);
    assert_false(f->page.is_last);
    expect_read(f, "{'Items':[{'id':{'S':'c'}}]}", DDBLOCK_OK);
    assert_int_equal(f->page.count, 1);
    assert_int_equal(f->page.entries[0].record.kind, RECORD_FAIL_CLOSED);
    assert_true(f->page.is_last);
    expect_read(f, "{'Items':[],'LastEvaluatedKey':{}}", DDBLOCK_OK);
    assert_true(f->page.is_last);
}

/* And the page begins where it began. */
static void odd_answers_are_none(void **state)
{
    static const struct {
        const char *body;
        ddblock_status status;
    } answers[] = {
        {"{}", DDBLOCK_UNAVAILABLE},
        {"{'Items':{}}", DDBLOCK_UNAVAILABLE},
        {"{'Items':[],'Items':[]}", DDBLOCK_UNAVAILABLE},
        {"{'Items':[5]}", DDBLOCK_UNAVAILABLE},
        {"{'Items':[],'LastEvaluatedKey':[]}", DDBLOCK_UNAVAILABLE},
        {"{'Items':[{'id':{'S':'a'}},{'id':{'S':'b'}},{'id':{'S':'c'}}]}", DDBLOCK_UNAVAILABLE},
        {"{'Items':[{}]}", DDBLOCK_WRONG_SCHEMA},
        {"{'Items':[{'key':{'S':'a'}}]}", DDBLOCK_WRONG_SCHEMA},
        {"{'Items':[{'id':{'BOOL':true}}]}", DDBLOCK_WRONG_SCHEMA},
        {"{'Items':[{'id':{'N':'x'}}]}", DDBLOCK_WRONG_SCHEMA},
        {"{'Items':[{'id':{'B':'x'}}]}", DDBLOCK_WRONG_SCHEMA},
        {"{'Items':[],'LastEvaluatedKey':{'id':{'S':'a'},'part':{'S':'b'}}}", DDBLOCK_WRONG_SCHEMA},
        {"{'Items':[],'LastEvaluatedKey':{'key':{'S':'a'}}}", DDBLOCK_WRONG_SCHEMA},
    };
    struct fixture *f = *state;
    struct lock_id last = {.partition = key_from('S', "before")};

    assert_true(page_end(&f->page, &last));
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        expect_read(f, answers[i].body, answers[i].status);
        expect_key(&f->page.after->partition, 'S', "before");
        assert_false(f->page.is_last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_scan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_query_that_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_request_fails_cleanly_without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_prefix_of_sort_keys_needs_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_answers_are_none, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
