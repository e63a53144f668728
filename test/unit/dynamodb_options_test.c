/* dynamodb_options_test.c - which options of a DynamoDB store are taken. */
#include "support/testing.h"

#include "store/dynamodb_options.h"

static ddblock_dynamodb_options options_for(const char *table)
{
    ddblock_dynamodb_options options;

    ddblock_dynamodb_options_init(&options);
    options.lock_table = table;
    return options;
}

static ddblock_status read_options(const ddblock_dynamodb_options *options, ddblock_error *error)
{
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};

    *error = (ddblock_error){0};
    return dynamodb_options_read(options, &checked, &table, error);
}

static void assert_taken(const ddblock_dynamodb_options *options)
{
    ddblock_error error;

    if (read_options(options, &error) != DDBLOCK_OK) {
        fail_msg("refused: %s", error.message);
    }
}

static void assert_refused(const ddblock_dynamodb_options *options, const char *words)
{
    ddblock_error error;

    assert_int_equal(read_options(options, &error), DDBLOCK_INVALID);
    assert_int_equal(error.status, DDBLOCK_INVALID);
    if (strstr(error.message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.message, words);
    }
}

static void defaults_are_filled_in(void **state)
{
    ddblock_dynamodb_options options = options_for("locks");
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};

    (void)state;
    assert_int_equal(dynamodb_options_read(&options, &checked, &table, NULL), DDBLOCK_OK);
    assert_string_equal(table.name, "locks");
    assert_string_equal(table.partition_key, "id");
    assert_false(dynamodb_table_has_sort_key(&table));
    assert_int_equal(checked.max_connections, 128);
    assert_int_equal(checked.size, sizeof(checked));
}

static void options_of_another_version_are_read(void **state)
{
    struct {
        ddblock_dynamodb_options known;
        char later[64];
    } longer;
    ddblock_dynamodb_options options = options_for("locks");
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};

    (void)state;
    memset(&longer, 0xA5, sizeof(longer));
    longer.known = options;
    longer.known.size = sizeof(longer);
    assert_int_equal(dynamodb_options_read(&longer.known, &checked, &table, NULL), DDBLOCK_OK);

    options.sort_key = "s";
    options.max_connections = 99999;
    options.size = offsetof(ddblock_dynamodb_options, sort_key);
    assert_int_equal(dynamodb_options_read(&options, &checked, &table, NULL), DDBLOCK_OK);
    assert_null(checked.sort_key);
    assert_int_equal(checked.max_connections, 128);

    options.size = 0;
    assert_refused(&options, "ddblock_dynamodb_options_init");
    assert_refused(NULL, "ddblock_dynamodb_options_init");
}

static void table_names_follow_the_rules_of_aws(void **state)
{
    static const char *const bad[] = {
        "a b",
        "a/b",
        "t\xC3\xA4",
        "a\"",
        "a:b",
        "arn:aws:s3:::bucket",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/a/index/b",
        "arn:aws:s3:eu-west-1:123456789012:table/a",
        "xarn:aws:dynamodb:eu-west-1:123456789012:table/a",
        "arn:aws:dynamodb:eu west-1:123456789012:table/a",
        "arn:aws:dynamodb:eu-west-1/:123456789012:table/a",
    };
    char name[1200] = "";
    ddblock_dynamodb_options options = options_for(name);

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        options.lock_table = bad[i];
        assert_refused(&options, "lock_table must be 1 to 255");
    }
    options.lock_table = NULL;
    assert_refused(&options, "lock_table");
    options.lock_table = "";
    assert_refused(&options, "lock_table");
    options.lock_table = "aZ0_.-";
    assert_taken(&options);
    options.lock_table = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/a.b-c_d";
    assert_taken(&options);

    options.lock_table = name;
    (void)snprintf(name, sizeof(name), "%0255d", 0);
    assert_taken(&options);
    (void)snprintf(name, sizeof(name), "%0256d", 0);
    assert_refused(&options, "lock_table");
    (void)snprintf(name, sizeof(name), "arn:aws:dynamodb:%0800d:%0192d:table/x", 0, 0);
    assert_int_equal(strlen(name), 1018);
    assert_taken(&options);
    (void)snprintf(name, sizeof(name), "arn:aws:dynamodb:%0800d:%0199d:table/x", 0, 0);
    assert_refused(&options, "lock_table");
}

static void key_names_are_checked(void **state)
{
    static const char *const reserved[] = {"fencingToken", "leaseDurationMs",
                                           "lockAcquiredTimeUnixMs", "owner", "guid"};
    char name[300] = "";
    ddblock_dynamodb_options options = options_for("locks");

    (void)state;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        options.partition_key = reserved[i];
        options.sort_key = NULL;
        assert_refused(&options, "partition_key must not be");
        options.partition_key = "id";
        options.sort_key = reserved[i];
        assert_refused(&options, "sort_key must not be");
    }
    options.sort_key = "id";
    assert_refused(&options, "sort_key must differ from partition_key");
    options.sort_key = "";
    assert_refused(&options, "sort_key must be 1 to 255");
    options.sort_key = "\xFF";
    assert_refused(&options, "sort_key must be 1 to 255 bytes of UTF-8");
    options.sort_key = "Owner";
    assert_taken(&options);
    options.partition_key = "";
    assert_refused(&options, "partition_key must be 1 to 255");
    options.partition_key = name;
    (void)snprintf(name, sizeof(name), "%0255d", 0);
    assert_taken(&options);
    (void)snprintf(name, sizeof(name), "%0256d", 0);
    assert_refused(&options, "partition_key must be 1 to 255");
}

static void connections_are_bounded(void **state)
{
    ddblock_dynamodb_options options = options_for("locks");

    (void)state;
    options.max_connections = 1024;
    assert_taken(&options);
    options.max_connections = 1025;
    assert_refused(&options, "max_connections must be 1 to 1024");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(options_of_another_version_are_read),
        cmocka_unit_test(table_names_follow_the_rules_of_aws),
        cmocka_unit_test(key_names_are_checked),
        cmocka_unit_test(connections_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
