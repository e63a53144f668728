/* sigv4.h - signatures of requests to AWS, Signature Version 4.
 *
 * For the one shape of request that DynamoDB and STS take: POST / without a query, and a fixed
 * list of headers. Each step is a function, so that a test names the step that is wrong.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
#ifndef WIRE_SIGV4_H
#define WIRE_SIGV4_H

#include "base/buffer.h"
#include "base/bytes.h"

enum {
    SIGV4_DATE_SIZE = sizeof("20150830T123600Z"),
    SIGV4_HASH_SIZE = 32,
    SIGV4_HEX_SIZE = 2 * SIGV4_HASH_SIZE + 1,
};

#define SIGV4_CONTENT_TYPE "application/x-amz-json-1.0"

/* Algorithms that were looked up, and the last key that was derived. For one thread at a
 * time. */
struct sigv4;

/* Who signs, for which service. */
struct sigv4_identity {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token; /* NULL: none */
    const char *region;
    const char *service;
};

struct sigv4_request {
    const char *host;   /* as the Host header says it */
    const char *target; /* as X-Amz-Target says it; NULL: there is none */
    const char *date;   /* as X-Amz-Date says it: sigv4_date() */
    struct bytes body;
    const char *content_type; /* NULL: SIGV4_CONTENT_TYPE */
};

/* NULL if there is no memory. */
struct sigv4 *sigv4_create(void);

/* Wipes the key. NULL is fine. */
void sigv4_destroy(struct sigv4 *signer);

/* Writes "20150830T123600Z". False for instants that are not in the years 1970 to 9999. */
bool sigv4_date(int64_t unix_ms, char ret_date[SIGV4_DATE_SIZE]);

/* Step 1. Appends the canonical request; its failure is that of the buffer. */
bool sigv4_canonical_request(struct sigv4 *signer, const struct sigv4_identity *identity,
                             const struct sigv4_request *request, struct buffer *target);

/* Step 2. Appends the string to sign for a canonical request. */
bool sigv4_string_to_sign(struct sigv4 *signer, const struct sigv4_identity *identity,
                          const char *date, struct bytes canonical_request, struct buffer *target);

/* Step 3. Derives the signing key, or takes the one derived last if it is the same. */
bool sigv4_key(struct sigv4 *signer, const struct sigv4_identity *identity, const char *date,
               uint8_t ret_key[SIGV4_HASH_SIZE]);

/* Step 4. */
bool sigv4_signature(struct sigv4 *signer, const uint8_t key[SIGV4_HASH_SIZE],
                     struct bytes string_to_sign, char ret_hex[SIGV4_HEX_SIZE]);

/* All steps: appends the value of the Authorization header. False if there is no memory. */
bool sigv4_authorization(struct sigv4 *signer, const struct sigv4_identity *identity,
                         const struct sigv4_request *request, struct buffer *target);

#endif
