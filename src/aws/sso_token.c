/* sso_token.c - the access token that "aws sso login" leaves in ~/.aws/sso/cache.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html. The cache is the
 * AWS CLI's and the SDKs' too: whatever they keep in a file is kept. */
#include "aws/sso_token.h"

#include <errno.h>
#include <stdio.h>

#include <openssl/evp.h>

#include "aws/credentials_json.h"
#include "aws/service.h"
#include "aws/small_file.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "wire/decimal.h"
#include "wire/json_text.h"
#include "wire/timestamp.h"

enum {
    CACHE_SIZE_MAX = 64 * 1024, /* three tokens, two names and a secret of some KiB */
    PATH_SIZE_MAX = 4096,
    SHA1_SIZE = 20,
    RENEW_BEFORE_MS = 5 * 60 * 1000, /* as the JavaScript SDK does */
};

/* What the file holds, in the order in which the AWS CLI writes it. */
static const char *const members[] = {
    "startUrl", "region",       "accessToken",           "expiresAt",
    "clientId", "clientSecret", "registrationExpiresAt", "refreshToken",
};

struct cache {
    char path[PATH_SIZE_MAX];
    struct buffer text; /* valid JSON, once it is read */
};

static ddblock_status no_token(const struct sso_login *login, const char *why, ddblock_error *error)
{
    char escaped[64];

    return status_set(
        error, DDBLOCK_NO_CREDENTIALS, "%s; log in: aws sso login %s \"%s\"", why,
        login->session != NULL ? "--sso-session" : "--profile",
        text_escape(escaped, sizeof(escaped),
                    bytes_from_string(login->session != NULL ? login->session : login->profile)));
}

/* The file's name is the hash of what the login was for. */
static bool find_path(const struct aws_settings *settings, const struct sso_login *login,
                      char ret_path[PATH_SIZE_MAX])
{
    const char *home = environment_get(&settings->environment, "HOME");
    const char *key = login->session != NULL ? login->session : login->start_url;
    uint8_t hash[EVP_MAX_MD_SIZE];
    char hex[2 * SHA1_SIZE + 1];
    int size;

    if (home == NULL || EVP_Digest(key, strlen(key), hash, NULL, EVP_sha1(), NULL) != 1) {
        return false;
    }
    for (size_t i = 0; i < SHA1_SIZE; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
    size = snprintf(ret_path, PATH_SIZE_MAX, "%s/.aws/sso/cache/%s.json", home, hex);
    return size >= 0 && size < PATH_SIZE_MAX;
}

static ddblock_status cache_read(struct cache *cache, const struct aws_settings *settings,
                                 const struct sso_login *login, ddblock_error *error)
{
    int code;

    if (!find_path(settings, login, cache->path)) {
        return no_token(login, "the cache of \"aws sso login\" cannot be found without HOME",
                        error);
    }
    code = small_file_read(cache->path, &cache->text, NULL);
    if (code == ENOMEM) {
        return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    if (code == ENOENT) {
        return no_token(login, "there is no token of \"aws sso login\"", error);
    }
    if (code != 0 || !json_text_is_valid(buffer_bytes(&cache->text)) ||
        !json_text_is_object(buffer_bytes(&cache->text))) {
        return no_token(login, "the cached token of \"aws sso login\" cannot be read", error);
    }
    return DDBLOCK_OK;
}

/* How long an instant of the file lies ahead, in milliseconds; 0: it is past, or there is none. */
static int64_t left_ms(const struct cache *cache, const char *name)
{
    char text[CREDENTIALS_JSON_WORD_SIZE];
    int64_t unix_ms = 0;
    int64_t now_ms = clock_wall_ms();

    if (credentials_json_word(buffer_bytes(&cache->text), name, text)) {
        (void)timestamp_parse(bytes_from_string(text), &unix_ms);
    }
    return unix_ms > now_ms ? unix_ms - now_ms : 0;
}

/* The value of a member as it stands in the text. False if there is none. */
static bool raw(struct bytes object, const char *name, struct bytes *ret_value)
{
    return json_text_find(object, name, ret_value) == 1;
}

/* Builds the body of CreateToken. False if the cache has not what that takes.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html */
static bool build_body(const struct cache *cache, struct buffer *body)
{
    static const char *const names[] = {"clientId", "clientSecret", "refreshToken"};

    buffer_append_string(body, "{\"grantType\":\"refresh_token\"");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct bytes value = {0};

        if (!raw(buffer_bytes(&cache->text), names[i], &value)) {
            return false;
        }
        buffer_append_format(body, ",\"%s\":", names[i]);
        buffer_append(body, value);
    }
    buffer_append_string(body, "}");
    return buffer_ok(body);
}

/* The text of the cache with what has come: token, its end, and a new refresh token if there is
 * one. False if that is no token. */
static bool renew_text(const struct cache *cache, struct bytes reply, struct buffer *text)
{
    struct bytes value = {0};
    int64_t expires_in_s = 0;
    int64_t expires_ms = 0;
    char expires[TIMESTAMP_SIZE];
    size_t count = 0;

    if (!json_text_is_valid(reply) || !raw(reply, "expiresIn", &value) ||
        !decimal_to_int64(value, &expires_in_s) || expires_in_s < 0 ||
        __builtin_mul_overflow(expires_in_s, 1000, &expires_ms) ||
        __builtin_add_overflow(expires_ms, clock_wall_ms(), &expires_ms) ||
        !timestamp_write(expires_ms, expires) || !raw(reply, "accessToken", &value)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        bool is_end = strcmp(members[i], "expiresAt") == 0;
        bool is_new =
            strcmp(members[i], "accessToken") == 0 || strcmp(members[i], "refreshToken") == 0;

        if (!is_end && !(is_new && raw(reply, members[i], &value)) &&
            !raw(buffer_bytes(&cache->text), members[i], &value)) {
            continue;
        }
        buffer_append_format(text, "%s\"%s\": ", count++ > 0 ? ", " : "{", members[i]);
        if (is_end) {
            buffer_append_format(text, "\"%s\"", expires);
        } else {
            buffer_append(text, value);
        }
    }
    buffer_append_string(text, "}");
    return buffer_ok(text);
}

/* Asks for a token in exchange for the refresh token: once, since that may be good for one
 * exchange only. False if there is none to be had. */
static bool fetch_token(const struct aws_settings *settings, const struct aws_config *config,
                        const struct sso_login *login, struct bytes body, struct buffer *reply,
                        ddblock_error *error)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    struct url url;
    int status = 0;
    struct http_fetch request = {
        .method = "POST",
        .url = &url,
        .path = "/token",
        .headers = headers,
        .body = body,
        .ca_file = aws_service_ca_file(settings, config, login->profile),
        .connect_timeout_ms = AWS_SERVICE_CONNECT_TIMEOUT_MS,
        .timeout_ms = AWS_SERVICE_TIMEOUT_MS,
    };

    return aws_service_url(settings, config, login->profile, AWS_SERVICE_SSO_OIDC, login->region,
                           &url, error) == DDBLOCK_OK &&
           aws_service_fetch(&request, 1, &status, reply, error) == HTTP_REPLIED && status == 200;
}

static void keep(struct cache *cache, const struct aws_settings *settings, struct bytes text)
{
    int code = small_file_replace(cache->path, text);

    if (code != 0) {
        aws_settings_log(settings, DDBLOCK_LOG_WARNING,
                         "the renewed token of \"aws sso login\" cannot be kept: %s",
                         strerror(code));
    }
    buffer_clear(&cache->text);
    buffer_append(&cache->text, text);
}

/* Renews the token in the cache, where that works. False if there was no memory for it. */
static bool renew(struct cache *cache, const struct aws_settings *settings,
                  const struct aws_config *config, const struct sso_login *login)
{
    struct buffer body;
    struct buffer reply;
    struct buffer text;
    ddblock_error reason = {0};
    bool ok;

    buffer_init(&body, CACHE_SIZE_MAX);
    buffer_init(&reply, CACHE_SIZE_MAX);
    buffer_init(&text, CACHE_SIZE_MAX);
    if (build_body(cache, &body) && left_ms(cache, "registrationExpiresAt") > 0 &&
        fetch_token(settings, config, login, buffer_bytes(&body), &reply, &reason) &&
        renew_text(cache, buffer_bytes(&reply), &text)) {
        keep(cache, settings, buffer_bytes(&text));
    }
    ok = buffer_ok(&body) && buffer_ok(&text) && buffer_ok(&cache->text) &&
         reason.status != DDBLOCK_NO_MEMORY;
    buffer_finish(&body);
    buffer_finish(&reply);
    buffer_finish(&text);
    return ok;
}

ddblock_status sso_token_get(const struct aws_settings *settings, const struct aws_config *config,
                             const struct sso_login *login, struct buffer *token,
                             ddblock_error *error)
{
    struct cache cache = {0};
    ddblock_status status;

    buffer_init(&cache.text, CACHE_SIZE_MAX);
    status = cache_read(&cache, settings, login, error);
    if (status != DDBLOCK_OK) {
        goto out;
    }
    if (login->session != NULL && left_ms(&cache, "expiresAt") < RENEW_BEFORE_MS &&
        !renew(&cache, settings, config, login)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    } else if (left_ms(&cache, "expiresAt") == 0) {
        status = no_token(login, "the token of \"aws sso login\" has expired", error);
    } else if (!credentials_json_string(buffer_bytes(&cache.text), "accessToken", token) ||
               strcspn(buffer_string(token), "\r\n") != token->size) {
        status =
            buffer_ok(token)
                ? no_token(login, "the cached token of \"aws sso login\" cannot be read", error)
                : status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
out:
    buffer_finish(&cache.text);
    return status;
}
