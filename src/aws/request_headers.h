/* request_headers.h - the signed headers of a request to DynamoDB.
 *
 * For one thread at a time. */
#ifndef AWS_REQUEST_HEADERS_H
#define AWS_REQUEST_HEADERS_H

#include "aws/credentials.h"
#include "base/buffer.h"
#include "wire/sigv4.h"
#include "wire/url.h"

enum {
    REQUEST_TARGET_SIZE_MAX = 128, /* "DynamoDB_20120810." and the name of an operation */
    REQUEST_HEADERS_MAX = 6,
};

/* Where a request goes, and for which region it is signed. */
struct request_place {
    const struct url *url;
    const char *region;
};

struct request_headers {
    struct sigv4 *signer;
    int64_t skew_ms; /* the server's clock minus our wall clock */
    char host_line[sizeof("Host: ") + URL_AUTHORITY_SIZE_MAX];
    char date_line[sizeof("X-Amz-Date: ") + SIGV4_DATE_SIZE];
    char target_line[sizeof("X-Amz-Target: ") + REQUEST_TARGET_SIZE_MAX];
    struct buffer token_line; /* wiped, as every buffer is */
    struct buffer authorization_line;
    const char *lines[REQUEST_HEADERS_MAX + 1];
};

/* False if there is no memory. */
bool request_headers_init(struct request_headers *headers);

/* A zeroed one is fine. */
void request_headers_finish(struct request_headers *headers);

/* Makes the lines, as aws_session_sign() says. */
ddblock_status request_headers_sign(struct request_headers *headers,
                                    const struct request_place *place,
                                    const struct credentials *credentials, const char *target,
                                    struct bytes body, ddblock_error *error);

/* Takes a server's Date; negative: there was none. */
void request_headers_learn_date(struct request_headers *headers, int64_t date_unix_ms);

/* True if the correction of the date is by now another, by so much that AWS may have refused a
 * request signed with this one. */
bool request_headers_skew_differs(const struct request_headers *headers, int64_t skew_ms);

#endif
