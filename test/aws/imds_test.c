/* imds_test.c - credentials of an EC2 instance. */
#include "support/testing.h"

#include "support/credentials_case.h"

#define GOOD                                                                                       \
    "{\"Code\":\"Success\",\"Type\":\"AWS-HMAC\",\"AccessKeyId\":\"ID\",\"SecretAccessKey\":"      \
    "\"" KEY "\",\"Token\":\"" TOKEN "\",\"Expiration\":\"" FUTURE "\"}"
#define SOURCE "the instance metadata service"

static void begin(struct credentials_case *c)
{
    case_serve(c);
    case_set(c, "AWS_EC2_METADATA_DISABLED", "false");
    case_set(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT", c->url);
}

static void the_whole_conversation(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, MARK "==");
    case_reply(&c, 200, "role.name\nother");
    case_reply(&c, 200, GOOD);
    begin(&c);
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS, SOURCE);
    unsetenv("http_proxy");
    case_expect_request(&c, 0, "PUT /latest/api/token HTTP/1.1\r\n");
    case_expect_request(&c, 0, "\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\n");
    case_expect_request(&c, 1, "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\n");
    case_expect_request(&c, 1, "\r\nX-aws-ec2-metadata-token: " MARK "==\r\n");
    case_expect_request(&c, 2,
                        "GET /latest/meta-data/iam/security-credentials/role.name HTTP/1.1\r\n");
    case_expect_request(&c, 2, "\r\nX-aws-ec2-metadata-token: " MARK "==\r\n");
    case_expect_requests(&c, 3);
    case_end(&c);
}

/* "static stability": what the service gives is taken, and used until AWS refuses it. */
static void expired_ones_are_taken(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, "t");
    case_reply(&c, 200, "role");
    case_reply(&c, 200,
               "{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" KEY
               "\",\"Expiration\":\"2001-09-09T01:46:40Z\"}");
    begin(&c);
    case_expect_found(&c, "ID", KEY, NULL, INT64_C(1000000000000), SOURCE);
    case_end(&c);
}

static void none_there(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_expect_absent(&c, "AWS_EC2_METADATA_DISABLED is true");
    begin(&c);
    http_server_stop(c.server);
    c.server = NULL;
    case_expect_absent(&c, "cannot reach http://127.0.0.1:");
    case_end(&c);

    case_begin(&c);
    case_reply(&c, 403, "");
    begin(&c);
    case_expect_absent(&c, "is switched off (HTTP status 403)");
    case_end(&c);

    case_begin(&c);
    case_reply(&c, 200, "t");
    case_reply(&c, 404, "");
    begin(&c);
    case_expect_absent(&c, "this EC2 instance has no role");
    case_end(&c);
}

static void hostile_replies(void **state)
{
    static const struct {
        const char *token;
        const char *role;
        const char *credentials;
        const char *message;
    } wrong[] = {
        {MARK "\r\nX-Evil: 1", NULL, NULL, "gives no token"},
        {"", NULL, NULL, "gives no token"},
        {"t", "../../" MARK, NULL, "names no well-formed role"},
        {"t", "a role", NULL, "names no well-formed role"},
        {"t", "\nrole", NULL, "names no well-formed role"},
        {"t", "0123456789012345678901234567890123456789012345678901234567890123456789" MARK, NULL,
         "names no well-formed role"},
        {"t", "role", MARK, "what came from " SOURCE " is not the JSON of credentials"},
        {"t", "role", "{\"Code\":\"Failed\"}", "gave the code Failed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct credentials_case c;

        case_begin(&c);
        case_reply(&c, 200, wrong[i].token);
        case_reply(&c, 200, wrong[i].role != NULL ? wrong[i].role : "");
        case_reply(&c, 200, wrong[i].credentials != NULL ? wrong[i].credentials : "");
        begin(&c);
        case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, wrong[i].message);
        case_end(&c);
    }
}

static void it_falls_silent(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_step(&c, STEP_HOLD);
    case_step(&c, STEP_HOLD);
    begin(&c);
    case_expect_failed(&c, DDBLOCK_UNAVAILABLE, "the instance's metadata hop limit must be 2");
    case_expect_requests(&c, 2);
    case_end(&c);
}

static void faults_are_tried_again(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 503, "");
    case_reply(&c, 200, "t");
    case_reply(&c, 200, "role");
    case_reply(&c, 500, "");
    case_step(&c, STEP_RESET);
    case_reply(&c, 200, GOOD);
    begin(&c);
    case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS, SOURCE);
    case_end(&c);

    case_begin(&c);
    case_reply(&c, 200, "t");
    for (size_t i = 0; i < 3; i++) {
        case_reply(&c, 500, MARK);
    }
    begin(&c);
    case_expect_failed(&c, DDBLOCK_UNAVAILABLE, "answers with HTTP status 500");
    case_expect_requests(&c, 4);
    case_end(&c);
}

static void settings_that_are_none(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    begin(&c);
    case_set(&c, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ftp://" MARK);
    case_expect_failed(&c, DDBLOCK_INVALID,
                       "AWS_EC2_METADATA_SERVICE_ENDPOINT does not begin with http://");
    case_set(&c, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", MARK);
    case_expect_failed(&c, DDBLOCK_INVALID, "must be IPv4 or IPv6");
    case_end(&c);
}

static void the_endpoint_of_the_profile(void **state)
{
    struct credentials_case c;
    char config[256];

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, "t");
    case_reply(&c, 200, "role");
    case_reply(&c, 200, GOOD);
    begin(&c);
    case_set(&c, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    snprintf(config, sizeof(config), "[default]\nec2_metadata_service_endpoint = %s\n", c.url);
    case_write(&c, ".aws/config", config);
    case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS, SOURCE);
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_conversation),
        cmocka_unit_test(expired_ones_are_taken),
        cmocka_unit_test(none_there),
        cmocka_unit_test(hostile_replies),
        cmocka_unit_test(it_falls_silent),
        cmocka_unit_test(faults_are_tried_again),
        cmocka_unit_test(settings_that_are_none),
        cmocka_unit_test(the_endpoint_of_the_profile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
