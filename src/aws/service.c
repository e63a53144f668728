/* service.c - the services of AWS that give credentials. */
#include "aws/service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "aws/endpoint.h"
#include "base/random.h"
#include "base/status.h"
#include "base/text.h"

/* The SDKs' base for these services; each further wait is twice as long. */
enum { RETRY_BASE_MS = 50 };

static const struct {
    const char *variable;
    const char *name; /* in a services section */
    const char *host;
} services[] = {
    [AWS_SERVICE_STS] = {"AWS_ENDPOINT_URL_STS", "sts", "sts"},
    [AWS_SERVICE_SSO] = {"AWS_ENDPOINT_URL_SSO", "sso", "portal.sso"},
    [AWS_SERVICE_SSO_OIDC] = {"AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc", "oidc"},
};

/* A switch of the environment, else of the profile. */
static bool is_on(const struct aws_settings *settings, const struct aws_config *config,
                  const char *profile, const char *variable, const char *key)
{
    const char *value = environment_get(&settings->environment, variable);

    if (value == NULL && config != NULL) {
        value = aws_config_profile(config, profile, key);
    }
    return value != NULL && strcasecmp(value, "true") == 0;
}

static const char *configured(const struct aws_settings *settings, const struct aws_config *config,
                              const char *profile, enum aws_service service, const char **ret_from)
{
    const char *const variables[] = {services[service].variable, "AWS_ENDPOINT_URL"};

    if (is_on(settings, config, profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
              "ignore_configured_endpoint_urls")) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *url = environment_get(&settings->environment, variables[i]);

        if (url != NULL) {
            *ret_from = variables[i];
            return url;
        }
    }
    *ret_from = "endpoint_url in the profile";
    return config != NULL ? aws_config_endpoint(config, profile, services[service].name) : NULL;
}

ddblock_status aws_service_url(const struct aws_settings *settings, const struct aws_config *config,
                               const char *profile, enum aws_service service, const char *region,
                               struct url *ret_url, ddblock_error *error)
{
    const char *from = "the region";
    const char *url = configured(settings, config, profile, service, &from);
    char text[URL_HOST_SIZE_MAX];
    const char *reason;

    if (url == NULL) {
        bool fips = is_on(settings, config, profile, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");

        /* In GovCloud the plain names are those of FIPS endpoints. */
        fips = fips && strncmp(region, "us-gov-", 7) != 0;
        (void)snprintf(text, sizeof(text), "https://%s%s.%s.%s", services[service].host,
                       fips ? "-fips" : "", region, endpoint_domain(region));
        url = text;
    }
    reason = url_parse(bytes_from_string(url), ret_url);
    if (reason != NULL) {
        return status_set(error, DDBLOCK_INVALID, "the endpoint of %s from %s %s",
                          services[service].name, from, reason);
    }
    return DDBLOCK_OK;
}

ddblock_status aws_service_region(const struct aws_settings *settings,
                                  const struct aws_config *config, const char *profile,
                                  char ret_region[REGION_SIZE_MAX + 1], ddblock_error *error)
{
    static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    const char *region = settings->options.region;
    char escaped[64];

    for (size_t i = 0; region == NULL && i < sizeof(variables) / sizeof(variables[0]); i++) {
        region = environment_get(&settings->environment, variables[i]);
    }
    if (region == NULL && config != NULL) {
        region = aws_config_profile(config, profile, "region");
    }
    if (region == NULL || strcmp(region, "local") == 0) {
        region = "us-east-1";
    }
    if (!region_is_valid(region)) {
        return status_set(error, DDBLOCK_INVALID, "\"%s\" is no region",
                          text_escape(escaped, sizeof(escaped), bytes_from_string(region)));
    }
    text_copy(ret_region, REGION_SIZE_MAX + 1, bytes_from_string(region));
    return DDBLOCK_OK;
}

const char *aws_service_ca_file(const struct aws_settings *settings,
                                const struct aws_config *config, const char *profile)
{
    const char *ca_file = settings->options.ca_file;

    if (ca_file == NULL) {
        ca_file = environment_get(&settings->environment, "AWS_CA_BUNDLE");
    }
    if (ca_file == NULL && config != NULL) {
        ca_file = aws_config_profile(config, profile, "ca_bundle");
    }
    return ca_file;
}

/* Full jitter: anything up to the base times 2^tried. */
static void wait_before(int tried)
{
    uint32_t random = 0;
    uint64_t ms = (uint64_t)RETRY_BASE_MS << tried;
    struct timespec rest = {0};

    (void)random_fill(&random, sizeof(random));
    rest.tv_nsec = (long)(ms * 1000000 * random >> 32);
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
}

enum http_result aws_service_fetch(const struct http_fetch *request, int tries, int *ret_status,
                                   struct buffer *body, ddblock_error *error)
{
    enum http_result result = http_fetch(request, ret_status, body, error);

    for (int tried = 1; tried < tries; tried++) {
        if (result == HTTP_REPLIED ? *ret_status < 500 && *ret_status != 429
                                   : error->status == DDBLOCK_NO_MEMORY) {
            break;
        }
        wait_before(tried);
        result = http_fetch(request, ret_status, body, error);
    }
    return result;
}
