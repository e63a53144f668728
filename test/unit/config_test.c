/* config_test.c - AWS's shared files, where they lie and which of them says what. */
#include "support/testing.h"

#include <sys/stat.h>
#include <unistd.h>

#include "aws/config.h"
#include "support/fake_environment.h"
#include "support/folder.h"

static const ddblock_dynamodb_options no_options;

/* Loads what this environment names. NULL: it cannot be. */
static struct aws_config *load(const struct environment *environment, ddblock_error *error)
{
    struct aws_settings *settings = aws_settings_create(&no_options, environment);
    struct aws_config *config = NULL;

    assert_non_null(settings);
    if (aws_config_load(settings, &config, error) != DDBLOCK_OK) {
        assert_null(config);
    }
    aws_settings_destroy(settings);
    return config;
}

static void where_they_lie(void **state)
{
    struct folder folder;
    struct aws_config *config;
    ddblock_error error = {0};
    char path[256];

    (void)state;
    folder_make(&folder);
    folder_put(&folder, ".aws/config", "[default]\nk = home\n", NULL);
    folder_put(&folder, "other", "[default]\nk = other\n", path);

    config = load(FAKE_ENVIRONMENT("HOME", folder.path), &error);
    assert_string_equal(aws_config_profile(config, "default", "k"), "home");
    aws_config_destroy(config);
    config = load(FAKE_ENVIRONMENT("HOME", folder.path, "AWS_CONFIG_FILE", path), &error);
    assert_string_equal(aws_config_profile(config, "default", "k"), "other");
    aws_config_destroy(config);
    config = load(FAKE_ENVIRONMENT("HOME", folder.path, "AWS_CONFIG_FILE", "~/other"), &error);
    assert_string_equal(aws_config_profile(config, "default", "k"), "other");
    assert_string_equal(aws_config_names(config), "~/other and ~/.aws/credentials");
    aws_config_destroy(config);
    config = load(FAKE_ENVIRONMENT("AWS_PROFILE", "x"), &error);
    assert_false(aws_config_has_profile(config, "default"));
    aws_config_destroy(config);
    config = load(FAKE_ENVIRONMENT("AWS_CONFIG_FILE", "/nowhere"), &error);
    assert_non_null(config);
    aws_config_destroy(config);
    assert_null(load(FAKE_ENVIRONMENT("AWS_CONFIG_FILE", folder.path), &error));
    assert_int_equal(error.status, DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, " is no regular file"));
    folder_remove(&folder);
}

static void who_may_not_look(void **state)
{
    struct folder folder;
    struct aws_config *config;
    ddblock_error error = {0};
    char path[256];

    (void)state;
    if (geteuid() == 0) {
        skip(); /* who may look at everything */
    }
    folder_make(&folder);
    folder_put(&folder, ".aws/config", "[default]\n", path);
    assert_int_equal(chmod(path, 0), 0);
    config = load(FAKE_ENVIRONMENT("HOME", folder.path), &error);
    assert_non_null(config);
    aws_config_destroy(config);
    assert_null(load(FAKE_ENVIRONMENT("AWS_CONFIG_FILE", path), &error));
    assert_non_null(strstr(error.message, " may not be read by this user"));
    folder_remove(&folder);
}

static void profiles_and_sections(void **state)
{
    struct folder folder;
    struct aws_config *config;
    ddblock_error error = {0};

    (void)state;
    folder_make(&folder);
    folder_put(&folder, ".aws/config",
               "[default]\na = plain\nb = plain\n[profile default]\na = named\n"
               "[profile x]\nservices = s\nendpoint_url = http://own\na =\n"
               "[y]\na = 1\n"
               "[sso-session x]\na = session\n"
               "[services s]\nsts =\n  endpoint_url = http://sts\n",
               NULL);
    folder_put(&folder, ".aws/credentials", "[z]\na = 1\n[profile w]\n", NULL);
    config = load(FAKE_ENVIRONMENT("HOME", folder.path), &error);
    assert_non_null(config);
    assert_string_equal(aws_config_profile(config, "default", "a"), "named");
    assert_string_equal(aws_config_profile(config, "default", "b"), "plain");
    assert_null(aws_config_profile(config, "x", "a"));
    assert_true(aws_config_has_profile(config, "x"));
    assert_false(aws_config_has_profile(config, "y"));
    assert_true(aws_config_has_profile(config, "z"));
    assert_false(aws_config_has_profile(config, "w"));
    assert_string_equal(aws_config_section(config, "sso-session", "x", "a"), "session");
    assert_string_equal(aws_config_endpoint(config, "x", "sts"), "http://sts");
    assert_string_equal(aws_config_endpoint(config, "x", "sso"), "http://own");
    assert_null(aws_config_endpoint(config, "default", "sts"));
    aws_config_destroy(config);
    folder_remove(&folder);
}

/* What the program does with its environment and its strings later on changes nothing. */
static void settings_are_copies(void **state)
{
    const char *variables[] = {"AWS_PROFILE", "x", NULL};
    const struct environment environment = {fake_environment_get, variables};
    char region[] = "eu-west-1";
    const ddblock_dynamodb_options options = {.region = region, .lock_table = "t"};
    struct aws_settings *settings = aws_settings_create(&options, &environment);

    (void)state;
    assert_non_null(settings);
    variables[1] = "y";
    region[0] = 'X';
    assert_string_equal(aws_settings_profile(settings), "x");
    assert_string_equal(settings->options.region, "eu-west-1");
    assert_null(settings->options.lock_table);
    aws_settings_destroy(settings);
    aws_settings_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_they_lie),
        cmocka_unit_test(who_may_not_look),
        cmocka_unit_test(profiles_and_sections),
        cmocka_unit_test(settings_are_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
