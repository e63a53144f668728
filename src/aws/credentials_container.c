/* credentials_container.c - credentials of a container: ECS, EKS Pod Identity.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/container_endpoint.h"
#include "aws/credentials.h"
#include "aws/credentials_json.h"
#include "aws/service.h"
#include "aws/small_file.h"
#include "base/status.h"
#include "base/text.h"

#define SOURCE   "the container's credentials service"
#define VARIABLE "AWS_CONTAINER_CREDENTIALS_"

enum {
    AUTHORIZATION_SIZE_MAX = 16 * 1024, /* EKS's are JSON web tokens of one or two KiB */
    CONNECT_TIMEOUT_MS = 1000,          /* it runs on this machine */
    TIMEOUT_MS = 5000,                  /* but itself asks AWS */
};

struct container_source {
    struct credentials_source base;
    const struct aws_settings *settings;
};

static enum credentials_answer find_endpoint(const struct environment *environment,
                                             struct container_endpoint *ret_endpoint,
                                             ddblock_error *error)
{
    const char *relative = environment_get(environment, VARIABLE "RELATIVE_URI");
    const char *full = environment_get(environment, VARIABLE "FULL_URI");
    const char *reason;

    if (relative == NULL && full == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         VARIABLE "RELATIVE_URI and _FULL_URI are not set");
        return CREDENTIALS_ABSENT;
    }
    reason = relative != NULL ? container_endpoint_relative(relative, ret_endpoint)
                              : container_endpoint_full(full, ret_endpoint);
    if (reason != NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, VARIABLE "%s %s",
                         relative != NULL ? "RELATIVE_URI" : "FULL_URI", reason);
        return CREDENTIALS_FAILED;
    }
    return CREDENTIALS_FOUND;
}

/* Makes the Authorization line, if there is to be one. The file is read anew each time, as it
 * changes: "SDKs must read the file on every request". */
static ddblock_status read_authorization(const struct environment *environment, struct buffer *line,
                                         ddblock_error *error)
{
    const char *path = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = environment_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    char escaped[256];
    int code = 0;

    if (path == NULL && token == NULL) {
        return DDBLOCK_OK;
    }
    buffer_append_string(line, "Authorization: ");
    if (path == NULL) {
        buffer_append_string(line, token);
    } else {
        code = small_file_read(path, line, NULL);
    }
    if (code != 0 && code != ENOMEM) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "the authorization token file %s %s",
                          text_escape(escaped, sizeof(escaped), bytes_from_string(path)),
                          small_file_explain(code));
    }
    if (!buffer_ok(line) || code == ENOMEM) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no room for the authorization token");
    }
    if (strcspn(buffer_string(line), "\r\n") != line->size) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "the authorization token in %s holds a line break, which would end the "
                          "header that it is sent in",
                          path != NULL ? "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
                                       : "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    }
    return DDBLOCK_OK;
}

static ddblock_status fetch(const struct aws_settings *settings,
                            const struct container_endpoint *endpoint,
                            const struct buffer *authorization,
                            struct credentials **ret_credentials, ddblock_error *error)
{
    const char *headers[] = {authorization->size > 0 ? buffer_string(authorization) : NULL, NULL};
    const struct http_fetch request = {
        .method = "GET",
        .url = &endpoint->url,
        .path = endpoint->path,
        .headers = headers,
        .ca_file = aws_service_ca_file(settings, NULL, NULL),
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
        .no_proxy = true,
    };
    struct buffer reply;
    ddblock_error reason = {0};
    ddblock_status status;
    int http_status = 0;

    buffer_init(&reply, AWS_SERVICE_REPLY_SIZE_MAX);
    if (aws_service_fetch(&request, AWS_SERVICE_TRIES, &http_status, &reply, &reason) !=
        HTTP_REPLIED) {
        status = status_set(error, reason.status, SOURCE ": %s", reason.message);
    } else if (http_status != 200) {
        status = status_set(
            error,
            http_status >= 500 || http_status == 429 ? DDBLOCK_UNAVAILABLE : DDBLOCK_NO_CREDENTIALS,
            SOURCE " at %s answers with HTTP status %d", endpoint->url.origin, http_status);
    } else {
        status = credentials_json_read(buffer_bytes(&reply), CREDENTIALS_JSON_METADATA, SOURCE,
                                       ret_credentials, error);
    }
    buffer_finish(&reply);
    return status;
}

static enum credentials_answer container_get(struct credentials_source *base,
                                             struct credentials **ret_credentials,
                                             ddblock_error *error)
{
    const struct aws_settings *settings = ((struct container_source *)base)->settings;
    struct container_endpoint endpoint;
    struct buffer authorization;
    enum credentials_answer answer = find_endpoint(&settings->environment, &endpoint, error);
    ddblock_status status;

    if (answer != CREDENTIALS_FOUND) {
        return answer;
    }
    buffer_init(&authorization, AUTHORIZATION_SIZE_MAX);
    status = read_authorization(&settings->environment, &authorization, error);
    if (status == DDBLOCK_OK) {
        status = fetch(settings, &endpoint, &authorization, ret_credentials, error);
    }
    buffer_finish(&authorization);
    return status == DDBLOCK_OK ? CREDENTIALS_FOUND : CREDENTIALS_FAILED;
}

static void container_destroy(struct credentials_source *base)
{
    free(base);
}

static const struct credentials_source_operations operations = {container_get, container_destroy};

struct credentials_source *credentials_container_create(const struct aws_settings *settings)
{
    struct container_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->settings = settings;
    return &source->base;
}
