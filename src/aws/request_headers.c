/* request_headers.c - the signed headers of a request to DynamoDB. */
#include "aws/request_headers.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"

enum {
    /* Credentials of at most 128 bytes, the scope, four or five names, the signature. */
    AUTHORIZATION_SIZE_MAX = 1024,
    /* From 4 minutes on the AWS SDKs take a refusal for the fault of the clock: a request must
     * reach AWS within 5 minutes of its time stamp. */
    CLOCK_SKEW_MIN_MS = 4 * 60 * 1000,
};

bool request_headers_init(struct request_headers *headers)
{
    *headers = (struct request_headers){.signer = sigv4_create()};
    buffer_init(&headers->authorization_line, AUTHORIZATION_SIZE_MAX);
    buffer_init(&headers->token_line, CREDENTIALS_TOKEN_SIZE_MAX + 64);
    return headers->signer != NULL;
}

void request_headers_finish(struct request_headers *headers)
{
    sigv4_destroy(headers->signer);
    buffer_finish(&headers->token_line);
    buffer_finish(&headers->authorization_line);
}

/* No reply of ours is as old as the quarter of an hour from which the SDKs distrust its Date: a
 * request is given up after seconds. */
void request_headers_learn_date(struct request_headers *headers, int64_t date_unix_ms)
{
    int64_t skew_ms;

    if (date_unix_ms >= 0 && !__builtin_sub_overflow(date_unix_ms, clock_wall_ms(), &skew_ms)) {
        headers->skew_ms = skew_ms;
    }
}

bool request_headers_skew_differs(const struct request_headers *headers, int64_t skew_ms)
{
    int64_t difference;

    return __builtin_sub_overflow(headers->skew_ms, skew_ms, &difference) ||
           difference >= CLOCK_SKEW_MIN_MS || difference <= -CLOCK_SKEW_MIN_MS;
}

/* The time to sign with; our own where the corrected one is none. */
static bool signing_date(const struct request_headers *headers, char ret_date[SIGV4_DATE_SIZE])
{
    int64_t wall_ms = clock_wall_ms();
    int64_t corrected_ms;

    return (!__builtin_add_overflow(wall_ms, headers->skew_ms, &corrected_ms) &&
            sigv4_date(corrected_ms, ret_date)) ||
           sigv4_date(wall_ms, ret_date);
}

static void list_lines(struct request_headers *headers)
{
    size_t count = 0;

    headers->lines[count++] = "Content-Type: " SIGV4_CONTENT_TYPE;
    headers->lines[count++] = headers->host_line;
    headers->lines[count++] = headers->date_line;
    if (headers->token_line.size > 0) {
        headers->lines[count++] = buffer_string(&headers->token_line);
    }
    headers->lines[count++] = headers->target_line;
    headers->lines[count++] = buffer_string(&headers->authorization_line);
    headers->lines[count] = NULL;
    assert(count <= REQUEST_HEADERS_MAX);
}

ddblock_status request_headers_sign(struct request_headers *headers,
                                    const struct request_place *place,
                                    const struct credentials *credentials, const char *target,
                                    struct bytes body, ddblock_error *error)
{
    const struct sigv4_identity identity = {
        .access_key_id = credentials->access_key_id,
        .secret_access_key = credentials->secret_access_key,
        .session_token = credentials->session_token,
        .region = place->region,
        .service = "dynamodb",
    };
    char date[SIGV4_DATE_SIZE];
    struct sigv4_request request = {place->url->authority, target, date, body, NULL};

    assert(strlen(target) <= REQUEST_TARGET_SIZE_MAX);
    if (!signing_date(headers, date)) {
        return status_set(error, DDBLOCK_INTERNAL, "the wall clock of this machine is before 1970");
    }
    (void)snprintf(headers->host_line, sizeof(headers->host_line), "Host: %s",
                   place->url->authority);
    (void)snprintf(headers->date_line, sizeof(headers->date_line), "X-Amz-Date: %s", date);
    (void)snprintf(headers->target_line, sizeof(headers->target_line), "X-Amz-Target: %s", target);
    buffer_clear(&headers->token_line);
    if (credentials->session_token != NULL) {
        buffer_append_format(&headers->token_line, "X-Amz-Security-Token: %s",
                             credentials->session_token);
    }
    buffer_clear(&headers->authorization_line);
    buffer_append_string(&headers->authorization_line, "Authorization: ");
    if (!sigv4_authorization(headers->signer, &identity, &request, &headers->authorization_line) ||
        !buffer_ok(&headers->token_line)) {
        return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    list_lines(headers);
    return DDBLOCK_OK;
}
