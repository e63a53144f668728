/* session_test.c - region, endpoint, CA file and signed headers, by options and environment. */
#include "support/testing.h"

#include "aws/session.h"
#include "base/clock.h"
#include "support/fake_environment.h"

#define SECRET "s3cret/S3CRET"
#define TOKEN  "t0ken=="
#define KEYS   "AWS_ACCESS_KEY_ID", "AKID", "AWS_SECRET_ACCESS_KEY", SECRET

static const ddblock_dynamodb_options no_options;

static struct aws_session *opened(const ddblock_dynamodb_options *options,
                                  const struct environment *environment)
{
    struct aws_session *session = NULL;
    ddblock_error error = {0};

    if (aws_session_open_in(options, environment, NULL, &session, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return session;
}

static void expect_url(const ddblock_dynamodb_options *options,
                       const struct environment *environment, const char *url)
{
    struct aws_session *session = opened(options, environment);

    assert_string_equal(aws_session_url(session), url);
    aws_session_destroy(session, false);
}

static void expect_refused(const ddblock_dynamodb_options *options,
                           const struct environment *environment, ddblock_status status,
                           const char *words)
{
    struct aws_session *session = NULL;
    ddblock_error error = {0};

    assert_int_equal(aws_session_open_in(options, environment, NULL, &session, &error), status);
    assert_int_equal(error.status, status);
    assert_null(session);
    if (strstr(error.message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
    }
    assert_null(strstr(error.message, SECRET));
    assert_null(strstr(error.message, TOKEN));
    assert_int_equal(aws_session_open_in(options, environment, NULL, &session, NULL), status);
}

/* The header of this name in the lines; NULL if it is not there. */
static const char *header(const char *const *headers, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; headers[i] != NULL; i++) {
        if (strncmp(headers[i], name, size) == 0 && strncmp(headers[i] + size, ": ", 2) == 0) {
            return headers[i] + size + 2;
        }
    }
    return NULL;
}

static void regions(void **state)
{
    const ddblock_dynamodb_options options = {.region = "eu-west-1"};

    (void)state;
    expect_url(&options, FAKE_ENVIRONMENT(KEYS, "AWS_REGION", "us-east-2"),
               "https://dynamodb.eu-west-1.amazonaws.com");
    expect_url(&no_options,
               FAKE_ENVIRONMENT(KEYS, "AWS_REGION", "us-east-2", "AWS_DEFAULT_REGION", "eu-west-1"),
               "https://dynamodb.us-east-2.amazonaws.com");
    expect_url(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_REGION", "", "AWS_DEFAULT_REGION", "eu-x"),
               "https://dynamodb.eu-x.amazonaws.com");
    expect_refused(&no_options, FAKE_ENVIRONMENT(KEYS), DDBLOCK_INVALID, "AWS_DEFAULT_REGION");
}

static void regions_that_are_none(void **state)
{
    static const char *const wrong[] = {
        "eu.evil.test/", "eu west", "EU-WEST-1",
        "a@b",           "x\r\n",   "123456789012345678901234567890123",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        expect_refused(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_REGION", wrong[i]), DDBLOCK_INVALID,
                       "AWS_REGION is \"");
    }
    expect_refused(&(ddblock_dynamodb_options){.region = ""}, FAKE_ENVIRONMENT(KEYS),
                   DDBLOCK_INVALID, "the option region");
}

static void partitions(void **state)
{
    static const char *const regions_and_urls[][2] = {
        {"us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com"},
        {"cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"},
        {"us-iso-east-1", "https://dynamodb.us-iso-east-1.c2s.ic.gov"},
        {"us-isob-east-1", "https://dynamodb.us-isob-east-1.sc2s.sgov.gov"},
        {"us-isof-south-1", "https://dynamodb.us-isof-south-1.csp.hci.ic.gov"},
        {"eu-isoe-west-1", "https://dynamodb.eu-isoe-west-1.cloud.adc-e.uk"},
        {"eusc-de-east-1", "https://dynamodb.eusc-de-east-1.amazonaws.eu"},
        {"local", "http://localhost:8000"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(regions_and_urls) / sizeof(regions_and_urls[0]); i++) {
        expect_url(&(ddblock_dynamodb_options){.region = regions_and_urls[i][0]},
                   FAKE_ENVIRONMENT(KEYS), regions_and_urls[i][1]);
    }
}

static void endpoints(void **state)
{
    const ddblock_dynamodb_options options = {.endpoint = "http://localhost:1/"};

    (void)state;
    expect_url(&options, FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL_DYNAMODB", "http://b"),
               "http://localhost:1");
    expect_url(&no_options,
               FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL", "http://c", "AWS_ENDPOINT_URL_DYNAMODB",
                                "https://b:8443"),
               "https://b:8443");
    expect_url(&no_options,
               FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL", "http://c", "AWS_REGION", "eu-west-1",
                                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"),
               "http://c");
    expect_url(&no_options,
               FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL", "http://c", "AWS_REGION", "eu-west-1",
                                "AWS_ENDPOINT_URL_DYNAMODB", "http://b",
                                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"),
               "https://dynamodb.eu-west-1.amazonaws.com");
    expect_url(&options, FAKE_ENVIRONMENT(KEYS, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
               "http://localhost:1");
}

static void a_wrong_endpoint_says_where_it_came_from(void **state)
{
    (void)state;
    expect_refused(&(ddblock_dynamodb_options){.endpoint = "localhost:8000"},
                   FAKE_ENVIRONMENT(KEYS), DDBLOCK_INVALID,
                   "the endpoint from the option endpoint does not begin with");
    expect_refused(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL", "http://a/path"),
                   DDBLOCK_INVALID, "the endpoint from AWS_ENDPOINT_URL holds a path");
    expect_refused(&no_options,
                   FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL_DYNAMODB", "http://u:" SECRET "@a"),
                   DDBLOCK_INVALID, "the endpoint from AWS_ENDPOINT_URL_DYNAMODB holds a user");
}

static void ca_files(void **state)
{
    const ddblock_dynamodb_options options = {.endpoint = "http://a", .ca_file = "/mine.pem"};
    struct aws_session *session = opened(&options, FAKE_ENVIRONMENT(KEYS, "AWS_CA_BUNDLE", "/b"));

    (void)state;
    assert_string_equal(aws_session_ca_file(session), "/mine.pem");
    aws_session_destroy(session, false);
    session = opened(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_CA_BUNDLE", "/b", "AWS_REGION", "r"));
    assert_string_equal(aws_session_ca_file(session), "/b");
    aws_session_destroy(session, false);
    session = opened(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_REGION", "r"));
    assert_null(aws_session_ca_file(session));
    aws_session_destroy(session, false);
    expect_refused(&(ddblock_dynamodb_options){.endpoint = "http://a", .ca_file = ""},
                   FAKE_ENVIRONMENT(KEYS), DDBLOCK_INVALID, "ca_file");
}

static void without_keys_there_is_no_session(void **state)
{
    (void)state;
    expect_refused(&(ddblock_dynamodb_options){.endpoint = "http://localhost:8000"},
                   FAKE_ENVIRONMENT("AWS_SESSION_TOKEN", TOKEN), DDBLOCK_NO_CREDENTIALS,
                   "no credentials: ");
    expect_refused(&(ddblock_dynamodb_options){.region = "local"},
                   FAKE_ENVIRONMENT("AWS_SECRET_ACCESS_KEY", SECRET), DDBLOCK_NO_CREDENTIALS,
                   "AWS_ACCESS_KEY_ID");
    expect_refused(&(ddblock_dynamodb_options){.region = "local"},
                   FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", " " SECRET),
                   DDBLOCK_NO_CREDENTIALS, "secret access key");
}

static void the_headers(void **state)
{
    struct aws_session *session =
        opened(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_ENDPOINT_URL", "http://[::1]:8000"));
    const char *const *headers = NULL;
    const char *authorization;

    (void)state;
    assert_int_equal(
        aws_session_sign(session, "DynamoDB_20120810.GetItem", bytes_from("{}", 2), &headers, NULL),
        DDBLOCK_OK);
    assert_string_equal(header(headers, "Content-Type"), "application/x-amz-json-1.0");
    assert_string_equal(header(headers, "Host"), "[::1]:8000");
    assert_string_equal(header(headers, "X-Amz-Target"), "DynamoDB_20120810.GetItem");
    assert_int_equal(strlen(header(headers, "X-Amz-Date")), 16);
    assert_null(header(headers, "X-Amz-Security-Token"));
    authorization = header(headers, "Authorization");
    assert_memory_equal(authorization, "AWS4-HMAC-SHA256 Credential=AKID/", 33);
    assert_memory_equal(authorization + 33, header(headers, "X-Amz-Date"), 8);
    assert_non_null(strstr(authorization, "/us-east-1/dynamodb/aws4_request, SignedHeaders="
                                          "content-type;host;x-amz-date;x-amz-target, Signature="));
    aws_session_destroy(session, false);
}

static void the_headers_with_a_token(void **state)
{
    struct aws_session *session = opened(
        &no_options, FAKE_ENVIRONMENT(KEYS, "AWS_REGION", "eu-west-1", "AWS_SESSION_TOKEN", TOKEN));
    const char *const *headers = NULL;
    size_t count = 0;

    (void)state;
    assert_int_equal(aws_session_sign(session, "T", bytes_from("{}", 2), &headers, NULL),
                     DDBLOCK_OK);
    assert_string_equal(header(headers, "X-Amz-Security-Token"), TOKEN);
    assert_string_equal(header(headers, "Host"), "dynamodb.eu-west-1.amazonaws.com");
    assert_non_null(strstr(header(headers, "Authorization"), "x-amz-security-token"));
    while (headers[count] != NULL) {
        assert_null(strstr(headers[count++], SECRET));
    }
    assert_int_equal(count, 6);
    aws_session_destroy(session, false);
}

/* What the session signs as the date, as "YYYYMMDD". */
static void signed_day(struct aws_session *session, char day[9])
{
    const char *const *headers = NULL;

    assert_int_equal(aws_session_sign(session, "T", bytes_from(NULL, 0), &headers, NULL),
                     DDBLOCK_OK);
    memcpy(day, header(headers, "X-Amz-Date"), 8);
    day[8] = '\0';
}

static void the_servers_date_corrects_ours(void **state)
{
    const int64_t noon = INT64_C(1440936000000); /* 2015-08-30 12:00 */
    struct aws_session *session = opened(&no_options, FAKE_ENVIRONMENT(KEYS, "AWS_REGION", "r"));
    char day[9];

    (void)state;
    aws_session_learn_date(session, noon);
    signed_day(session, day);
    assert_string_equal(day, "20150830");
    aws_session_learn_date(session, -1); /* no Date came: what was learnt stays */
    signed_day(session, day);
    assert_string_equal(day, "20150830");
    aws_session_learn_date(session, INT64_MAX); /* no date that can be written: our own */
    signed_day(session, day);
    assert_true(strcmp(day, "20240101") > 0);
    aws_session_learn_date(session, clock_wall_ms());
    signed_day(session, day);
    assert_true(strcmp(day, "20240101") > 0);
    aws_session_destroy(session, false);
}

static void the_environment_of_the_process(void **state)
{
    const ddblock_dynamodb_options options = {.access_key_id = "ID", .secret_access_key = SECRET};
    struct aws_session *session = NULL;

    (void)state;
    assert_int_equal(setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://process.test", 1), 0);
    assert_int_equal(aws_session_open(&options, &session, NULL), DDBLOCK_OK);
    assert_string_equal(aws_session_url(session), "http://process.test");
    aws_session_destroy(session, false);
    aws_session_destroy(NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions),
        cmocka_unit_test(regions_that_are_none),
        cmocka_unit_test(partitions),
        cmocka_unit_test(endpoints),
        cmocka_unit_test(a_wrong_endpoint_says_where_it_came_from),
        cmocka_unit_test(ca_files),
        cmocka_unit_test(without_keys_there_is_no_session),
        cmocka_unit_test(the_headers),
        cmocka_unit_test(the_headers_with_a_token),
        cmocka_unit_test(the_servers_date_corrects_ours),
        cmocka_unit_test(the_environment_of_the_process),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
