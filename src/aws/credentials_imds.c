/* credentials_imds.c - credentials of an EC2 instance, from its metadata service, version 2 only:
 * version 1 gives them to whoever can make a program send a GET.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/credentials.h"
#include "aws/credentials_json.h"
#include "aws/service.h"
#include "base/status.h"
#include "base/text.h"

#define SOURCE     "the instance metadata service"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"

enum {
    TOKEN_SIZE_MAX = 1024, /* 56 bytes as it is */
    ROLE_SIZE_MAX = 64,    /* IAM API reference, CreateRole */
    REPLY_SIZE_MAX = CREDENTIALS_TOKEN_SIZE_MAX,
    CONNECT_TIMEOUT_MS = 1000, /* a link-local address: there at once, or not at all */
    TIMEOUT_MS = 2000,
    /* Not on EC2 nobody answers, and each try takes a second. */
    FIRST_TRIES = 2,
    TRIES = 3,
};

struct imds_source {
    struct credentials_source base;
    const struct aws_settings *settings;
};

/* One conversation with the service. */
struct imds {
    struct url url;
    struct buffer token_line;
    struct buffer reply;
    char role[ROLE_SIZE_MAX + 1];
};

/* A setting of the environment, else of the profile. */
static const char *setting(const struct aws_settings *settings, const struct aws_config *config,
                           const char *variable, const char *key)
{
    const char *value = environment_get(&settings->environment, variable);

    return value != NULL ? value : aws_config_profile(config, aws_settings_profile(settings), key);
}

static ddblock_status find_url(const struct aws_settings *settings, struct url *ret_url,
                               ddblock_error *error)
{
    struct aws_config *config = NULL;
    const char *url;
    const char *mode;
    const char *reason;
    ddblock_status status = aws_config_load(settings, &config, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    url = setting(settings, config, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                  "ec2_metadata_service_endpoint");
    mode = setting(settings, config, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                   "ec2_metadata_service_endpoint_mode");
    if (mode != NULL && strcasecmp(mode, "IPv4") != 0 && strcasecmp(mode, "IPv6") != 0) {
        status = status_set(error, DDBLOCK_INVALID,
                            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6");
    } else {
        if (url == NULL) {
            url = mode != NULL && strcasecmp(mode, "IPv6") == 0 ? "http://[fd00:ec2::254]"
                                                                : "http://169.254.169.254";
        }
        reason = url_parse(bytes_from_string(url), ret_url);
        if (reason != NULL) {
            status =
                status_set(error, DDBLOCK_INVALID, "AWS_EC2_METADATA_SERVICE_ENDPOINT %s", reason);
        }
    }
    aws_config_destroy(config);
    return status;
}

static enum http_result request(struct imds *imds, const char *method, const char *path,
                                const char *header, int tries, int *ret_status,
                                ddblock_error *error)
{
    const char *const headers[] = {header, NULL};
    const struct http_fetch fetch = {
        .method = method,
        .url = &imds->url,
        .path = path,
        .headers = headers,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
        .no_proxy = true,
    };

    return aws_service_fetch(&fetch, tries, ret_status, &imds->reply, error);
}

/* Gets the token that every other request needs. Where it is not to be had, there is no such
 * service. */
static enum credentials_answer get_token(struct imds *imds, ddblock_error *error)
{
    ddblock_error reason = {0};
    int status = 0;
    enum http_result result =
        request(imds, "PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 21600",
                FIRST_TRIES, &status, &reason);

    if (result != HTTP_REPLIED) {
        (void)status_set(error, reason.status, "%s%s", reason.message,
                         result == HTTP_IN_DOUBT
                             ? " (in a container, the instance's metadata hop limit must be 2)"
                             : "");
        return result == HTTP_NOT_SENT && reason.status != DDBLOCK_NO_MEMORY ? CREDENTIALS_ABSENT
                                                                             : CREDENTIALS_FAILED;
    }
    if (status == 403 || status == 404) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         SOURCE " at %s is switched off (HTTP status %d)", imds->url.origin,
                         status);
        return CREDENTIALS_ABSENT;
    }
    if (status != 200 || imds->reply.size == 0 || imds->reply.size > TOKEN_SIZE_MAX ||
        strcspn(buffer_string(&imds->reply), "\r\n") != imds->reply.size) {
        (void)status_set(error, status >= 500 ? DDBLOCK_UNAVAILABLE : DDBLOCK_NO_CREDENTIALS,
                         SOURCE " at %s gives no token (HTTP status %d)", imds->url.origin, status);
        return CREDENTIALS_FAILED;
    }
    buffer_append_string(&imds->token_line, "X-aws-ec2-metadata-token: ");
    buffer_append(&imds->token_line, buffer_bytes(&imds->reply));
    if (!buffer_ok(&imds->token_line)) {
        (void)status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
        return CREDENTIALS_FAILED;
    }
    return CREDENTIALS_FOUND;
}

/* Gets what lies at a path: FOUND for HTTP status 200, ABSENT for 404. */
static enum credentials_answer get(struct imds *imds, const char *path, ddblock_error *error)
{
    ddblock_error reason = {0};
    int status = 0;

    if (request(imds, "GET", path, buffer_string(&imds->token_line), TRIES, &status, &reason) !=
        HTTP_REPLIED) {
        (void)status_set(error, reason.status, SOURCE ": %s", reason.message);
        return CREDENTIALS_FAILED;
    }
    if (status == 404) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "this EC2 instance has no role");
        return CREDENTIALS_ABSENT;
    }
    if (status != 200) {
        (void)status_set(
            error, status >= 500 || status == 429 ? DDBLOCK_UNAVAILABLE : DDBLOCK_NO_CREDENTIALS,
            SOURCE " at %s answers with HTTP status %d", imds->url.origin, status);
        return CREDENTIALS_FAILED;
    }
    return CREDENTIALS_FOUND;
}

/* Finds the role's name, which is the first line. It becomes part of a path. */
static enum credentials_answer get_role(struct imds *imds, ddblock_error *error)
{
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-";
    enum credentials_answer answer = get(imds, ROLES_PATH, error);
    size_t size = strcspn(buffer_string(&imds->reply), "\r\n");

    if (answer != CREDENTIALS_FOUND) {
        return answer;
    }
    if (size == 0 && imds->reply.size == 0) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "this EC2 instance has no role");
        return CREDENTIALS_ABSENT;
    }
    if (size == 0 || size > ROLE_SIZE_MAX ||
        strspn(buffer_string(&imds->reply), characters) != size) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, SOURCE " at %s names no well-formed role",
                         imds->url.origin);
        return CREDENTIALS_FAILED;
    }
    text_copy(imds->role, sizeof(imds->role), bytes_from(imds->reply.data, size));
    return CREDENTIALS_FOUND;
}

static enum credentials_answer get_credentials(struct imds *imds,
                                               struct credentials **ret_credentials,
                                               ddblock_error *error)
{
    char path[sizeof(ROLES_PATH) + ROLE_SIZE_MAX];
    enum credentials_answer answer;

    (void)snprintf(path, sizeof(path), ROLES_PATH "%s", imds->role);
    answer = get(imds, path, error);
    if (answer != CREDENTIALS_FOUND) {
        return CREDENTIALS_FAILED;
    }
    return credentials_json_read(buffer_bytes(&imds->reply), CREDENTIALS_JSON_METADATA, SOURCE,
                                 ret_credentials, error) == DDBLOCK_OK
               ? CREDENTIALS_FOUND
               : CREDENTIALS_FAILED;
}

static enum credentials_answer imds_get(struct credentials_source *base,
                                        struct credentials **ret_credentials, ddblock_error *error)
{
    const struct aws_settings *settings = ((struct imds_source *)base)->settings;
    const char *disabled = environment_get(&settings->environment, "AWS_EC2_METADATA_DISABLED");
    struct imds imds = {0};
    enum credentials_answer answer;

    if (disabled != NULL && strcasecmp(disabled, "true") == 0) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "AWS_EC2_METADATA_DISABLED is true");
        return CREDENTIALS_ABSENT;
    }
    if (find_url(settings, &imds.url, error) != DDBLOCK_OK) {
        return CREDENTIALS_FAILED;
    }
    buffer_init(&imds.token_line, TOKEN_SIZE_MAX + 64);
    buffer_init(&imds.reply, REPLY_SIZE_MAX);
    answer = get_token(&imds, error);
    if (answer == CREDENTIALS_FOUND) {
        answer = get_role(&imds, error);
    }
    if (answer == CREDENTIALS_FOUND) {
        answer = get_credentials(&imds, ret_credentials, error);
    }
    buffer_finish(&imds.token_line);
    buffer_finish(&imds.reply);
    return answer;
}

static void imds_destroy(struct credentials_source *base)
{
    free(base);
}

static const struct credentials_source_operations operations = {imds_get, imds_destroy};

struct credentials_source *credentials_imds_create(const struct aws_settings *settings)
{
    struct imds_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->settings = settings;
    return &source->base;
}
