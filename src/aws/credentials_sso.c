/* credentials_sso.c - credentials of a role in IAM Identity Center (SSO).
 *
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html */
#include "aws/credentials_sso.h"

#include <stdio.h>
#include <string.h>

#include "aws/credentials_json.h"
#include "aws/service.h"
#include "aws/sso_token.h"
#include "base/status.h"

enum {
    ROLE_SIZE_MAX = 128, /* names of roles have at most 64 characters */
    PATH_SIZE_MAX = 512,
};

bool credentials_sso_is_asked(const struct aws_config *config, const char *profile)
{
    return aws_config_profile(config, profile, "sso_session") != NULL ||
           aws_config_profile(config, profile, "sso_start_url") != NULL;
}

/* The characters of the IAM API reference, CreateRole: all of them may stand in a query, but "+"
 * would be a space there. */
static bool is_name(const char *text)
{
    size_t size = strnlen(text, ROLE_SIZE_MAX + 1);

    return size >= 1 && size <= ROLE_SIZE_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-") ==
               size;
}

static void write_path(char path[PATH_SIZE_MAX], const char *role, const char *account)
{
    size_t size = 0;
    char name[3 * ROLE_SIZE_MAX + 1];

    for (; *role != '\0'; role++) {
        size +=
            (size_t)snprintf(name + size, sizeof(name) - size, *role == '+' ? "%%2B" : "%c", *role);
    }
    (void)snprintf(path, PATH_SIZE_MAX, "/federation/credentials?role_name=%s&account_id=%s", name,
                   account);
}

static ddblock_status missing(const char *source, const char *what, ddblock_error *error)
{
    return status_set(error, DDBLOCK_NO_CREDENTIALS, "%s is one of SSO, but has no well-formed %s",
                      source, what);
}

/* Where the login was, by the session that the profile names or by itself. */
static ddblock_status find_login(const struct aws_config *config, const char *source,
                                 struct sso_login *login, ddblock_error *error)
{
    const char *region;

    login->session = aws_config_profile(config, login->profile, "sso_session");
    if (login->session != NULL) {
        login->start_url =
            aws_config_section(config, "sso-session", login->session, "sso_start_url");
        region = aws_config_section(config, "sso-session", login->session, "sso_region");
    } else {
        login->start_url = aws_config_profile(config, login->profile, "sso_start_url");
        region = aws_config_profile(config, login->profile, "sso_region");
    }
    if (login->start_url == NULL) {
        return missing(source, "sso_start_url in its sso-session", error);
    }
    if (region == NULL || !region_is_valid(region)) {
        return missing(source, "sso_region", error);
    }
    login->region = region;
    return DDBLOCK_OK;
}

static ddblock_status fetch(const struct aws_settings *settings, const struct aws_config *config,
                            const struct sso_login *login, const char *path,
                            const struct buffer *token, struct buffer *reply, int *ret_status,
                            ddblock_error *error)
{
    struct buffer line;
    const char *headers[2] = {NULL};
    struct url url;
    struct http_fetch request = {
        .method = "GET",
        .url = &url,
        .path = path,
        .headers = headers,
        .ca_file = aws_service_ca_file(settings, config, login->profile),
        .connect_timeout_ms = AWS_SERVICE_CONNECT_TIMEOUT_MS,
        .timeout_ms = AWS_SERVICE_TIMEOUT_MS,
    };
    ddblock_status status = aws_service_url(settings, config, login->profile, AWS_SERVICE_SSO,
                                            login->region, &url, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    buffer_init(&line, SSO_TOKEN_SIZE_MAX + 64);
    buffer_append_format(&line, "x-amz-sso_bearer_token: %s", buffer_string(token));
    headers[0] = buffer_string(&line);
    if (!buffer_ok(&line)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    } else if (aws_service_fetch(&request, AWS_SERVICE_TRIES, ret_status, reply, error) !=
               HTTP_REPLIED) {
        status = error->status;
    }
    buffer_finish(&line);
    return status;
}

static ddblock_status refused(const struct sso_login *login, int http_status, ddblock_error *error)
{
    if (http_status == 401) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "SSO refuses the token; log in again: aws sso login");
    }
    return status_set(error,
                      http_status >= 500 || http_status == 429 ? DDBLOCK_UNAVAILABLE
                                                               : DDBLOCK_NO_CREDENTIALS,
                      "SSO in %s does not give the role (HTTP status %d): is it yours in this "
                      "account?",
                      login->region, http_status);
}

/* The account is known from the profile, in which the caller has checked it. */
static ddblock_status get(const struct aws_settings *settings, const struct aws_config *config,
                          const struct sso_login *login, const char *path, const char *source,
                          struct credentials **ret_credentials, ddblock_error *error)
{
    struct buffer token;
    struct buffer reply;
    int http_status = 0;
    ddblock_status status;

    buffer_init(&token, SSO_TOKEN_SIZE_MAX);
    buffer_init(&reply, AWS_SERVICE_REPLY_SIZE_MAX);
    status = sso_token_get(settings, config, login, &token, error);
    if (status == DDBLOCK_OK) {
        status = fetch(settings, config, login, path, &token, &reply, &http_status, error);
    }
    if (status == DDBLOCK_OK) {
        status = http_status == 200
                     ? credentials_json_read(buffer_bytes(&reply), CREDENTIALS_JSON_SSO, source,
                                             ret_credentials, error)
                     : refused(login, http_status, error);
    }
    buffer_finish(&token);
    buffer_finish(&reply);
    return status;
}

ddblock_status credentials_sso_get(const struct aws_settings *settings,
                                   const struct aws_config *config, const char *profile,
                                   const char *source, struct credentials **ret_credentials,
                                   ddblock_error *error)
{
    const char *account = aws_config_profile(config, profile, "sso_account_id");
    const char *role = aws_config_profile(config, profile, "sso_role_name");
    struct sso_login login = {.profile = profile};
    char path[PATH_SIZE_MAX];
    struct credentials *credentials = NULL;
    ddblock_error reason = {0};
    ddblock_status status;

    if (account == NULL || strlen(account) != 12 || strspn(account, "0123456789") != 12) {
        return missing(source, "sso_account_id", error);
    }
    if (role == NULL || !is_name(role)) {
        return missing(source, "sso_role_name", error);
    }
    status = find_login(config, source, &login, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    write_path(path, role, account);
    status = get(settings, config, &login, path, source, &credentials, &reason);
    if (status == DDBLOCK_OK) {
        status = credentials_set_account(credentials, account, &reason);
    }
    if (status != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return status_set(error, status, "%s: %s", source, reason.message);
    }
    *ret_credentials = credentials;
    return DDBLOCK_OK;
}
