/* endpoint_test.c - where DynamoDB is, by region, account and switches.
 *
 * The table was made by running the rules of @aws-sdk/client-dynamodb, November 2026. */
#include "support/testing.h"

#include "aws/endpoint.h"

#define ACCOUNT "111122223333"

struct row {
    const char *region;
    const char *plain;
    const char *dual_stack;
    const char *fips;
    const char *fips_dual_stack;
    const char *account; /* NULL: its accounts have no endpoints */
    const char *account_dual_stack;
};

static const struct row ROWS[] = {
    {"us-east-1", "dynamodb.us-east-1.amazonaws.com", "dynamodb.us-east-1.api.aws",
     "dynamodb-fips.us-east-1.amazonaws.com", "dynamodb-fips.us-east-1.api.aws",
     ACCOUNT ".ddb.us-east-1.amazonaws.com", ACCOUNT ".ddb.us-east-1.api.aws"},
    {"xx-new-1", "dynamodb.xx-new-1.amazonaws.com", "dynamodb.xx-new-1.api.aws",
     "dynamodb-fips.xx-new-1.amazonaws.com", "dynamodb-fips.xx-new-1.api.aws",
     ACCOUNT ".ddb.xx-new-1.amazonaws.com", ACCOUNT ".ddb.xx-new-1.api.aws"},
    {"cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn",
     "dynamodb.cn-north-1.api.amazonwebservices.com.cn",
     "dynamodb-fips.cn-north-1.amazonaws.com.cn",
     "dynamodb-fips.cn-north-1.api.amazonwebservices.com.cn",
     ACCOUNT ".ddb.cn-north-1.amazonaws.com.cn",
     ACCOUNT ".ddb.cn-north-1.api.amazonwebservices.com.cn"},
    {"us-gov-west-1", "dynamodb.us-gov-west-1.amazonaws.com", "dynamodb.us-gov-west-1.api.aws",
     "dynamodb.us-gov-west-1.amazonaws.com", "dynamodb-fips.us-gov-west-1.api.aws",
     ACCOUNT ".ddb.us-gov-west-1.amazonaws.com", ACCOUNT ".ddb.us-gov-west-1.api.aws"},
    {"us-iso-east-1", "dynamodb.us-iso-east-1.c2s.ic.gov", "dynamodb.us-iso-east-1.api.aws.ic.gov",
     "dynamodb-fips.us-iso-east-1.c2s.ic.gov", "dynamodb-fips.us-iso-east-1.api.aws.ic.gov", NULL,
     NULL},
    {"us-isob-east-1", "dynamodb.us-isob-east-1.sc2s.sgov.gov",
     "dynamodb.us-isob-east-1.api.aws.scloud", "dynamodb-fips.us-isob-east-1.sc2s.sgov.gov",
     "dynamodb-fips.us-isob-east-1.api.aws.scloud", NULL, NULL},
    {"us-isof-south-1", "dynamodb.us-isof-south-1.csp.hci.ic.gov",
     "dynamodb.us-isof-south-1.api.aws.hci.ic.gov", "dynamodb-fips.us-isof-south-1.csp.hci.ic.gov",
     "dynamodb-fips.us-isof-south-1.api.aws.hci.ic.gov", NULL, NULL},
    {"eu-isoe-west-1", "dynamodb.eu-isoe-west-1.cloud.adc-e.uk",
     "dynamodb.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
     "dynamodb-fips.eu-isoe-west-1.cloud.adc-e.uk",
     "dynamodb-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk", NULL, NULL},
    {"eusc-de-east-1", "dynamodb.eusc-de-east-1.amazonaws.eu",
     "dynamodb.eusc-de-east-1.api.amazonwebservices.eu",
     "dynamodb-fips.eusc-de-east-1.amazonaws.eu",
     "dynamodb-fips.eusc-de-east-1.api.amazonwebservices.eu", NULL, NULL},
};

static void expect_host(const struct endpoint_settings *settings, const char *region,
                        const char *account_id, const char *host)
{
    struct url url = {0};
    ddblock_error error = {0};

    if (endpoint_find(settings, region, account_id, &url, &error) != DDBLOCK_OK) {
        fail_msg("%s: %s", region, error.message);
    }
    assert_string_equal(url.host, host);
    assert_int_equal(url.port, 443);
    assert_true(url.tls);
}

static void expect_none(const struct endpoint_settings *settings, const char *region,
                        const char *account_id, const char *words)
{
    struct url url = {0};
    ddblock_error error = {0};

    assert_int_equal(endpoint_find(settings, region, account_id, &url, &error), DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, words));
}

static void by_region_and_switches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const struct row *row = &ROWS[i];
        const struct endpoint_settings plain = {0};
        const struct endpoint_settings dual = {.dual_stack = true};
        const struct endpoint_settings fips = {.fips = true};
        const struct endpoint_settings both = {.fips = true, .dual_stack = true};

        expect_host(&plain, row->region, NULL, row->plain);
        expect_host(&dual, row->region, NULL, row->dual_stack);
        expect_host(&fips, row->region, NULL, row->fips);
        expect_host(&fips, row->region, ACCOUNT, row->fips);
        expect_host(&both, row->region, ACCOUNT, row->fips_dual_stack);
    }
}

static void by_account(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        const struct row *row = &ROWS[i];
        const struct endpoint_settings plain = {0};
        const struct endpoint_settings dual = {.dual_stack = true};
        const struct endpoint_settings off = {.account_mode = ENDPOINT_ACCOUNT_DISABLED};
        const struct endpoint_settings must = {.account_mode = ENDPOINT_ACCOUNT_REQUIRED};

        expect_host(&plain, row->region, ACCOUNT, row->account ? row->account : row->plain);
        expect_host(&dual, row->region, ACCOUNT,
                    row->account ? row->account_dual_stack : row->dual_stack);
        expect_host(&off, row->region, ACCOUNT, row->plain);
        if (row->account != NULL) {
            expect_host(&must, row->region, ACCOUNT, row->account);
            expect_none(&must, row->region, NULL, "set AWS_ACCOUNT_ID");
        } else {
            expect_none(&must, row->region, ACCOUNT, "no endpoints in this region");
        }
    }
}

/* It becomes part of a host name. */
static void an_account_id_has_twelve_digits(void **state)
{
    static const char *const wrong[] = {"", "11112222333", "1111222233334", "evil.test/xyz",
                                        "11112222333\n"};
    const struct endpoint_settings plain = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        expect_host(&plain, "us-east-1", wrong[i], "dynamodb.us-east-1.amazonaws.com");
    }
}

static void partitions(void **state)
{
    (void)state;
    assert_string_equal(endpoint_partition("eu-west-1"), "aws");
    assert_string_equal(endpoint_partition("cn-north-1"), "aws-cn");
    assert_string_equal(endpoint_partition("us-gov-east-1"), "aws-us-gov");
    assert_string_equal(endpoint_partition("us-isob-east-1"), "aws-iso-b");
}

static void an_endpoint_of_ones_own_goes_before_account_and_region(void **state)
{
    const struct endpoint_settings settings = {
        .configured = {"https://mine.test", "AWS_ENDPOINT_URL"},
        .account_mode = ENDPOINT_ACCOUNT_REQUIRED,
    };

    (void)state;
    expect_host(&settings, "us-east-1", ACCOUNT, "mine.test");
    expect_host(&settings, "us-east-1", NULL, "mine.test");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_region_and_switches),
        cmocka_unit_test(by_account),
        cmocka_unit_test(an_account_id_has_twelve_digits),
        cmocka_unit_test(partitions),
        cmocka_unit_test(an_endpoint_of_ones_own_goes_before_account_and_region),
    };

    return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
