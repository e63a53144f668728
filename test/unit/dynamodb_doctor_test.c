/* dynamodb_doctor_test.c - what the examination of a table finds, on scripted replies. */
#include "support/testing.h"

#include "base/buffer.h"
#include "store/dynamodb_doctor.h"
#include "support/fake_http.h"

#define FAULT(code, message)                                                                       \
    "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" code "\",\"message\":\"" message "\"}"
#define REFUSAL FAULT("ConditionalCheckFailedException", "The conditional request failed")
#define DENIAL  FAULT("AccessDeniedException", "User: x is not authorized")
#define KEYS                                                                                       \
    "\"TableStatus\":\"ACTIVE\",\"AttributeDefinitions\":[{\"AttributeName\":\"id\","              \
    "\"AttributeType\":\"N\"}],\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]"
#define TABLE(more) "{\"Table\":{" KEYS more "}}"
#define ON_DEMAND   ",\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"}"
#define TTL(status, attribute)                                                                     \
    "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"" status                                   \
    "\",\"AttributeName\":\"" attribute "\"}}"

struct answer {
    int status;
    const char *body;
};

/* In the order of the requests. */
enum { DESCRIBE, DESCRIBE_TTL, GET, UPDATE, PUT, DELETE_, REQUESTS };

static const struct answer WELL[REQUESTS] = {
    {200, TABLE(ON_DEMAND)},
    {200, TTL("DISABLED", "")},
    {200, "{}"},
    {400, REFUSAL},
    {400, REFUSAL},
    {400, REFUSAL},
};

struct world {
    struct fake_http *http;
    struct dynamodb_link link;
    struct buffer text; /* a line for each finding: "BAD keys: …" */
    ddblock_status status;
};

static void write_finding(void *user, const ddblock_finding *finding)
{
    static const char *const marks[] = {"GOOD", "NOTE", "BAD"};

    assert_true((finding->mark == DDBLOCK_MARK_BAD) == (finding->status != DDBLOCK_OK));
    buffer_append_format(user, "%s %s: %s\n", marks[finding->mark], finding->topic,
                         finding->message);
}

/* Examines a table that answers so. */
static void examine(struct world *w, const struct answer *answers)
{
    ddblock_dynamodb_options options;
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};
    struct findings findings = {.found = write_finding, .user = &w->text};
    ddblock_error error = {0};

    *w = (struct world){.http = fake_http_create()};
    buffer_init(&w->text, 64 * 1024);
    ddblock_dynamodb_options_init(&options);
    options.lock_table = "locks";
    options.region = "eu-west-1";
    options.endpoint = "http://localhost:1";
    options.access_key_id = "AKID";
    options.secret_access_key = "s3cret";
    assert_int_equal(dynamodb_options_read(&options, &checked, &table, NULL), DDBLOCK_OK);
    assert_int_equal(aws_session_open(&checked, &w->link.session, NULL), DDBLOCK_OK);
    w->link.client = &w->http->client;
    for (size_t i = 0; i < REQUESTS; i++) {
        fake_http_answer_body(w->http, i, answers[i].status, answers[i].body);
    }
    dynamodb_examine(&w->link, &table, &findings);
    w->status = findings_end(&findings, &error);
    assert_true(buffer_ok(&w->text));
    assert_null(strstr(buffer_string(&w->text), "s3cret"));
}

static void finish(struct world *w)
{
    dynamodb_link_close(&w->link, false);
    buffer_finish(&w->text);
}

static void expect_line(const struct world *w, const char *words)
{
    if (strstr(buffer_string(&w->text), words) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", words, buffer_string(&w->text));
    }
}

/* Examines a table that is well but for one answer, which makes this status and line. */
static void expect_with(size_t request, int http_status, const char *body, ddblock_status status,
                        const char *words)
{
    struct answer answers[REQUESTS];
    struct world w;

    memcpy(answers, WELL, sizeof(answers));
    answers[request] = (struct answer){http_status, body};
    examine(&w, answers);
    expect_line(&w, words);
    if (w.status != status) {
        fail_msg("status %d:\n%s", (int)w.status, buffer_string(&w.text));
    }
    finish(&w);
}

static void a_table_that_is_well(void **state)
{
    struct world w;

    (void)state;
    examine(&w, WELL);
    assert_int_equal(w.status, DDBLOCK_OK);
    assert_null(strstr(buffer_string(&w.text), "BAD"));
    assert_null(strstr(buffer_string(&w.text), "NOTE"));
    expect_line(&w, "GOOD region: eu-west-1, from the option region");
    expect_line(&w, "GOOD endpoint: http://localhost:1, from the option endpoint");
    expect_line(&w, "GOOD credentials: from the options; they do not expire");
    expect_line(&w, "GOOD keys: as the options name them, of type N\n");
    expect_line(&w, "GOOD billing: on demand");
    expect_line(&w, "GOOD replicas: none");
    expect_line(&w, "GOOD ttl: off");
    expect_line(&w, "GOOD permission: DeleteItem");
    finish(&w);
}

/* Whatever the table does with them, the probes change nothing. */
static void the_probes_are_harmless(void **state)
{
    static const char *const targets[] = {
        "DescribeTable", "DescribeTimeToLive", "GetItem", "UpdateItem", "PutItem", "DeleteItem"};
    struct world w;

    (void)state;
    examine(&w, WELL);
    assert_int_equal(w.http->sent_count, REQUESTS);
    for (size_t i = 0; i < REQUESTS; i++) {
        const char *target = w.http->sent[i].target + sizeof("DynamoDB_20120810.") - 1;

        assert_string_equal(target, targets[i]);
        if (i >= UPDATE) {
            assert_non_null(strstr(w.http->sent[i].body, "\"attribute_exists(#pk) AND "
                                                         "attribute_not_exists(#pk)\""));
        }
    }
    finish(&w);
}

static void what_is_wrong_with_the_table(void **state)
{
    (void)state;
    expect_with(DESCRIBE, 400, FAULT("ResourceNotFoundException", "x"), DDBLOCK_NO_TABLE,
                "BAD table: there is no table \"locks\"");
    expect_with(DESCRIBE, 200,
                "{\"Table\":{\"TableStatus\":\"ACTIVE\",\"KeySchema\":[{\"AttributeName\":\"pk\","
                "\"KeyType\":\"HASH\"}]}}",
                DDBLOCK_WRONG_SCHEMA, "BAD keys: table \"locks\" has the keys \"pk\" alone");
    expect_with(DESCRIBE, 200,
                "{\"Table\":{\"TableStatus\":\"CREATING\",\"KeySchema\":[{\"AttributeName\":\"id\","
                "\"KeyType\":\"HASH\"}]}}",
                DDBLOCK_UNAVAILABLE, "BAD table: \"locks\" is CREATING");
    expect_with(DESCRIBE, 200, TABLE(",\"ProvisionedThroughput\":{\"WriteCapacityUnits\":5}"),
                DDBLOCK_OK, "NOTE billing: provisioned, 5 writes a second");
    expect_with(DESCRIBE, 200, TABLE(ON_DEMAND ",\"Replicas\":[{\"RegionName\":\"eu-central-1\"}]"),
                DDBLOCK_INVALID, "BAD replicas: a global table (eu-central-1)");
    expect_with(DESCRIBE, 200,
                TABLE(ON_DEMAND ",\"MultiRegionConsistency\":\"STRONG\",\"Replicas\":"
                                "[{\"RegionName\":\"eu-central-1\"}]"),
                DDBLOCK_OK, "GOOD replicas: eu-central-1 and others, strongly consistent");
}

static void time_to_live(void **state)
{
    (void)state;
    expect_with(DESCRIBE_TTL, 200, TTL("ENABLED", "lockAcquiredTimeUnixMs"), DDBLOCK_INVALID,
                "BAD ttl: it is on, by the locks' own attribute lockAcquiredTimeUnixMs");
    expect_with(DESCRIBE_TTL, 200, TTL("ENABLING", "leaseDurationMs"), DDBLOCK_INVALID, "BAD ttl");
    expect_with(DESCRIBE_TTL, 200, TTL("ENABLED", "expires"), DDBLOCK_OK,
                "NOTE ttl: it is on, by the attribute expires");
    expect_with(DESCRIBE_TTL, 400, DENIAL, DDBLOCK_OK,
                "NOTE ttl: cannot be looked at: DynamoDB denies DescribeTimeToLive");
}

static void permissions(void **state)
{
    (void)state;
    expect_with(GET, 400, DENIAL, DDBLOCK_DENIED,
                "BAD permission: DynamoDB denies GetItem on table \"locks\"; this would allow it: "
                "{\"Effect\":\"Allow\",\"Action\":\"dynamodb:GetItem\"");
    expect_with(UPDATE, 400, DENIAL, DDBLOCK_DENIED, "BAD permission: DynamoDB denies UpdateItem");
    expect_with(PUT, 400, DENIAL, DDBLOCK_OK,
                "NOTE permission: PutItem is needed for locks that "
                "fail closed only");
    expect_with(DELETE_, 400, DENIAL, DDBLOCK_OK, "NOTE permission: DeleteItem");
    expect_with(DESCRIBE, 400, DENIAL, DDBLOCK_OK,
                "NOTE table: its keys, billing and replicas cannot be looked at");
}

static void keys_that_aws_does_not_take(void **state)
{
    (void)state;
    expect_with(DESCRIBE, 400, FAULT("UnrecognizedClientException", "x"), DDBLOCK_DENIED,
                "BAD credentials: DynamoDB does not know the access key from the options");
    expect_with(DESCRIBE, 400, FAULT("InvalidSignatureException", "x"), DDBLOCK_DENIED,
                "BAD credentials: DynamoDB denies DescribeTable");
    expect_with(DESCRIBE, 503, "{}", DDBLOCK_UNAVAILABLE, "BAD connection: no usable answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_that_is_well),
        cmocka_unit_test(the_probes_are_harmless),
        cmocka_unit_test(what_is_wrong_with_the_table),
        cmocka_unit_test(time_to_live),
        cmocka_unit_test(permissions),
        cmocka_unit_test(keys_that_aws_does_not_take),
    };

    return cmocka_run_group_tests_name("dynamodb_doctor", tests, NULL, NULL);
}
