/* credentials_test.c - which credentials are taken, from where, and what is said of none. */
#include "support/testing.h"

#include "aws/credentials.h"
#include "support/fake_environment.h"

#define SECRET "s3cret/S3CRET"
#define TOKEN  "t0ken=="

/* Asks the chain. What it found is in *ret_credentials, to be destroyed. */
static enum credentials_answer find(const ddblock_dynamodb_options *options,
                                    const struct environment *environment,
                                    struct credentials **ret_credentials, ddblock_error *error)
{
    struct credentials_source *chain = credentials_chain_create(options, environment);
    enum credentials_answer answer;

    assert_non_null(chain);
    answer = credentials_source_get(chain, ret_credentials, error);
    credentials_source_destroy(chain);
    return answer;
}

static void expect_found(const ddblock_dynamodb_options *options,
                         const struct environment *environment, const char *id, const char *secret,
                         const char *token)
{
    struct credentials *credentials = NULL;
    ddblock_error error = {0};

    if (find(options, environment, &credentials, &error) != CREDENTIALS_FOUND) {
        fail_msg("%s", error.message);
    }
    assert_string_equal(credentials->access_key_id, id);
    assert_string_equal(credentials->secret_access_key, secret);
    if (token == NULL) {
        assert_null(credentials->session_token);
    } else {
        assert_string_equal(credentials->session_token, token);
    }
    credentials_destroy(credentials);
}

static void expect_none(const ddblock_dynamodb_options *options,
                        const struct environment *environment, enum credentials_answer answer,
                        const char *message)
{
    struct credentials *credentials = NULL;
    ddblock_error error = {0};

    assert_int_equal(find(options, environment, &credentials, &error), answer);
    assert_null(credentials);
    assert_int_equal(error.status, DDBLOCK_NO_CREDENTIALS);
    assert_string_equal(error.message, message);
}

static void the_environment(void **state)
{
    const ddblock_dynamodb_options options = {0};

    (void)state;
    expect_found(&options,
                 FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET), "ID",
                 SECRET, NULL);
    expect_found(&options,
                 FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET,
                                  "AWS_SESSION_TOKEN", TOKEN),
                 "ID", SECRET, TOKEN);
    expect_found(&options,
                 FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET,
                                  "AWS_SESSION_TOKEN", ""),
                 "ID", SECRET, NULL);
}

static void what_the_environment_says_of_them(void **state)
{
    const ddblock_dynamodb_options options = {0};
    struct credentials *credentials = NULL;
    ddblock_error error = {0};

    (void)state;
    assert_int_equal(
        find(&options,
             FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET,
                              "AWS_CREDENTIAL_EXPIRATION", "2001-09-09T01:46:40Z", "AWS_ACCOUNT_ID",
                              "111122223333"),
             &credentials, &error),
        CREDENTIALS_FOUND);
    assert_int_equal(credentials->expires_unix_ms, INT64_C(1000000000000));
    assert_string_equal(credentials->account_id, "111122223333");
    assert_string_equal(credentials->source, "the environment");
    credentials_destroy(credentials);
    expect_none(&options,
                FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET,
                                 "AWS_CREDENTIAL_EXPIRATION", "soon"),
                CREDENTIALS_FAILED,
                "AWS_CREDENTIAL_EXPIRATION is no instant; one looks like "
                "\"2026-11-25T08:30:00Z\"");
    expect_none(&options,
                FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET,
                                 "AWS_ACCOUNT_ID", "1111.2222.33"),
                CREDENTIALS_FAILED, "the account id from the environment is not 12 digits");
}

static void options_go_first_and_take_no_token_from_the_environment(void **state)
{
    ddblock_dynamodb_options options = {.access_key_id = "MINE", .secret_access_key = "mine"};
    const struct environment *environment = FAKE_ENVIRONMENT(
        "AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET, "AWS_SESSION_TOKEN", TOKEN);

    (void)state;
    expect_found(&options, environment, "MINE", "mine", NULL);
    options.session_token = "also";
    expect_found(&options, environment, "MINE", "mine", "also");
}

static void none_at_all_names_every_source(void **state)
{
    const ddblock_dynamodb_options options = {0};
    static const char message[] =
        "no credentials: the options access_key_id and secret_access_key are not given; "
        "the option credentials is not given; "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; "
        "the profile \"default\" is not in ~/.aws/config and ~/.aws/credentials; "
        "AWS_WEB_IDENTITY_TOKEN_FILE is not set; "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set; "
        "AWS_EC2_METADATA_DISABLED is true";

    (void)state;
    expect_none(&options, FAKE_ENVIRONMENT("AWS_EC2_METADATA_DISABLED", "true"), CREDENTIALS_ABSENT,
                message);
    expect_none(&options,
                FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "", "AWS_SESSION_TOKEN", TOKEN,
                                 "AWS_EC2_METADATA_DISABLED", "TRUE"),
                CREDENTIALS_ABSENT, message);
}

static void half_a_pair_names_what_is_missing(void **state)
{
    ddblock_dynamodb_options options = {0};
    const struct environment *full =
        FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID", "AWS_SECRET_ACCESS_KEY", SECRET);

    (void)state;
    expect_none(&options, FAKE_ENVIRONMENT("AWS_ACCESS_KEY_ID", "ID"), CREDENTIALS_FAILED,
                "the environment has AWS_ACCESS_KEY_ID but not AWS_SECRET_ACCESS_KEY; set both or "
                "neither");
    expect_none(&options, FAKE_ENVIRONMENT("AWS_SECRET_ACCESS_KEY", SECRET), CREDENTIALS_FAILED,
                "the environment has AWS_SECRET_ACCESS_KEY but not AWS_ACCESS_KEY_ID; set both or "
                "neither");
    options.access_key_id = "ID";
    expect_none(&options, full, CREDENTIALS_FAILED,
                "the option access_key_id is given without secret_access_key; give both or "
                "neither");
    options = (ddblock_dynamodb_options){.secret_access_key = SECRET};
    expect_none(&options, full, CREDENTIALS_FAILED,
                "the option secret_access_key is given without access_key_id; give both or "
                "neither");
    options = (ddblock_dynamodb_options){.session_token = TOKEN};
    expect_none(&options, full, CREDENTIALS_FAILED,
                "the option session_token is given without access_key_id and secret_access_key; "
                "give all or none");
}

static void what_could_break_a_header_is_refused_and_not_quoted(void **state)
{
    char long_id[CREDENTIALS_ID_SIZE_MAX + 2];
    const struct {
        const char *id;
        const char *secret;
        const char *token;
        const char *message;
    } wrong[] = {
        {"I\r\nX: 1", SECRET, NULL,
         "the access key id from the options holds a space, a line break or another character "
         "that it cannot have"},
        {"A/B", SECRET, NULL,
         "the access key id from the options holds a space, a line break or another character "
         "that it cannot have"},
        {"ID", SECRET "\n", NULL,
         "the secret access key from the options holds a space, a line break or another character "
         "that it cannot have"},
        {"ID", SECRET, TOKEN "\r",
         "the session token from the options holds a space, a line break or another character "
         "that it cannot have"},
        {"", SECRET, NULL, "the access key id from the options is empty"},
        {"ID", "", NULL, "the secret access key from the options is empty"},
        {"ID", SECRET, "", "the session token from the options is empty"},
        {long_id, SECRET, NULL, "the access key id from the options is too long"},
    };

    (void)state;
    memset(long_id, 'A', sizeof(long_id));
    long_id[sizeof(long_id) - 1] = '\0';
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const ddblock_dynamodb_options options = {.access_key_id = wrong[i].id,
                                                  .secret_access_key = wrong[i].secret,
                                                  .session_token = wrong[i].token};

        expect_none(&options, FAKE_ENVIRONMENT(NULL), CREDENTIALS_FAILED, wrong[i].message);
    }
    long_id[CREDENTIALS_ID_SIZE_MAX] = '\0';
    expect_found(&(ddblock_dynamodb_options){.access_key_id = long_id, .secret_access_key = SECRET},
                 FAKE_ENVIRONMENT(NULL), long_id, SECRET, NULL);
}

static void nothing_to_destroy(void **state)
{
    (void)state;
    credentials_destroy(NULL);
    credentials_source_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment),
        cmocka_unit_test(what_the_environment_says_of_them),
        cmocka_unit_test(options_go_first_and_take_no_token_from_the_environment),
        cmocka_unit_test(none_at_all_names_every_source),
        cmocka_unit_test(half_a_pair_names_what_is_missing),
        cmocka_unit_test(what_could_break_a_header_is_refused_and_not_quoted),
        cmocka_unit_test(nothing_to_destroy),
    };

    return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
