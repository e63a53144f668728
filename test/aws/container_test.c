/* container_test.c - credentials of a container: ECS and EKS Pod Identity. */
#include "support/testing.h"

#include "support/credentials_case.h"

#define GOOD                                                                                       \
    "{\"RoleArn\":\"arn\",\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" KEY                       \
    "\",\"Token\":\"" TOKEN "\",\"Expiration\":\"" FUTURE "\",\"AccountId\":\"111122223333\"}"
#define SOURCE "the container's credentials service"

static char full_uri[128];

static void begin(struct credentials_case *c)
{
    case_serve(c);
    snprintf(full_uri, sizeof(full_uri), "%s/v1/credentials?a=b", c->url);
    case_set(c, "AWS_CONTAINER_CREDENTIALS_FULL_URI", full_uri);
}

static void the_whole_of_it(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, GOOD);
    begin(&c);
    case_set(&c, "http_proxy", "http://127.0.0.1:1");
    case_set(&c, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic " MARK);
    case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS, SOURCE);
    assert_string_equal(c.credentials->account_id, "111122223333");
    case_expect_request(&c, 0, "GET /v1/credentials?a=b HTTP/1.1\r\n");
    case_expect_request(&c, 0, "\r\nAuthorization: Basic " MARK "\r\n");
    case_expect_requests(&c, 1);
    case_end(&c);
}

static void no_proxy_is_used(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, GOOD);
    begin(&c);
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS, SOURCE);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    case_end(&c);
}

static void the_token_file_wins_and_is_read_each_time(void **state)
{
    struct credentials_case c;
    char path[256];

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, GOOD);
    case_reply(&c, 200, GOOD);
    begin(&c);
    case_set(&c, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "old");
    folder_put(&c.folder, "token", "first", path);
    case_set(&c, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", path);
    case_ask(&c);
    case_expect_request(&c, 0, "\r\nAuthorization: first\r\n");
    folder_put(&c.folder, "token", "second", NULL);
    case_ask(&c);
    case_expect_request(&c, 1, "\r\nAuthorization: second\r\n");
    folder_put(&c.folder, "token", MARK "\r\nX-Evil: 1", NULL);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS,
                       "the authorization token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE holds a "
                       "line break");
    case_set(&c, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
             "/nowhere/"
             "token");
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS,
                       "the authorization token file /nowhere/token does not exist");
    case_expect_requests(&c, 2);
    case_end(&c);
}

static void what_is_wrong_with_the_addresses(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *message;
    } wrong[] = {
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/x",
         "AWS_CONTAINER_CREDENTIALS_FULL_URI must begin with https://"},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://" MARK "@127.0.0.1/x",
         "AWS_CONTAINER_CREDENTIALS_FULL_URI holds a user name"},
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "v2/" MARK,
         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct credentials_case c;

        case_begin(&c);
        case_set(&c, wrong[i].name, wrong[i].value);
        case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, wrong[i].message);
        case_end(&c);
    }
}

static void a_fault_is_tried_again_three_times_in_all(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 500, MARK);
    case_step(&c, STEP_CLOSE);
    case_reply(&c, 200, GOOD);
    begin(&c);
    case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS, SOURCE);
    case_end(&c);

    case_begin(&c);
    case_reply(&c, 429, MARK);
    case_reply(&c, 503, MARK);
    case_reply(&c, 500, MARK);
    begin(&c);
    case_expect_failed(&c, DDBLOCK_UNAVAILABLE, "answers with HTTP status 500");
    case_expect_requests(&c, 3);
    case_end(&c);
}

static void a_hostile_reply(void **state)
{
    static const struct {
        int status;
        const char *body;
        const char *message;
    } wrong[] = {
        {403, MARK, "answers with HTTP status 403"},
        {302, MARK, "answers with HTTP status 302"},
        {200, "", "what came from " SOURCE " is not the JSON of credentials"},
        {200, "[" MARK, "what came from " SOURCE " is not the JSON of credentials"},
        {200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\\u001b\"}",
         "instead of credentials " SOURCE " gave the code AssumeRoleUnauthorizedAccess\\x1B"},
        {200, "{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" MARK "\\u0000\"}",
         "has no well-formed SecretAccessKey"},
        {200, "{\"AccessKeyId\":\"ID\\r\\nX: y\",\"SecretAccessKey\":\"" MARK "\"}",
         "the access key id from " SOURCE " holds"},
        {200, "{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" MARK "\",\"Expiration\":1}",
         "has no well-formed Expiration"},
        {200, "{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" MARK "\",\"AccountId\":\"a.b\"}",
         "the account id from " SOURCE " is not 12 digits"},
        {200, "{\"AccessKeyId\":\"ID\",\"AccessKeyId\":\"ID2\",\"SecretAccessKey\":\"" MARK "\"}",
         "has no well-formed AccessKeyId"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct credentials_case c;

        case_begin(&c);
        case_reply(&c, wrong[i].status, wrong[i].body);
        begin(&c);
        case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, wrong[i].message);
        case_expect_requests(&c, 1);
        case_end(&c);
    }
}

static void a_reply_without_end(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    for (size_t i = 0; i < 3; i++) {
        c.steps[i] = (struct step){STEP_FLOOD, "HTTP/1.1 200 OK\r\n\r\n"};
    }
    c.step_count = 3;
    begin(&c);
    case_expect_failed(&c, DDBLOCK_UNAVAILABLE, "it is too large");
    case_end(&c);
}

static void nobody_listens(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    begin(&c);
    http_server_stop(c.server);
    c.server = NULL;
    case_expect_failed(&c, DDBLOCK_UNAVAILABLE, SOURCE ": cannot reach http://127.0.0.1:");
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_of_it),
        cmocka_unit_test(no_proxy_is_used),
        cmocka_unit_test(the_token_file_wins_and_is_read_each_time),
        cmocka_unit_test(what_is_wrong_with_the_addresses),
        cmocka_unit_test(a_fault_is_tried_again_three_times_in_all),
        cmocka_unit_test(a_hostile_reply),
        cmocka_unit_test(a_reply_without_end),
        cmocka_unit_test(nobody_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
