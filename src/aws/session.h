/* session.h - who we are for AWS, and where DynamoDB is: credentials, region, endpoint,
 * and the signature of each request.
 *
 * For one thread at a time. Nothing that it says holds a secret. */
#ifndef AWS_SESSION_H
#define AWS_SESSION_H

#include "aws/environment.h"
#include "base/bytes.h"
#include "ddblock/ddblock.h"

struct aws_session;

/* Finds region, endpoint and credentials: the options first, then the environment, which is
 * read here and never again.
 *
 * Returns DDBLOCK_INVALID, DDBLOCK_NO_CREDENTIALS or DDBLOCK_NO_MEMORY with a sentence. */
ddblock_status aws_session_open(const ddblock_dynamodb_options *options,
                                struct aws_session **ret_session, ddblock_error *error);

/* The same with an environment of the caller's own, which it reads in the call only. */
ddblock_status aws_session_open_in(const ddblock_dynamodb_options *options,
                                   const struct environment *environment,
                                   struct aws_session **ret_session, ddblock_error *error);

/* The endpoint: "https://dynamodb.eu-west-1.amazonaws.com", no slash at its end. */
const char *aws_session_url(const struct aws_session *session);

/* The file of CA certificates: the option, else AWS_CA_BUNDLE, else NULL: the system's. */
const char *aws_session_ca_file(const struct aws_session *session);

/* Signs one attempt of a POST, as of now. target is what X-Amz-Target says,
 * "DynamoDB_20120810.GetItem" say.
 *
 * *ret_headers becomes "Name: value" lines ended by NULL: Content-Type, Host, X-Amz-Date,
 * X-Amz-Security-Token where there is a session token, X-Amz-Target, Authorization. They are
 * valid until the next call.
 *
 * Returns DDBLOCK_NO_MEMORY; DDBLOCK_INTERNAL for a wall clock before 1970. */
ddblock_status aws_session_sign(struct aws_session *session, const char *target, struct bytes body,
                                const char *const **ret_headers, ddblock_error *error);

/* Takes a server's Date, in milliseconds, to correct our wall clock by, for signatures only.
 * Negative (no such header) is ignored. */
void aws_session_learn_date(struct aws_session *session, int64_t date_unix_ms);

/* Wipes what is secret. NULL is fine. */
void aws_session_destroy(struct aws_session *session);

#endif
