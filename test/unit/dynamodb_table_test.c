/* dynamodb_table_test.c - making the lock table, over a fake HTTP client. */
#include "support/testing.h"

#include "base/clock.h"
#include "store/dynamodb_table.h"
#include "support/fake_http.h"

struct world {
    struct fake_http *http;
    struct dynamodb_link link;
    struct dynamodb_table table;
    ddblock_error error;
};

static void world_open(struct world *w)
{
    ddblock_dynamodb_options options;

    ddblock_dynamodb_options_init(&options);
    options.lock_table = "locks";
    options.region = "eu-west-1";
    options.endpoint = "http://localhost:1";
    options.access_key_id = "AKID";
    options.secret_access_key = "secret";
    *w = (struct world){.http = fake_http_create(),
                        .table = {.name = "locks", .partition_key = "p", .sort_key = "s"}};
    assert_int_equal(aws_session_open(&options, &w->link.session, NULL), DDBLOCK_OK);
    w->link.client = &w->http->client;
}

static ddblock_status world_make(struct world *w, int64_t timeout_ms)
{
    ddblock_table_options options;

    ddblock_table_options_init(&options);
    options.sort_type = DDBLOCK_KEY_NUMBER;
    return dynamodb_table_make(&w->link, &w->table, &options,
                               instant_add(clock_now(), duration_from_ms(timeout_ms)), &w->error);
}

static void count_calls(void *user, int64_t waited_ms)
{
    assert_true(waited_ms >= 0);
    ++*(int *)user;
}

#define CREATING          "{\"TableDescription\":{\"TableStatus\":\"CREATING\"}}"
#define DESCRIBED(status) "{\"Table\":{\"TableStatus\":\"" status "\"}}"
#define FAULT(code)       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" code "\",\"message\":\"m\"}"

static void a_table_that_is_active_at_once_needs_one_request(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_http_answer_body(w.http, 0, 200, "{\"TableDescription\":{\"TableStatus\":\"ACTIVE\"}}");
    assert_int_equal(world_make(&w, 60000), DDBLOCK_OK);
    assert_int_equal(w.http->sent_count, 1);
    assert_string_equal(w.http->sent[0].target, "DynamoDB_20120810.CreateTable");
    assert_string_equal(w.http->sent[0].body,
                        "{\"TableName\":\"locks\",\"BillingMode\":\"PAY_PER_REQUEST\","
                        "\"AttributeDefinitions\":["
                        "{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"
                        "{\"AttributeName\":\"s\",\"AttributeType\":\"N\"}],"
                        "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},"
                        "{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}]}");
    dynamodb_link_close(&w.link, false);
}

static void it_is_waited_for_through_passing_faults(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_http_answer_body(w.http, 0, 200, CREATING);
    fake_http_answer_body(w.http, 1, 400, FAULT("ResourceNotFoundException"));
    fake_http_answer_body(w.http, 2, 500, "{}");
    fake_http_answer_body(w.http, 3, 200, DESCRIBED("ACTIVE"));
    assert_int_equal(world_make(&w, 60000), DDBLOCK_OK);
    assert_int_equal(w.http->sent_count, 4);
    assert_string_equal(w.http->sent[3].target, "DynamoDB_20120810.DescribeTable");
    assert_string_equal(w.http->sent[3].body, "{\"TableName\":\"locks\"}");
    dynamodb_link_close(&w.link, false);
}

static void the_time_may_be_over_before(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_http_answer_body(w.http, 0, 200, CREATING);
    fake_http_answer_body(w.http, 1, 200, DESCRIBED("CREATING"));
    assert_int_equal(world_make(&w, 20), DDBLOCK_PENDING);
    assert_int_equal(w.http->sent_count, 2); /* a last look when the time is over */
    assert_non_null(strstr(w.error.message, "\"locks\" is still being made"));
    dynamodb_link_close(&w.link, false);
}

static void assert_create_fails(int http_status, const char *body, ddblock_status status,
                                const char *words)
{
    struct world w;

    world_open(&w);
    fake_http_answer_body(w.http, 0, http_status, body);
    assert_int_equal(world_make(&w, 60000), status);
    assert_int_equal(w.http->sent_count, 1);
    assert_non_null(strstr(w.error.message, words));
    dynamodb_link_close(&w.link, false);
}

static void failures_are_told(void **state)
{
    (void)state;
    assert_create_fails(400, FAULT("ResourceInUseException"), DDBLOCK_INVALID, "there already");
    assert_create_fails(400, FAULT("AccessDeniedException"), DDBLOCK_DENIED, "CreateTable");
    assert_create_fails(400, FAULT("LimitExceededException"), DDBLOCK_THROTTLED, "fewer");
    assert_create_fails(400, FAULT("ValidationException"), DDBLOCK_INVALID, "refuses CreateTable");
    assert_create_fails(500, FAULT("InternalServerError"), DDBLOCK_UNAVAILABLE, "HTTP 500");
    assert_create_fails(200, "<html>", DDBLOCK_UNAVAILABLE, "no usable answer");
    assert_create_fails(400, "{}", DDBLOCK_UNAVAILABLE, "no usable answer");
}

static void what_was_asked_for_is_sent(void **state)
{
    static const ddblock_tag tags[] = {{"team", "a \"b\""}, {"empty", ""}};
    ddblock_table_options options;
    struct world w;
    int calls = 0;

    (void)state;
    world_open(&w);
    w.table.sort_key[0] = '\0';
    ddblock_table_options_init(&options);
    options.deletion_protection = 1;
    options.point_in_time_recovery = 1;
    options.tags = tags;
    options.tag_count = 2;
    options.progress = count_calls;
    options.progress_user = &calls;
    fake_http_answer_body(w.http, 0, 200, CREATING);
    fake_http_answer_body(w.http, 1, 200, DESCRIBED("ACTIVE"));
    fake_http_answer_body(w.http, 2, 400, FAULT("ContinuousBackupsUnavailableException"));
    fake_http_answer_body(w.http, 3, 200, "{\"ContinuousBackupsDescription\":{}}");
    assert_int_equal(dynamodb_table_make(&w.link, &w.table, &options,
                                         instant_add(clock_now(), duration_from_ms(60000)),
                                         &w.error),
                     DDBLOCK_OK);
    assert_int_equal(w.http->sent_count, 4);
    assert_int_equal(calls, 2);
    assert_non_null(strstr(w.http->sent[0].body, "\"DeletionProtectionEnabled\":true,"));
    assert_non_null(strstr(w.http->sent[0].body, "\"Tags\":["
                                                 "{\"Key\":\"team\",\"Value\":\"a \\\"b\\\"\"},"
                                                 "{\"Key\":\"empty\",\"Value\":\"\"}]"));
    assert_string_equal(w.http->sent[3].target, "DynamoDB_20120810.UpdateContinuousBackups");
    assert_string_equal(w.http->sent[3].body,
                        "{\"TableName\":\"locks\",\"PointInTimeRecoverySpecification\":"
                        "{\"PointInTimeRecoveryEnabled\":true}}");
    dynamodb_link_close(&w.link, false);
}

static void expect_wrong(const ddblock_dynamodb_options *options,
                         const ddblock_table_options *table, const char *word)
{
    ddblock_error error = {0};

    assert_int_equal(ddblock_table_create(options, table, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, word));
}

static void arguments_are_checked(void **state)
{
    static const ddblock_tag wrong[] = {{"", "v"}};
    ddblock_dynamodb_options options;
    ddblock_table_options table;

    (void)state;
    ddblock_dynamodb_options_init(&options);
    ddblock_table_options_init(&table);
    expect_wrong(&options, &table, "lock_table");
    options.lock_table = "locks";
    table.partition_type = DDBLOCK_KEY_NONE;
    expect_wrong(&options, &table, "partition_type");
    table.partition_type = DDBLOCK_KEY_STRING;
    table.sort_type = DDBLOCK_KEY_STRING;
    expect_wrong(&options, &table, "sort_type");
    options.sort_key = "s";
    table.sort_type = DDBLOCK_KEY_NONE;
    expect_wrong(&options, &table, "sort_type");
    table.sort_type = DDBLOCK_KEY_STRING;
    table.timeout_ms = -1;
    expect_wrong(&options, &table, "timeout_ms");
    table.timeout_ms = 1;
    table.tags = wrong;
    table.tag_count = 51;
    expect_wrong(&options, &table, "tag_count");
    table.tag_count = 1;
    expect_wrong(&options, &table, "tags");
    table.size = 0;
    expect_wrong(&options, &table, "ddblock_table_options_init");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_is_active_at_once_needs_one_request),
        cmocka_unit_test(it_is_waited_for_through_passing_faults),
        cmocka_unit_test(the_time_may_be_over_before),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(what_was_asked_for_is_sent),
        cmocka_unit_test(arguments_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
