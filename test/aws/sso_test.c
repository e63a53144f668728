/* sso_test.c - credentials of a role in IAM Identity Center, with the token of "aws sso login". */
#include "support/testing.h"

#include <sys/stat.h>

#include "support/credentials_case.h"

/* printf %s NAME | sha1sum */
#define SESSION_FILE ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json"
#define SESSION                                                                                    \
    "[default]\nsso_session = my-sso\nsso_account_id = 111122223333\nsso_role_name = Role@x+y\n"   \
    "[sso-session my-sso]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
#define LEGACY                                                                                     \
    "[default]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"             \
    "sso_account_id = 111122223333\nsso_role_name = Role\n"
#define CACHE(expires)                                                                             \
    "{\"startUrl\": \"https://x.awsapps.com/start\", \"accessToken\": \"" MARK ".old\", "          \
    "\"expiresAt\": \"" expires "\", \"clientId\": \"client\", \"clientSecret\": \"" MARK          \
    ".client\", \"registrationExpiresAt\": \"" FUTURE "\", \"refreshToken\": \"" MARK              \
    ".refresh\", \"region\": \"eu-west-1\"}"
#define PAST "2001-01-01T00:00:00Z"
#define GOOD                                                                                       \
    "{\"roleCredentials\":{\"accessKeyId\":\"ID\",\"secretAccessKey\":\"" KEY                      \
    "\",\"sessionToken\":\"" TOKEN "\",\"expiration\":1795595400000}}"
#define SOURCE "the profile \"default\""

static void begin(struct credentials_case *c, const char *config)
{
    case_serve(c);
    case_set(c, "AWS_ENDPOINT_URL", c->url);
    case_write(c, ".aws/config", config);
}

static void a_session_with_a_good_token(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, GOOD);
    begin(&c, SESSION);
    case_write(&c, SESSION_FILE, CACHE(FUTURE));
    case_expect_found(&c, "ID", KEY, TOKEN, INT64_C(1795595400000), SOURCE);
    assert_string_equal(c.credentials->account_id, "111122223333");
    case_expect_request(
        &c, 0,
        "GET /federation/credentials?role_name=Role@x%2By&account_id=111122223333 HTTP/1.1\r\n");
    case_expect_request(&c, 0, "\r\nx-amz-sso_bearer_token: " MARK ".old\r\n");
    case_end(&c);
}

static void the_older_style(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, GOOD);
    begin(&c, LEGACY);
    case_write(&c, ".aws/sso/cache/3947de8b16688092197fa616c34e01335f21d256.json",
               "{\"accessToken\": \"" MARK ".legacy\", \"expiresAt\": \"2126-11-25T08:30:00UTC\"}");
    case_expect_found(&c, "ID", KEY, TOKEN, INT64_C(1795595400000), SOURCE);
    case_expect_request(&c, 0, "\r\nx-amz-sso_bearer_token: " MARK ".legacy\r\n");
    case_end(&c);
}

static void an_expired_token_is_renewed_and_written_back(void **state)
{
    struct credentials_case c;
    char path[256];
    char text[2048] = {0};
    struct stat status;
    FILE *file;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200,
               "{\"accessToken\":\"" MARK ".new\",\"expiresIn\":3600,\"refreshToken\":\"" MARK
               ".refresh2\",\"tokenType\":\"Bearer\"}");
    case_reply(&c, 200, GOOD);
    begin(&c, SESSION);
    folder_put(&c.folder, SESSION_FILE, CACHE(PAST), path);
    case_expect_found(&c, "ID", KEY, TOKEN, INT64_C(1795595400000), SOURCE);
    case_expect_request(&c, 0, "POST /token HTTP/1.1\r\n");
    case_expect_request(&c, 0, "\r\nContent-Type: application/json\r\n");
    case_expect_request(&c, 0,
                        "\r\n\r\n{\"grantType\":\"refresh_token\",\"clientId\":\"client\","
                        "\"clientSecret\":\"" MARK ".client\",\"refreshToken\":\"" MARK
                        ".refresh\"}");
    case_expect_request(&c, 1, "\r\nx-amz-sso_bearer_token: " MARK ".new\r\n");

    file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    assert_int_equal(fstat(fileno(file), &status), 0);
    fclose(file);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_non_null(strstr(text, "{\"startUrl\": \"https://x.awsapps.com/start\", \"region\": "
                                 "\"eu-west-1\", \"accessToken\": \"" MARK ".new\", \"expiresAt\": "
                                 "\"20"));
    assert_non_null(strstr(text, "\"clientSecret\": \"" MARK ".client\""));
    assert_non_null(strstr(text, "\"refreshToken\": \"" MARK ".refresh2\"}"));
    case_end(&c);
}

static void no_token_that_can_be_used(void **state)
{
    static const char log_in[] = "log in: aws sso login --sso-session \"my-sso\"";
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 400, "{\"error\":\"invalid_grant\",\"x\":\"" MARK "\"}");
    case_reply(&c, 401, MARK);
    case_reply(&c, 403, MARK);
    case_reply(&c, 200, "{" MARK);
    begin(&c, SESSION);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, log_in);
    case_write(&c, SESSION_FILE, MARK);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "cannot be read; log in");
    case_write(&c, SESSION_FILE, CACHE(PAST));
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "the token of \"aws sso login\" has expired");
    case_expect_requests(&c, 1);
    case_write(&c, SESSION_FILE,
               "{\"accessToken\": \"" MARK "\\n\", \"expiresAt\": \"" FUTURE "\"}");
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "cannot be read; log in");
    case_write(&c, SESSION_FILE, CACHE(FUTURE));
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "SSO refuses the token");
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "HTTP status 403");
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "is not the JSON of credentials");
    case_end(&c);
}

static void settings_that_are_missing(void **state)
{
    static const struct {
        const char *config;
        const char *message;
    } wrong[] = {
        {"[default]\nsso_session = s\nsso_role_name = r\n", "no well-formed sso_account_id"},
        {"[default]\nsso_session = s\nsso_account_id = 111122223333\n",
         "no well-formed sso_role_name"},
        {"[default]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = a&b\n",
         "no well-formed sso_role_name"},
        {"[default]\nsso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n",
         "no well-formed sso_start_url in its sso-session"},
        {"[default]\nsso_start_url = s\nsso_account_id = 111122223333\nsso_role_name = r\n",
         "no well-formed sso_region"},
        {"[default]\nsso_start_url = s\nsso_account_id = 111122223333\nsso_role_name = r\n"
         "sso_region = evil.example/\n",
         "no well-formed sso_region"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct credentials_case c;

        case_begin(&c);
        case_write(&c, ".aws/config", wrong[i].config);
        case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, wrong[i].message);
        case_end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_with_a_good_token),
        cmocka_unit_test(the_older_style),
        cmocka_unit_test(an_expired_token_is_renewed_and_written_back),
        cmocka_unit_test(no_token_that_can_be_used),
        cmocka_unit_test(settings_that_are_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
