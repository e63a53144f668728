/* profile_test.c - credentials of a profile in AWS's shared files. */
#include "support/testing.h"

#include "support/credentials_case.h"

#define REPLY(id)                                                                                  \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\n" \
    "<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn></AssumedRoleUser>\n"   \
    "<Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>" KEY                          \
    "</SecretAccessKey><SessionToken>" TOKEN "</SessionToken><Expiration>" FUTURE                  \
    "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define KEYS "aws_access_key_id = BASE\naws_secret_access_key = " KEY "\n"

static void static_keys(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_write(&c, ".aws/credentials",
               "[default]\n" KEYS "aws_session_token=" TOKEN "\n[other]\r\n"
               "AWS_ACCESS_KEY_ID=OTHER ; not a comment to botocore\r\n"
               "aws_secret_access_key=" KEY "\r\naws_account_id = 111122223333\r\n");
    case_expect_found(&c, "BASE", KEY, TOKEN, -1, "the profile \"default\"");
    case_set(&c, "AWS_PROFILE", "other");
    case_expect_found(&c, "OTHER", KEY, NULL, -1, "the profile \"other\"");
    assert_string_equal(c.credentials->account_id, "111122223333");
    c.options.profile = "default";
    case_expect_found(&c, "BASE", KEY, TOKEN, -1, "the profile \"default\"");
    case_end(&c);
}

static void the_environment_yields_to_the_option_only(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_write(&c, ".aws/credentials", "[p]\n" KEYS);
    case_set(&c, "AWS_ACCESS_KEY_ID", "ENVIRONMENT");
    case_set(&c, "AWS_SECRET_ACCESS_KEY", KEY);
    case_set(&c, "AWS_PROFILE", "p");
    case_expect_found(&c, "ENVIRONMENT", KEY, NULL, -1, "the environment");
    c.options.profile = "p";
    case_expect_found(&c, "BASE", KEY, NULL, -1, "the profile \"p\"");
    case_end(&c);
}

static void the_credentials_file_wins_key_by_key(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_write(&c, ".aws/credentials", "[p]\naws_access_key_id = CREDENTIALS\n");
    case_write(&c, ".aws/config", "[p]\nignored = 1\n[profile p]\n" KEYS);
    case_set(&c, "AWS_PROFILE", "p");
    case_expect_found(&c, "CREDENTIALS", KEY, NULL, -1, "the profile \"p\"");
    case_end(&c);
}

static void what_is_broken_is_said(void **state)
{
    static const struct {
        const char *config;
        const char *message;
    } wrong[] = {
        {"[profile p]\naws_access_key_id = A\n",
         "the profile \"p\" has aws_access_key_id but not aws_secret_access_key"},
        {"[profile p]\naws_secret_access_key = " KEY "\n",
         "the profile \"p\" has aws_secret_access_key but not aws_access_key_id"},
        {"[profile p]\naws_access_key_id = A B\naws_secret_access_key = " KEY "\n",
         "the access key id from the profile \"p\" holds a space"},
        {"[profile q]\n", "the profile \"p\" (AWS_PROFILE) is not in"},
        {"[profile p]\n" MARK "\n", "/.aws/config line 2 is neither a section"},
        {"[profile p]\nrole_arn = r\n", "the profile \"p\" has role_arn, but none of"},
        {"[profile p]\nrole_arn = r\nsource_profile = q\n",
         "the profile \"p\" has a source_profile that does not exist: \"q\""},
        {"[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\n",
         "the profile \"p\" has a source_profile without credentials: \"q\""},
        {"[profile p]\nrole_arn = r\nsource_profile = p\n",
         "the profile \"p\" closes a circle of source_profile"},
        {"[profile p]\nrole_arn=r\nsource_profile=q\n[profile q]\nrole_arn=r\nsource_profile=p\n",
         "the profile \"q\" closes a circle of source_profile"},
        {"[profile p]\nrole_arn=r\nsource_profile=q\ncredential_source=Environment\n",
         "the profile \"p\" has source_profile and credential_source"},
        {"[profile p]\nrole_arn=r\ncredential_source=Elsewhere\n",
         "the profile \"p\" has a credential_source that is none of"},
        {"[profile p]\nrole_arn=r\ncredential_source=Environment\n",
         "has credential_source = Environment, but AWS_ACCESS_KEY_ID and"},
        {"[profile p]\nrole_arn=r\ncredential_source=EcsContainer\n",
         "has credential_source = EcsContainer, but AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and"},
        {"[profile p]\nrole_arn=r\ncredential_source=Ec2InstanceMetadata\n",
         "has credential_source = Ec2InstanceMetadata, but AWS_EC2_METADATA_DISABLED is true"},
        {"[profile p]\nrole_arn=r\ncredential_source=Environment\nmfa_serial=arn\n",
         "the profile \"p\" has mfa_serial, but ddblock cannot ask for a code"},
        {"[profile p]\nweb_identity_token_file=/x\n",
         "the profile \"p\" has web_identity_token_file but not role_arn"},
        {"[profile p]\nlogin_session = s\n", "the profile \"p\" has login_session"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct credentials_case c;

        case_begin(&c);
        case_set(&c, "AWS_PROFILE", "p");
        case_write(&c, ".aws/config", wrong[i].config);
        case_ask(&c);
        assert_int_equal(c.answer, CREDENTIALS_FAILED);
        if (strstr(c.error.message, wrong[i].message) == NULL) {
            fail_msg("\"%s\" is not in \"%s\"", wrong[i].message, c.error.message);
        }
        case_end(&c);
    }
}

static void a_profile_without_credentials_is_no_mistake(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_write(&c, ".aws/config", "[default]\nregion = eu-west-1\n");
    case_expect_absent(&c, "the profile \"default\" has none; ");
    case_end(&c);
}

static void a_chain_of_roles(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, REPLY("FIRST"));
    case_reply(&c, 200, REPLY("SECOND"));
    case_serve(&c);
    case_set(&c, "AWS_ENDPOINT_URL_STS", c.url);
    case_set(&c, "AWS_PROFILE", "a");
    case_write(&c, ".aws/credentials", "[c]\n" KEYS);
    case_write(&c, ".aws/config",
               "[profile a]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111122223333:role/a\n"
               "source_profile = b\nrole_session_name = me@home\nexternal_id = x/1\n"
               "duration_seconds = 900\n"
               "[profile b]\nrole_arn = arn:aws:iam::111122223333:role/b\nsource_profile = c\n"
               "region = eu-west-2\n"
               "[profile c]\nrole_arn = never\nsource_profile = a\n");
    case_expect_found(&c, "SECOND", KEY, TOKEN, FUTURE_MS, "the profile \"a\"");
    assert_string_equal(c.credentials->account_id, "111122223333");
    case_expect_request(&c, 0, "POST / HTTP/1.1\r\n");
    case_expect_request(&c, 0, "Credential=BASE/");
    case_expect_request(&c, 0,
                        "/eu-west-2/sts/aws4_request, "
                        "SignedHeaders=content-type;host;x-amz-date, Signature=");
    case_expect_request(&c, 0,
                        "\r\n\r\nAction=AssumeRole&Version=2011-06-15&RoleArn="
                        "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fb&RoleSessionName="
                        "ddblock-");
    case_expect_request(&c, 1, "Credential=FIRST/");
    case_expect_request(&c, 1,
                        "/eu-west-1/sts/aws4_request, "
                        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, ");
    case_expect_request(&c, 1, "\r\nX-Amz-Security-Token: " TOKEN "\r\n");
    case_expect_request(&c, 1, "&RoleSessionName=me%40home&DurationSeconds=900&ExternalId=x%2F1");
    case_end(&c);
}

/* As in the SDKs: the profile's own role goes before its keys, which it lends to that role. */
static void a_profile_that_is_its_own_source(void **state)
{
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, REPLY("ROLE"));
    case_serve(&c);
    case_set(&c, "AWS_ENDPOINT_URL", c.url);
    case_write(&c, ".aws/config", "[default]\nrole_arn = r\nsource_profile = default\n" KEYS);
    case_expect_found(&c, "ROLE", KEY, TOKEN, FUTURE_MS, "the profile \"default\"");
    case_expect_request(&c, 0, "Credential=BASE/");
    case_expect_request(&c, 0, "/us-east-1/sts/");
    case_end(&c);
}

static void the_environment_as_the_source_of_a_role(void **state)
{
    struct credentials_case c;
    char config[256];

    (void)state;
    case_begin(&c);
    case_reply(&c, 200, REPLY("ROLE"));
    case_serve(&c);
    snprintf(config, sizeof(config),
             "[profile p]\nrole_arn=r\ncredential_source=Environment\nservices = local\n"
             "[services local]\ndynamodb =\n  endpoint_url = http://x\nsts = \n"
             "  endpoint_url = %s\n",
             c.url);
    case_write(&c, ".aws/config", config);
    case_set(&c, "AWS_ACCESS_KEY_ID", "ENVIRONMENT");
    case_set(&c, "AWS_SECRET_ACCESS_KEY", KEY);
    c.options.profile = "p";
    c.options.region = "ap-south-1";
    case_expect_found(&c, "ROLE", KEY, TOKEN, FUTURE_MS, "the profile \"p\"");
    case_expect_request(&c, 0, "Credential=ENVIRONMENT/");
    case_expect_request(&c, 0, "/ap-south-1/sts/");
    case_end(&c);
}

static void too_many_roles(void **state)
{
    struct credentials_case c;
    char config[4096] = "[default]\nrole_arn = r\nsource_profile = p1\n";

    (void)state;
    for (int i = 1; i < 12; i++) {
        size_t size = strlen(config);

        snprintf(config + size, sizeof(config) - size,
                 "[profile p%d]\nrole_arn = r\nsource_profile = p%d\n", i, i + 1);
    }
    case_begin(&c);
    case_write(&c, ".aws/config", config);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "the profile \"p8\" is the ninth in a row");
    case_end(&c);
}

static void sts_refuses(void **state)
{
    static const struct {
        int status;
        const char *body;
        ddblock_status failure;
        const char *message;
    } refusals[] = {
        {403,
         "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is "
         "not "
         "authorized &amp; so on\x1B[1m</Message></Error></ErrorResponse>",
         DDBLOCK_NO_CREDENTIALS,
         "the profile \"default\": STS does not give the role: AccessDenied: User: x is not "
         "authorized & so on\\x1B[1m"},
        {400, "<Error><Code>X</Code><Message>you sent " TOKEN "</Message></Error>",
         DDBLOCK_NO_CREDENTIALS, "STS does not give the role: X"},
        {403, MARK, DDBLOCK_NO_CREDENTIALS, "STS does not give the role: HTTP status 403"},
        {200, "", DDBLOCK_NO_CREDENTIALS, "what came from STS holds no credentials"},
        {200, "<a><Credentials><AccessKeyId>" MARK "</a>", DDBLOCK_NO_CREDENTIALS,
         "what came from STS holds no credentials"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct credentials_case c;

        case_begin(&c);
        case_reply(&c, refusals[i].status, refusals[i].body);
        case_serve(&c);
        case_set(&c, "AWS_ENDPOINT_URL_STS", c.url);
        case_write(&c, ".aws/config",
                   "[default]\nrole_arn = r\nsource_profile = default\n" KEYS
                   "aws_session_token = " TOKEN "\n");
        case_expect_failed(&c, refusals[i].failure, refusals[i].message);
        case_expect_requests(&c, 1);
        case_end(&c);
    }
}

static void web_identity(void **state)
{
    struct credentials_case c;
    char path[256];
    char config[512];

    (void)state;
    case_begin(&c);
    case_reply(&c, 500, "");
    case_reply(&c, 200, REPLY("PROFILE"));
    case_reply(&c, 200, REPLY("ENVIRONMENT"));
    case_reply(&c, 400,
               "<E><Error><Code>InvalidIdentityToken</Code><Message>bad " MARK
               ".token2</Message></Error></E>");
    case_serve(&c);
    case_set(&c, "AWS_ENDPOINT_URL_STS", c.url);
    folder_put(&c.folder, "token", MARK ".token1\n", path);
    snprintf(config, sizeof(config),
             "[profile p]\nrole_arn = arn:p\nweb_identity_token_file = %s\n", path);
    case_write(&c, ".aws/config", config);
    c.options.profile = "p";
    case_expect_found(&c, "PROFILE", KEY, TOKEN, FUTURE_MS, "the profile \"p\"");
    case_expect_request(&c, 1,
                        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Ap"
                        "&RoleSessionName=ddblock-");
    case_expect_request(&c, 1, "&WebIdentityToken=" MARK ".token1");
    case_expect_not_in_request(&c, 1, "Authorization");

    c.options.profile = NULL;
    case_set(&c, "AWS_WEB_IDENTITY_TOKEN_FILE", path);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS,
                       "the environment has AWS_WEB_IDENTITY_TOKEN_FILE but not AWS_ROLE_ARN");
    case_set(&c, "AWS_ROLE_ARN", "arn:e");
    case_set(&c, "AWS_ROLE_SESSION_NAME", "me");
    folder_put(&c.folder, "token", MARK ".token2", path);
    case_expect_found(&c, "ENVIRONMENT", KEY, TOKEN, FUTURE_MS,
                      "the web identity of the environment");
    case_expect_request(&c, 2, "&RoleSessionName=me&WebIdentityToken=" MARK ".token2");
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS,
                       "STS does not give the role: InvalidIdentityToken");
    folder_put(&c.folder, "token", "\n" MARK, path);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "/token is empty");
    case_set(&c, "AWS_WEB_IDENTITY_TOKEN_FILE", c.folder.path);
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, " is no regular file");
    case_end(&c);
}

static void a_process(void **state)
{
    static const struct {
        const char *command;
        const char *message; /* NULL: it works */
    } commands[] = {
        {"printf '{\"Version\":1,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"%s\","
         "\"SessionToken\":\"%s\",\"Expiration\":\"" FUTURE "\"}' '" KEY "' '" TOKEN "'",
         NULL},
        {"echo " MARK "; exit 3", "the credential_process of the profile \"default\" failed with "
                                  "exit status 3"},
        {"kill -9 $$", "the credential_process of the profile \"default\" was ended by signal 9"},
        {"echo " MARK, "is not the JSON of credentials"},
        {"printf '{\"Version\":2,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" MARK "\"}'",
         "does not say \"Version\": 1"},
        {"printf '{\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" MARK "\"}'",
         "does not say \"Version\": 1"},
        {"printf '{\"Version\":1,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" MARK
         "\",\"Expiration\":\"2001-01-01T00:00:00Z\"}'",
         "gives credentials that have expired"},
        {"yes " MARK, "gives more than 64 KiB"},
        {"/nowhere/" MARK " 2>/dev/null", "failed with exit status 127"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct credentials_case c;
        char config[512];

        case_begin(&c);
        snprintf(config, sizeof(config), "[default]\ncredential_process = %s\n",
                 commands[i].command);
        case_write(&c, ".aws/config", config);
        if (commands[i].message == NULL) {
            case_expect_found(&c, "ID", KEY, TOKEN, FUTURE_MS,
                              "the credential_process of the profile \"default\"");
        } else {
            case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, commands[i].message);
        }
        case_end(&c);
    }
}

static void a_credentials_file_that_others_can_read(void **state)
{
    struct credentials_case c;
    char path[256];
    char chmod[300];

    (void)state;
    case_begin(&c);
    folder_put(&c.folder, ".aws/credentials", "[default]\n" KEYS, path);
    case_ask(&c);
    assert_null(strstr(c.log, "chmod"));
    snprintf(chmod, sizeof(chmod), "chmod 644 %s", path);
    assert_int_equal(system(chmod), 0);
    case_ask(&c);
    assert_int_equal(c.answer, CREDENTIALS_FOUND);
    assert_non_null(strstr(c.log, "/.aws/credentials may be read or changed by other users; chmod "
                                  "600 mends that"));
    case_end(&c);
}

static ddblock_status give(void *user, ddblock_credentials *ret_credentials, ddblock_error *error)
{
    const ddblock_credentials *given = user;

    assert_int_equal(ret_credentials->size, sizeof(*given));
    assert_int_equal(ret_credentials->expires_unix_ms, -1);
    if (given == NULL) {
        strcpy(error->message, "the vault is sealed\n");
        return DDBLOCK_UNAVAILABLE;
    }
    *ret_credentials = *given;
    return DDBLOCK_OK;
}

static void a_function_of_the_program(void **state)
{
    ddblock_credentials given = {.access_key_id = "ID",
                                 .secret_access_key = KEY,
                                 .session_token = TOKEN,
                                 .expires_unix_ms = 5};
    struct credentials_case c;

    (void)state;
    case_begin(&c);
    case_set(&c, "AWS_ACCESS_KEY_ID", "ENVIRONMENT");
    case_set(&c, "AWS_SECRET_ACCESS_KEY", KEY);
    c.options.credentials = give;
    c.options.credentials_user = &given;
    case_expect_found(&c, "ID", KEY, TOKEN, 5, "the program's function");
    given.access_key_id = NULL;
    case_expect_failed(&c, DDBLOCK_NO_CREDENTIALS, "the program's function gave no access_key_id");
    c.options.credentials_user = NULL;
    case_expect_failed(&c, DDBLOCK_UNAVAILABLE, "the vault is sealed\\x0A");
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(static_keys),
        cmocka_unit_test(the_environment_yields_to_the_option_only),
        cmocka_unit_test(the_credentials_file_wins_key_by_key),
        cmocka_unit_test(what_is_broken_is_said),
        cmocka_unit_test(a_profile_without_credentials_is_no_mistake),
        cmocka_unit_test(a_chain_of_roles),
        cmocka_unit_test(a_profile_that_is_its_own_source),
        cmocka_unit_test(the_environment_as_the_source_of_a_role),
        cmocka_unit_test(too_many_roles),
        cmocka_unit_test(sts_refuses),
        cmocka_unit_test(web_identity),
        cmocka_unit_test(a_process),
        cmocka_unit_test(a_credentials_file_that_others_can_read),
        cmocka_unit_test(a_function_of_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
