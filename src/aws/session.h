/* session.h - who we are for AWS, and where DynamoDB is: credentials, region, endpoint,
 * and the signature of each request.
 *
 * For one thread at a time. Nothing that it says holds a secret, and nothing in it waits. */
#ifndef AWS_SESSION_H
#define AWS_SESSION_H

#include "aws/credentials.h"
#include "base/bytes.h"

struct aws_session;

/* Finds region and endpoint, and credentials where they are at hand: the options first, then the
 * environment and AWS's shared files, which are read here. Credentials that must be fetched
 * are not asked for yet.
 *
 * Returns DDBLOCK_INVALID, DDBLOCK_NO_CREDENTIALS or DDBLOCK_NO_MEMORY with a sentence. */
ddblock_status aws_session_open(const ddblock_dynamodb_options *options,
                                struct aws_session **ret_session, ddblock_error *error);

/* The same with an environment of the caller's own, which it reads in the call only. source, if
 * not NULL, takes the place of the chain; it is taken over. */
ddblock_status aws_session_open_in(const ddblock_dynamodb_options *options,
                                   const struct environment *environment,
                                   struct credentials_source *source,
                                   struct aws_session **ret_session, ddblock_error *error);

/* Whom to tell, from another thread, that the state may have changed. Once, before the first
 * aws_session_ask(). */
void aws_session_notify(struct aws_session *session, void (*changed)(void *user), void *user);

/* Wants keys: has them fetched if there are none. */
void aws_session_ask(struct aws_session *session);

enum aws_state {
    AWS_READY,   /* requests can be signed */
    AWS_WAITING, /* keys are being fetched */
    AWS_FAILED,  /* there were none; aws_session_ask() tries again */
};

/* error is filled in for FAILED. */
enum aws_state aws_session_state(struct aws_session *session, ddblock_error *error);

/* Counts the keys that the session has had, so that it can be told which of them were refused. */
uint64_t aws_session_generation(const struct aws_session *session);

/* AWS refuses keys of that generation as expired or unknown. True if a request that was signed
 * with them deserves another try: there are others by now, or others are being fetched. */
bool aws_session_keys_refused(struct aws_session *session, uint64_t generation);

/* The endpoint: "https://dynamodb.eu-west-1.amazonaws.com", no slash at its end. It may become
 * another one when keys come: that of their account. */
const char *aws_session_url(const struct aws_session *session);

/* The file of CA certificates: the option, AWS_CA_BUNDLE, ca_bundle of the profile; NULL: the
 * system's. */
const char *aws_session_ca_file(const struct aws_session *session);

/* How often a request is tried before an acquisition fails: AWS_MAX_ATTEMPTS, max_attempts of the
 * profile; 0: nobody says. */
uint32_t aws_session_tries(const struct aws_session *session);

/* For people. */
struct aws_description {
    const char *region;
    const char *region_from;
    const char *endpoint_from;
    const char *partition;       /* "aws", as in ARNs */
    const char *account_id;      /* NULL: unknown */
    const char *keys_from;       /* NULL: there are none */
    int64_t keys_expire_unix_ms; /* -1: never */
    int64_t skew_ms;             /* AWS's clock less ours, as far as known */
};

/* Valid until the session changes. */
struct aws_description aws_session_describe(const struct aws_session *session);

/* Signs one attempt of a POST, as of now; only while the state is AWS_READY. target is what
 * X-Amz-Target says, "DynamoDB_20120810.GetItem" say.
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

/* True if the correction is by now another than this one, by so much that AWS may have refused a
 * request for it. */
bool aws_session_skew_differs(const struct aws_session *session, int64_t skew_ms);

/* Wipes what is secret. Waits for a source that is being asked. With forked, in a child of the
 * process that opened it. NULL is fine. */
void aws_session_destroy(struct aws_session *session, bool forked);

#endif
