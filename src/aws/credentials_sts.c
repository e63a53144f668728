/* credentials_sts.c - credentials of a role, from AWS STS.
 *
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
 * API_AssumeRoleWithWebIdentity.html */
#include "aws/credentials_sts.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "aws/service.h"
#include "aws/small_file.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "wire/sigv4.h"
#include "wire/timestamp.h"
#include "wire/xml_field.h"

#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

enum {
    TOKEN_FILE_SIZE_MAX = 20000, /* the API's limit of WebIdentityToken */
    /* Every byte of a token may become three. */
    BODY_SIZE_MAX = 3 * TOKEN_FILE_SIZE_MAX + 8 * 1024,
    LINE_SIZE_MAX = CREDENTIALS_TOKEN_SIZE_MAX + 1024,
    MESSAGE_SIZE_MAX = 256, /* enough of STS's words */
};

/* One call of STS. */
struct call {
    const struct aws_settings *settings;
    const struct aws_config *config;
    const struct sts_role *role;
    const struct credentials *base; /* NULL: unsigned */
    struct bytes secret;            /* what the server gets to see of ours */
    char region[REGION_SIZE_MAX + 1];
    struct url url;
    struct buffer body;
    struct buffer authorization;
    struct buffer token;
    struct buffer reply;
};

static void call_init(struct call *call)
{
    buffer_init(&call->body, BODY_SIZE_MAX);
    buffer_init(&call->authorization, LINE_SIZE_MAX);
    buffer_init(&call->token, LINE_SIZE_MAX);
    buffer_init(&call->reply, AWS_SERVICE_REPLY_SIZE_MAX);
}

static void call_finish(struct call *call)
{
    buffer_finish(&call->body);
    buffer_finish(&call->authorization);
    buffer_finish(&call->token);
    buffer_finish(&call->reply);
}

/* Appends a parameter, with everything but the unreserved characters of RFC 3986 escaped. */
static void add_parameter(struct call *call, const char *name, const char *value)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    if (value == NULL) {
        return;
    }
    buffer_append_format(&call->body, "&%s=", name);
    for (const char *c = value; *c != '\0'; c++) {
        if (strchr(unreserved, *c) != NULL) {
            buffer_append(&call->body, bytes_from(c, 1));
        } else {
            buffer_append_format(&call->body, "%%%02X", (unsigned char)*c);
        }
    }
}

static void begin_body(struct call *call, const char *action)
{
    char made_up[48];

    (void)snprintf(made_up, sizeof(made_up), "ddblock-%lld", (long long)clock_wall_ms());
    buffer_append_format(&call->body, "Action=%s&Version=2011-06-15", action);
    add_parameter(call, "RoleArn", call->role->arn);
    add_parameter(call, "RoleSessionName",
                  call->role->session_name != NULL ? call->role->session_name : made_up);
    add_parameter(call, "DurationSeconds", call->role->duration_seconds);
}

/* Makes the lines for X-Amz-Date, Authorization and X-Amz-Security-Token. */
static bool sign(struct call *call, char ret_date[SIGV4_DATE_SIZE])
{
    const struct credentials *base = call->base;
    const struct sigv4_identity identity = {base->access_key_id, base->secret_access_key,
                                            base->session_token, call->region, "sts"};
    const struct sigv4_request request = {call->url.authority, NULL, ret_date,
                                          buffer_bytes(&call->body), CONTENT_TYPE};
    struct sigv4 *signer = sigv4_create();
    bool ok = signer != NULL && sigv4_date(clock_wall_ms(), ret_date);

    buffer_append_string(&call->authorization, "Authorization: ");
    ok = ok && sigv4_authorization(signer, &identity, &request, &call->authorization);
    if (base->session_token != NULL) {
        buffer_append_format(&call->token, "X-Amz-Security-Token: %s", base->session_token);
    }
    sigv4_destroy(signer);
    return ok && buffer_ok(&call->token);
}

/* Sends the body. Returns DDBLOCK_OK if there is a reply. */
static ddblock_status send_body(struct call *call, int *ret_status, ddblock_error *error)
{
    const char *headers[6] = {"Content-Type: " CONTENT_TYPE};
    char host[sizeof("Host: ") + URL_AUTHORITY_SIZE_MAX];
    char date[SIGV4_DATE_SIZE];
    char date_line[sizeof("X-Amz-Date: ") + SIGV4_DATE_SIZE];
    size_t count = 1;
    struct http_fetch request = {
        .method = "POST",
        .url = &call->url,
        .path = "/",
        .headers = headers,
        .body = buffer_bytes(&call->body),
        .ca_file = aws_service_ca_file(call->settings, call->config, call->role->profile),
        .connect_timeout_ms = AWS_SERVICE_CONNECT_TIMEOUT_MS,
        .timeout_ms = AWS_SERVICE_TIMEOUT_MS,
    };

    (void)snprintf(host, sizeof(host), "Host: %s", call->url.authority);
    headers[count++] = host;
    if (call->base != NULL) {
        if (!sign(call, date)) {
            return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
        }
        (void)snprintf(date_line, sizeof(date_line), "X-Amz-Date: %s", date);
        headers[count++] = date_line;
        headers[count++] = buffer_string(&call->authorization);
        if (call->token.size > 0) {
            headers[count++] = buffer_string(&call->token);
        }
    }
    if (aws_service_fetch(&request, AWS_SERVICE_TRIES, ret_status, &call->reply, error) ==
        HTTP_REPLIED) {
        return DDBLOCK_OK;
    }
    return error->status;
}

/* Tells why STS refuses. Its words are those of a server that has seen our token: they are left
 * out where they repeat it. */
static ddblock_status refused(struct call *call, int http_status, ddblock_error *error)
{
    struct bytes document = buffer_bytes(&call->reply);
    struct buffer code;
    struct buffer message;
    char escaped[2][MESSAGE_SIZE_MAX];
    ddblock_status status;

    buffer_init(&code, MESSAGE_SIZE_MAX);
    buffer_init(&message, MESSAGE_SIZE_MAX * 4);
    if (!xml_field(document, "Error", "Code", &code)) {
        buffer_clear(&code);
        buffer_append_format(&code, "HTTP status %d", http_status);
    }
    if (!xml_field(document, "Error", "Message", &message) ||
        text_repeats(buffer_bytes(&message), call->secret)) {
        buffer_clear(&message);
    }
    status = status_set(error,
                        http_status >= 500 || http_status == 429 ? DDBLOCK_UNAVAILABLE
                                                                 : DDBLOCK_NO_CREDENTIALS,
                        "%s: STS does not give the role: %s%s%s", call->role->source,
                        text_escape(escaped[0], MESSAGE_SIZE_MAX, buffer_bytes(&code)),
                        message.size > 0 ? ": " : "",
                        text_escape(escaped[1], MESSAGE_SIZE_MAX, buffer_bytes(&message)));
    buffer_finish(&code);
    buffer_finish(&message);
    return status;
}

/* The account in "arn:aws:sts::111122223333:assumed-role/…", if it is there. */
static void set_account(struct call *call, struct credentials *credentials)
{
    struct buffer arn;
    char account[13] = {0};
    const char *rest;

    buffer_init(&arn, MESSAGE_SIZE_MAX);
    if (xml_field(buffer_bytes(&call->reply), "AssumedRoleUser", "Arn", &arn)) {
        rest = strstr(buffer_string(&arn), ":sts::");
        if (rest != NULL && strlen(rest) > 6 + 12 && rest[6 + 12] == ':') {
            memcpy(account, rest + 6, 12);
            (void)credentials_set_account(credentials, account, NULL); /* only useful */
        }
    }
    buffer_finish(&arn);
}

static ddblock_status read_reply(struct call *call, struct credentials **ret_credentials,
                                 ddblock_error *error)
{
    static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                        "Expiration"};
    struct buffer values[4];
    struct credentials *credentials = NULL;
    int64_t expires_unix_ms = -1;
    ddblock_status status = DDBLOCK_NO_CREDENTIALS;
    bool memory = true;
    bool ok = true;

    for (size_t i = 0; i < 4; i++) {
        buffer_init(&values[i], AWS_SERVICE_REPLY_SIZE_MAX); /* more than there can be */
        ok = ok && xml_field(buffer_bytes(&call->reply), "Credentials", names[i], &values[i]);
        memory = memory && buffer_ok(&values[i]);
    }
    if (!memory) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    } else if (!ok || !timestamp_parse(buffer_bytes(&values[3]), &expires_unix_ms)) {
        (void)status_set(error, status, "%s: what came from STS holds no credentials",
                         call->role->source);
    } else {
        status =
            credentials_create(buffer_string(&values[0]), buffer_string(&values[1]),
                               buffer_string(&values[2]), call->role->source, &credentials, error);
    }
    if (status == DDBLOCK_OK) {
        assert(credentials != NULL);
        credentials->expires_unix_ms = expires_unix_ms;
        set_account(call, credentials);
        *ret_credentials = credentials;
    }
    for (size_t i = 0; i < 4; i++) {
        buffer_finish(&values[i]);
    }
    return status;
}

/* Sends the call, whose body is complete. */
static ddblock_status run(struct call *call, struct credentials **ret_credentials,
                          ddblock_error *error)
{
    ddblock_error reason = {0};
    int http_status = 0;
    ddblock_status status;

    if (!buffer_ok(&call->body)) {
        return status_set(error, DDBLOCK_NO_MEMORY, "%s: the request to STS has no room",
                          call->role->source);
    }
    status = aws_service_region(call->settings, call->config, call->role->profile, call->region,
                                &reason);
    if (status == DDBLOCK_OK) {
        status = aws_service_url(call->settings, call->config, call->role->profile, AWS_SERVICE_STS,
                                 call->region, &call->url, &reason);
    }
    if (status == DDBLOCK_OK) {
        status = send_body(call, &http_status, &reason);
    }
    if (status != DDBLOCK_OK) {
        return status_set(error, status, "%s: %s", call->role->source, reason.message);
    }
    return http_status == 200 ? read_reply(call, ret_credentials, error)
                              : refused(call, http_status, error);
}

ddblock_status sts_assume_role(const struct aws_settings *settings, const struct aws_config *config,
                               const struct sts_role *role, const struct credentials *base,
                               struct credentials **ret_credentials, ddblock_error *error)
{
    struct call call = {.settings = settings, .config = config, .role = role, .base = base};
    ddblock_status status;

    call_init(&call);
    if (base->session_token != NULL) {
        call.secret = bytes_from_string(base->session_token);
    }
    begin_body(&call, "AssumeRole");
    add_parameter(&call, "ExternalId", role->external_id);
    status = run(&call, ret_credentials, error);
    call_finish(&call);
    return status;
}

/* Reads the token, less the line break that people leave at the end of a file. */
static ddblock_status read_token(const struct sts_role *role, const char *path,
                                 struct buffer *token, ddblock_error *error)
{
    char escaped[256];
    int code = small_file_read(path, token, NULL);

    if (code == ENOMEM) {
        return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    if (code == 0) {
        size_t size = strcspn(buffer_string(token), "\r\n");

        token->size = size;
        code = size == 0 ? ENODATA : 0;
    }
    if (code != 0) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "%s: the token file %s %s", role->source,
                          text_escape(escaped, sizeof(escaped), bytes_from_string(path)),
                          code == ENODATA ? "is empty" : small_file_explain(code));
    }
    if (token->data != NULL) {
        token->data[token->size] = '\0';
    }
    return DDBLOCK_OK;
}

ddblock_status sts_assume_role_with_web_identity(const struct aws_settings *settings,
                                                 const struct aws_config *config,
                                                 const struct sts_role *role,
                                                 const char *token_file,
                                                 struct credentials **ret_credentials,
                                                 ddblock_error *error)
{
    struct call call = {.settings = settings, .config = config, .role = role};
    struct buffer token;
    ddblock_status status;

    buffer_init(&token, TOKEN_FILE_SIZE_MAX);
    call_init(&call);
    status = read_token(role, token_file, &token, error);
    if (status == DDBLOCK_OK) {
        call.secret = buffer_bytes(&token);
        begin_body(&call, "AssumeRoleWithWebIdentity");
        add_parameter(&call, "WebIdentityToken", buffer_string(&token));
        status = run(&call, ret_credentials, error);
    }
    call_finish(&call);
    buffer_finish(&token);
    return status;
}
