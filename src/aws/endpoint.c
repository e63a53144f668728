/* endpoint.c - where DynamoDB is.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html, and the rules that
 * the JavaScript SDK 3 applies for DynamoDB. */
#include "aws/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/status.h"

/* The longest has an account, a region and a domain of 29 characters. */
enum { ENDPOINT_SIZE_MAX = 160 };

struct partition {
    const char *prefix; /* of its regions */
    const char *name;
    const char *domain;
    const char *dual_stack_domain;
    bool has_accounts; /* its accounts have endpoints of their own */
};

static const struct partition partitions[] = {
    {"cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", true},
    {"us-gov-", "aws-us-gov", "amazonaws.com", "api.aws", true},
    {"eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", false},
    {"us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov", false},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", false},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", false},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", false},
    {"", "aws", "amazonaws.com", "api.aws", true}, /* all others */
};

static const struct partition *partition_of(const char *region)
{
    const struct partition *partition = partitions;

    while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0) {
        partition++;
    }
    return partition;
}

const char *endpoint_partition(const char *region)
{
    return partition_of(region)->name;
}

const char *endpoint_domain(const char *region)
{
    return partition_of(region)->domain;
}

static ddblock_status find_configured(const struct lookup *lookup, struct found *ret_found,
                                      ddblock_error *error)
{
    struct found found = {lookup->options->endpoint, "the option endpoint"};
    bool ignore = false;
    ddblock_status status;

    status = lookup_switch(lookup, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                           "ignore_configured_endpoint_urls", &ignore, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    if (found.value == NULL && !ignore) {
        found = lookup_find(lookup, "AWS_ENDPOINT_URL_DYNAMODB", NULL);
    }
    if (found.value == NULL && !ignore) {
        found = lookup_find(lookup, "AWS_ENDPOINT_URL", NULL);
    }
    if (found.value == NULL && !ignore) {
        found = lookup_profile_endpoint(lookup);
    }
    *ret_found = found;
    return DDBLOCK_OK;
}

static ddblock_status find_account_mode(const struct lookup *lookup,
                                        enum endpoint_account_mode *ret_mode, ddblock_error *error)
{
    static const char *const names[] = {
        [ENDPOINT_ACCOUNT_PREFERRED] = "preferred",
        [ENDPOINT_ACCOUNT_DISABLED] = "disabled",
        [ENDPOINT_ACCOUNT_REQUIRED] = "required",
    };
    struct found found =
        lookup_find(lookup, "AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode");

    *ret_mode = ENDPOINT_ACCOUNT_PREFERRED;
    if (found.value == NULL) {
        return DDBLOCK_OK;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(found.value, names[i]) == 0) {
            *ret_mode = (enum endpoint_account_mode)i;
            return DDBLOCK_OK;
        }
    }
    return lookup_wrong(&found, "preferred, disabled or required", error);
}

/* The SDKs refuse these too: a switch without effect would be taken for one that has it. */
static ddblock_status check(const struct endpoint_settings *settings, ddblock_error *error)
{
    if (settings->configured.value != NULL && (settings->fips || settings->dual_stack)) {
        return status_set(error, DDBLOCK_INVALID,
                          "%s is asked for, but %s sets an endpoint of its own: take one of them "
                          "away",
                          settings->fips ? "a FIPS endpoint" : "a dual-stack endpoint",
                          settings->configured.from);
    }
    if (settings->fips && settings->account_mode == ENDPOINT_ACCOUNT_REQUIRED) {
        return status_set(error, DDBLOCK_INVALID,
                          "an account's endpoint is required, but FIPS endpoints are of no "
                          "account: set AWS_ACCOUNT_ID_ENDPOINT_MODE to preferred");
    }
    return DDBLOCK_OK;
}

ddblock_status endpoint_look_up(const struct lookup *lookup, struct endpoint_settings *ret_settings,
                                ddblock_error *error)
{
    struct endpoint_settings settings = {0};
    ddblock_status status = find_configured(lookup, &settings.configured, error);

    if (status == DDBLOCK_OK) {
        status = lookup_switch(lookup, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", &settings.fips,
                               error);
    }
    if (status == DDBLOCK_OK) {
        status = lookup_switch(lookup, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint",
                               &settings.dual_stack, error);
    }
    if (status == DDBLOCK_OK) {
        status = find_account_mode(lookup, &settings.account_mode, error);
    }
    if (status == DDBLOCK_OK) {
        status = check(&settings, error);
    }
    if (status == DDBLOCK_OK) {
        *ret_settings = settings;
    }
    return status;
}

/* AWS's rules. account_id is NULL where it is to be no part of it. */
static void apply_rules(const struct endpoint_settings *settings, const char *region,
                        const char *account_id, char text[ENDPOINT_SIZE_MAX])
{
    const struct partition *partition = partition_of(region);
    const char *domain = settings->dual_stack ? partition->dual_stack_domain : partition->domain;
    /* The plain endpoints of GovCloud are FIPS endpoints. */
    bool plain_is_fips = strcmp(partition->name, "aws-us-gov") == 0 && !settings->dual_stack;

    if (strcmp(region, "local") == 0) {
        (void)snprintf(text, ENDPOINT_SIZE_MAX, "http://localhost:8000");
    } else if (account_id != NULL) {
        (void)snprintf(text, ENDPOINT_SIZE_MAX, "https://%s.ddb.%s.%s", account_id, region, domain);
    } else {
        (void)snprintf(text, ENDPOINT_SIZE_MAX, "https://dynamodb%s.%s.%s",
                       settings->fips && !plain_is_fips ? "-fips" : "", region, domain);
    }
}

/* An account id becomes part of a host name. */
static bool is_account_id(const char *text)
{
    return text != NULL && strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

ddblock_status endpoint_find(const struct endpoint_settings *settings, const char *region,
                             const char *account_id, struct url *ret_url, ddblock_error *error)
{
    struct found endpoint = settings->configured;
    bool has_accounts = partition_of(region)->has_accounts && strcmp(region, "local") != 0;
    bool by_account = settings->account_mode != ENDPOINT_ACCOUNT_DISABLED && !settings->fips &&
                      has_accounts && is_account_id(account_id);
    char text[ENDPOINT_SIZE_MAX];
    const char *reason;

    if (endpoint.value == NULL) {
        if (settings->account_mode == ENDPOINT_ACCOUNT_REQUIRED && !by_account) {
            return status_set(error, DDBLOCK_INVALID,
                              "AWS_ACCOUNT_ID_ENDPOINT_MODE is required, but %s",
                              has_accounts ? "the account of the keys is not known: set "
                                             "AWS_ACCOUNT_ID, or the mode to preferred"
                                           : "accounts have no endpoints in this region: set it "
                                             "to preferred");
        }
        apply_rules(settings, region, by_account ? account_id : NULL, text);
        endpoint = (struct found){text, "the region"};
    }
    reason = url_parse(bytes_from_string(endpoint.value), ret_url);
    if (reason != NULL) {
        return status_set(error, DDBLOCK_INVALID,
                          "the endpoint from %s %s; one looks like \"https://host\" or "
                          "\"http://localhost:8000\"",
                          endpoint.from, reason);
    }
    return DDBLOCK_OK;
}
