/* endpoint.c - where DynamoDB is.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
#include "aws/endpoint.h"

#include <stdio.h>
#include <strings.h>

#include "base/status.h"

/* The partitions that are not "aws", by how their regions begin, and their domains: from the
 * JavaScript SDK's partitions.js. */
static const struct {
    const char *prefix;
    const char *domain;
} partitions[] = {
    {"cn-", "amazonaws.com.cn"},   {"eusc-", "amazonaws.eu"},      {"us-iso-", "c2s.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov"}, {"us-isof-", "csp.hci.ic.gov"}, {"eu-isoe-", "cloud.adc-e.uk"},
};

struct endpoint_setting endpoint_configured(const ddblock_dynamodb_options *options,
                                            const struct environment *environment)
{
    static const char *const names[] = {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"};
    const char *ignore = environment_get(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

    if (options->endpoint != NULL) {
        return (struct endpoint_setting){options->endpoint, "the option endpoint"};
    }
    if (ignore != NULL && strcasecmp(ignore, "true") == 0) {
        return (struct endpoint_setting){0};
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *url = environment_get(environment, names[i]);

        if (url != NULL) {
            return (struct endpoint_setting){url, names[i]};
        }
    }
    return (struct endpoint_setting){0};
}

static const char *domain_of(const char *region)
{
    for (size_t i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
        if (strncmp(region, partitions[i].prefix, strlen(partitions[i].prefix)) == 0) {
            return partitions[i].domain;
        }
    }
    return "amazonaws.com";
}

ddblock_status endpoint_find(struct endpoint_setting setting, const char *region,
                             struct url *ret_url, ddblock_error *error)
{
    char text[128];
    const char *reason;

    if (setting.url == NULL) {
        setting.url = text;
        setting.from = "the region";
        if (strcmp(region, "local") == 0) {
            (void)snprintf(text, sizeof(text), "http://localhost:8000");
        } else {
            (void)snprintf(text, sizeof(text), "https://dynamodb.%s.%s", region, domain_of(region));
        }
    }
    reason = url_parse(bytes_from_string(setting.url), ret_url);
    if (reason != NULL) {
        return status_set(error, DDBLOCK_INVALID,
                          "the endpoint from %s %s; one looks like \"https://host\" or "
                          "\"http://localhost:8000\"",
                          setting.from, reason);
    }
    return DDBLOCK_OK;
}
