/* session_test.c - region, endpoint, CA file and signed headers, by options and environment. */
#include "support/testing.h"

#include <unistd.h>

#include "aws/session.h"
#include "base/clock.h"
#include "support/fake_environment.h"
#include "support/fake_source.h"
#include "support/folder.h"

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
        {"cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"},
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

static void half_a_pair_or_a_bad_key_is_no_session(void **state)
{
    (void)state;
    expect_refused(&(ddblock_dynamodb_options){.region = "local"},
                   FAKE_ENVIRONMENT("AWS_SECRET_ACCESS_KEY", SECRET), DDBLOCK_NO_CREDENTIALS,
                   "AWS_ACCESS_KEY_ID");
    expect_refused(&(ddblock_dynamodb_options){.region = "local"},
                   FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", " " SECRET),
                   DDBLOCK_NO_CREDENTIALS, "secret access key");
}

static void switches(void **state)
{
    const ddblock_dynamodb_options options = {.region = "eu-west-1"};

    (void)state;
    expect_url(&options, FAKE_ENVIRONMENT(KEYS, "AWS_USE_FIPS_ENDPOINT", "true"),
               "https://dynamodb-fips.eu-west-1.amazonaws.com");
    expect_url(&options, FAKE_ENVIRONMENT(KEYS, "AWS_USE_DUALSTACK_ENDPOINT", "True"),
               "https://dynamodb.eu-west-1.api.aws");
    expect_refused(&options, FAKE_ENVIRONMENT(KEYS, "AWS_USE_FIPS_ENDPOINT", "yes"),
                   DDBLOCK_INVALID, "AWS_USE_FIPS_ENDPOINT is \"yes\", but must be true or false");
    expect_refused(
        &options,
        FAKE_ENVIRONMENT(KEYS, "AWS_USE_FIPS_ENDPOINT", "true", "AWS_ENDPOINT_URL", "http://a"),
        DDBLOCK_INVALID, "AWS_ENDPOINT_URL sets an endpoint of its own");
    expect_refused(&options,
                   FAKE_ENVIRONMENT(KEYS, "AWS_USE_FIPS_ENDPOINT", "true",
                                    "AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"),
                   DDBLOCK_INVALID, "FIPS");
    expect_refused(&options, FAKE_ENVIRONMENT(KEYS, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "maybe"),
                   DDBLOCK_INVALID, "preferred, disabled or required");
}

/* Writes a config file and opens a session with it, with keys in the environment. */
static struct aws_session *opened_with_config(const char *config)
{
    const ddblock_dynamodb_options options = {.profile = "mine"};
    struct aws_session *session;
    struct folder folder;

    folder_make(&folder);
    folder_write(&folder, config);
    session = opened(&options, FAKE_ENVIRONMENT("AWS_CONFIG_FILE", folder.file,
                                                "AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"));
    folder_remove(&folder);
    return session;
}

static void what_the_profile_says(void **state)
{
    struct aws_session *session;

    (void)state;
    session = opened_with_config("[profile mine]\nregion = eu-west-3\nca_bundle = /ca.pem\n"
                                 "max_attempts = 7\nuse_dualstack_endpoint = true\n");
    assert_string_equal(aws_session_url(session), "https://dynamodb.eu-west-3.api.aws");
    assert_string_equal(aws_session_ca_file(session), "/ca.pem");
    assert_int_equal(aws_session_tries(session), 7);
    assert_string_equal(aws_session_describe(session).region_from, "region of the profile");
    aws_session_destroy(session, false);
    session = opened_with_config("[profile mine]\nregion = eu-west-3\nservices = s\n"
                                 "endpoint_url = http://all.test\n"
                                 "[services s]\ndynamodb =\n  endpoint_url = http://ddb.test\n");
    assert_string_equal(aws_session_url(session), "http://ddb.test");
    aws_session_destroy(session, false);
    session = opened_with_config("[profile mine]\nregion = eu-west-3\n"
                                 "endpoint_url = http://all.test\n"
                                 "ignore_configured_endpoint_urls = true\n");
    assert_string_equal(aws_session_url(session), "https://dynamodb.eu-west-3.amazonaws.com");
    aws_session_destroy(session, false);
}

static void keys_of_an_account_go_to_its_endpoint(void **state)
{
    (void)state;
    expect_url(&(ddblock_dynamodb_options){.region = "eu-west-1"},
               FAKE_ENVIRONMENT(KEYS, "AWS_ACCOUNT_ID", "111122223333"),
               "https://111122223333.ddb.eu-west-1.amazonaws.com");
    expect_url(&(ddblock_dynamodb_options){.region = "eu-west-1"},
               FAKE_ENVIRONMENT(KEYS, "AWS_ACCOUNT_ID", "111122223333",
                                "AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled"),
               "https://dynamodb.eu-west-1.amazonaws.com");
}

/* A session whose keys the fake source has. */
static struct aws_session *opened_on(struct fake_source *source,
                                     const struct environment *environment)
{
    const ddblock_dynamodb_options options = {.region = "eu-west-1"};
    struct aws_session *session = NULL;

    assert_int_equal(
        aws_session_open_in(&options, environment, fake_source_base(source), &session, NULL),
        DDBLOCK_OK);
    return session;
}

/* Waits until the session is in another state than waiting. */
static enum aws_state settled(struct aws_session *session, ddblock_error *error)
{
    enum aws_state state;

    while ((state = aws_session_state(session, error)) == AWS_WAITING) {
        (void)usleep(1000);
    }
    return state;
}

static void keys_are_fetched_when_they_are_needed(void **state)
{
    struct fake_source *source = fake_source_create();
    struct aws_session *session = opened_on(source, FAKE_ENVIRONMENT(NULL));
    const char *const *headers = NULL;

    (void)state;
    fake_source_give(source, "FETCHED", 3600 * 1000, "111122223333");
    assert_string_equal(aws_session_url(session), "https://dynamodb.eu-west-1.amazonaws.com");
    assert_null(aws_session_describe(session).keys_from);
    assert_int_equal(fake_source_asked(source), 0);
    aws_session_ask(session);
    assert_int_equal(settled(session, NULL), AWS_READY);
    assert_int_equal(aws_session_generation(session), 1);
    assert_string_equal(aws_session_url(session),
                        "https://111122223333.ddb.eu-west-1.amazonaws.com");
    assert_int_equal(aws_session_sign(session, "T", bytes_from("{}", 2), &headers, NULL),
                     DDBLOCK_OK);
    assert_non_null(strstr(header(headers, "Authorization"), "Credential=FETCHED/"));
    assert_string_equal(header(headers, "Host"), "111122223333.ddb.eu-west-1.amazonaws.com");
    assert_string_equal(aws_session_describe(session).keys_from, "the fake source");
    /* AWS refuses what was fetched a moment ago: there is nothing better to be had. */
    assert_false(aws_session_keys_refused(session, 1));
    assert_int_equal(aws_session_state(session, NULL), AWS_READY);
    /* A request that was signed with older keys can be tried with these. */
    assert_true(aws_session_keys_refused(session, 0));
    assert_int_equal(fake_source_asked(source), 1);
    aws_session_destroy(session, false);
}

static void a_source_that_fails_is_asked_again(void **state)
{
    struct fake_source *source = fake_source_create();
    struct aws_session *session = opened_on(source, FAKE_ENVIRONMENT(NULL));
    ddblock_error error = {0};

    (void)state;
    fake_source_refuse(source, DDBLOCK_NO_CREDENTIALS, "the role is gone");
    fake_source_give(source, "FETCHED", -1, NULL);
    aws_session_ask(session);
    assert_int_equal(settled(session, &error), AWS_FAILED);
    assert_int_equal(error.status, DDBLOCK_NO_CREDENTIALS);
    assert_string_equal(error.message, "the role is gone");
    aws_session_ask(session);
    assert_int_equal(settled(session, NULL), AWS_READY);
    aws_session_ask(session);
    assert_int_equal(fake_source_asked(source), 2);
    aws_session_destroy(session, false);
}

static void keys_without_an_account_are_of_no_use_where_one_is_required(void **state)
{
    struct fake_source *source = fake_source_create();
    struct aws_session *session =
        opened_on(source, FAKE_ENVIRONMENT("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"));
    ddblock_error error = {0};

    (void)state;
    fake_source_give(source, "FETCHED", -1, NULL);
    aws_session_ask(session);
    assert_int_equal(settled(session, &error), AWS_FAILED);
    assert_int_equal(error.status, DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "AWS_ACCOUNT_ID"));
    aws_session_destroy(session, false);
}

static void tries(void **state)
{
    static const char *const wrong[] = {"0", "-1", "1000", "3.5", " 3", "many"};
    const ddblock_dynamodb_options options = {.region = "eu-west-1"};
    struct aws_session *session =
        opened(&options, FAKE_ENVIRONMENT(KEYS, "AWS_MAX_ATTEMPTS", "10"));

    (void)state;
    assert_int_equal(aws_session_tries(session), 10);
    aws_session_destroy(session, false);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        expect_refused(&options, FAKE_ENVIRONMENT(KEYS, "AWS_MAX_ATTEMPTS", wrong[i]),
                       DDBLOCK_INVALID, "AWS_MAX_ATTEMPTS is \"");
    }
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
        cmocka_unit_test(half_a_pair_or_a_bad_key_is_no_session),
        cmocka_unit_test(switches),
        cmocka_unit_test(what_the_profile_says),
        cmocka_unit_test(keys_of_an_account_go_to_its_endpoint),
        cmocka_unit_test(keys_are_fetched_when_they_are_needed),
        cmocka_unit_test(a_source_that_fails_is_asked_again),
        cmocka_unit_test(keys_without_an_account_are_of_no_use_where_one_is_required),
        cmocka_unit_test(tries),
        cmocka_unit_test(the_headers),
        cmocka_unit_test(the_headers_with_a_token),
        cmocka_unit_test(the_servers_date_corrects_ours),
        cmocka_unit_test(the_environment_of_the_process),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
