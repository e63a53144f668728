/* session.c - who we are for AWS, and where DynamoDB is. */
#include "aws/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/region.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/status.h"
#include "wire/sigv4.h"

enum {
    /* Credentials of at most 128 bytes, the scope, four or five names, the signature. */
    AUTHORIZATION_SIZE_MAX = 1024,
    TARGET_SIZE_MAX = 128, /* "DynamoDB_20120810." and the name of an operation */
    HEADERS_MAX = 6,
    CA_FILE_SIZE_MAX = 4096, /* PATH_MAX */
};

struct aws_session {
    struct credentials *credentials;
    char region[REGION_SIZE_MAX + 1];
    struct url url;
    char *ca_file;
    struct sigv4 *signer;
    int64_t skew_ms; /* the server's clock minus our wall clock */
    char host_line[sizeof("Host: ") + URL_AUTHORITY_SIZE_MAX];
    char date_line[sizeof("X-Amz-Date: ") + SIGV4_DATE_SIZE];
    char target_line[sizeof("X-Amz-Target: ") + TARGET_SIZE_MAX];
    struct buffer token_line; /* wiped, as every buffer is */
    struct buffer authorization_line;
    const char *headers[HEADERS_MAX + 1];
};

static ddblock_status no_memory(ddblock_error *error)
{
    return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
}

static ddblock_status find_credentials(struct aws_session *session,
                                       const ddblock_dynamodb_options *options,
                                       const struct environment *environment, ddblock_error *error)
{
    struct credentials_source *chain = credentials_chain_create(options, environment);
    ddblock_error reason = {0};
    enum credentials_answer answer;

    if (chain == NULL) {
        return no_memory(error);
    }
    answer = credentials_source_get(chain, &session->credentials, &reason);
    credentials_source_destroy(chain);
    if (answer != CREDENTIALS_FOUND) {
        return status_set(error, reason.status, "%s", reason.message);
    }
    return DDBLOCK_OK;
}

static ddblock_status find_ca_file(struct aws_session *session,
                                   const ddblock_dynamodb_options *options,
                                   const struct environment *environment, ddblock_error *error)
{
    const char *ca_file = options->ca_file;

    if (ca_file == NULL) {
        ca_file = environment_get(environment, "AWS_CA_BUNDLE");
    }
    if (ca_file == NULL) {
        return DDBLOCK_OK;
    }
    if (ca_file[0] == '\0' || strlen(ca_file) >= CA_FILE_SIZE_MAX) {
        return status_set(error, DDBLOCK_INVALID,
                          "the CA file (the option ca_file or AWS_CA_BUNDLE) has a name that is "
                          "empty or too long");
    }
    session->ca_file = strdup(ca_file);
    return session->ca_file != NULL ? DDBLOCK_OK : no_memory(error);
}

/* Makes what stays the same from request to request. */
static ddblock_status prepare(struct aws_session *session, ddblock_error *error)
{
    session->signer = sigv4_create();
    buffer_init(&session->authorization_line, AUTHORIZATION_SIZE_MAX);
    buffer_init(&session->token_line, CREDENTIALS_TOKEN_SIZE_MAX + 64);
    (void)snprintf(session->host_line, sizeof(session->host_line), "Host: %s",
                   session->url.authority);
    if (session->credentials->session_token != NULL) {
        buffer_append_format(&session->token_line, "X-Amz-Security-Token: %s",
                             session->credentials->session_token);
    }
    if (session->signer == NULL || !buffer_ok(&session->token_line)) {
        return no_memory(error);
    }
    return DDBLOCK_OK;
}

ddblock_status aws_session_open_in(const ddblock_dynamodb_options *options,
                                   const struct environment *environment,
                                   struct aws_session **ret_session, ddblock_error *error)
{
    struct endpoint_setting setting = endpoint_configured(options, environment);
    struct aws_session *session = calloc(1, sizeof(*session));
    ddblock_status status;

    if (session == NULL) {
        return no_memory(error);
    }
    status = region_find(options, environment, setting.url != NULL, session->region, error);
    if (status == DDBLOCK_OK) {
        status = endpoint_find(setting, session->region, &session->url, error);
    }
    if (status == DDBLOCK_OK) {
        status = find_ca_file(session, options, environment, error);
    }
    if (status == DDBLOCK_OK) {
        status = find_credentials(session, options, environment, error);
    }
    if (status == DDBLOCK_OK) {
        status = prepare(session, error);
    }
    if (status == DDBLOCK_OK) {
        *ret_session = session;
        session = NULL; /* now the caller's */
    }
    aws_session_destroy(session);
    return status;
}

ddblock_status aws_session_open(const ddblock_dynamodb_options *options,
                                struct aws_session **ret_session, ddblock_error *error)
{
    return aws_session_open_in(options, &environment_of_process, ret_session, error);
}

void aws_session_destroy(struct aws_session *session)
{
    if (session == NULL) {
        return;
    }
    credentials_destroy(session->credentials);
    sigv4_destroy(session->signer);
    buffer_finish(&session->token_line);
    buffer_finish(&session->authorization_line);
    free(session->ca_file);
    free(session);
}

const char *aws_session_url(const struct aws_session *session)
{
    return session->url.origin;
}

const char *aws_session_ca_file(const struct aws_session *session)
{
    return session->ca_file;
}

void aws_session_learn_date(struct aws_session *session, int64_t date_unix_ms)
{
    int64_t skew_ms;

    if (date_unix_ms >= 0 && !__builtin_sub_overflow(date_unix_ms, clock_wall_ms(), &skew_ms)) {
        session->skew_ms = skew_ms;
    }
}

/* The time to sign with; our own where the corrected one is none. */
static bool signing_date(const struct aws_session *session, char ret_date[SIGV4_DATE_SIZE])
{
    int64_t wall_ms = clock_wall_ms();
    int64_t corrected_ms;

    return (!__builtin_add_overflow(wall_ms, session->skew_ms, &corrected_ms) &&
            sigv4_date(corrected_ms, ret_date)) ||
           sigv4_date(wall_ms, ret_date);
}

static void list_headers(struct aws_session *session)
{
    size_t count = 0;

    session->headers[count++] = "Content-Type: " SIGV4_CONTENT_TYPE;
    session->headers[count++] = session->host_line;
    session->headers[count++] = session->date_line;
    if (session->token_line.size > 0) {
        session->headers[count++] = buffer_string(&session->token_line);
    }
    session->headers[count++] = session->target_line;
    session->headers[count++] = buffer_string(&session->authorization_line);
    session->headers[count] = NULL;
    assert(count <= HEADERS_MAX);
}

ddblock_status aws_session_sign(struct aws_session *session, const char *target, struct bytes body,
                                const char *const **ret_headers, ddblock_error *error)
{
    const struct sigv4_identity identity = {
        .access_key_id = session->credentials->access_key_id,
        .secret_access_key = session->credentials->secret_access_key,
        .session_token = session->credentials->session_token,
        .region = session->region,
        .service = "dynamodb",
    };
    char date[SIGV4_DATE_SIZE];
    struct sigv4_request request = {session->url.authority, target, date, body, NULL};

    assert(strlen(target) <= TARGET_SIZE_MAX);
    if (!signing_date(session, date)) {
        return status_set(error, DDBLOCK_INTERNAL, "the wall clock of this machine is before 1970");
    }
    (void)snprintf(session->date_line, sizeof(session->date_line), "X-Amz-Date: %s", date);
    (void)snprintf(session->target_line, sizeof(session->target_line), "X-Amz-Target: %s", target);
    buffer_clear(&session->authorization_line);
    buffer_append_string(&session->authorization_line, "Authorization: ");
    if (!sigv4_authorization(session->signer, &identity, &request, &session->authorization_line)) {
        return no_memory(error);
    }
    list_headers(session);
    *ret_headers = session->headers;
    return DDBLOCK_OK;
}
