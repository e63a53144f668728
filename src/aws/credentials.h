/* credentials.h - AWS credentials, and the sources that they come from.
 *
 * A source is a file credentials_NAME.c with a table of two functions. The chain
 * (credentials_chain.c) is a source as well: it asks the others in order. */
#ifndef AWS_CREDENTIALS_H
#define AWS_CREDENTIALS_H

#include "aws/environment.h"
#include "aws/settings.h"
#include "ddblock/ddblock.h"

enum {
    CREDENTIALS_ID_SIZE_MAX = 128,     /* IAM API reference, type AccessKey */
    CREDENTIALS_SECRET_SIZE_MAX = 256, /* 40 at AWS; other engines have longer ones */
    /* AWS STS sets no limit and advises to assume none; but the server bounds all headers. */
    CREDENTIALS_TOKEN_SIZE_MAX = 16 * 1024,
};

struct credentials {
    char *access_key_id;
    char *secret_access_key;
    char *session_token;     /* NULL: none */
    int64_t expires_unix_ms; /* -1: never */
    char *account_id;        /* NULL: unknown */
    const char *source;      /* for people: "the profile \"x\"" */
};

/* Copies the four; session_token may be NULL. source stands in messages: "the environment"
 * say. They never expire and their account is unknown, unless the caller sets that.
 *
 * Returns DDBLOCK_NO_CREDENTIALS if one is empty, too long or holds a character that none
 * has; DDBLOCK_NO_MEMORY. */
ddblock_status credentials_create(const char *access_key_id, const char *secret_access_key,
                                  const char *session_token, const char *source,
                                  struct credentials **ret_credentials, ddblock_error *error);

/* Sets the account; NULL is fine.
 *
 * Returns DDBLOCK_NO_CREDENTIALS if it is not 12 digits (it becomes part of a host name), or
 * DDBLOCK_NO_MEMORY. */
ddblock_status credentials_set_account(struct credentials *credentials, const char *account_id,
                                       ddblock_error *error);

/* Wipes them. NULL is fine. */
void credentials_destroy(struct credentials *credentials);

enum credentials_answer {
    CREDENTIALS_FOUND,
    CREDENTIALS_ABSENT, /* this source has none: the next is asked; the error's message says
                           why, as a clause */
    CREDENTIALS_FAILED, /* it has some, but they cannot be used: no other source is asked, since
                           they were not what was meant */
};

struct credentials_source;

struct credentials_source_operations {
    enum credentials_answer (*get)(struct credentials_source *source,
                                   struct credentials **ret_credentials, ddblock_error *error);
    void (*destroy)(struct credentials_source *source);
};

/* The head of every source; a source's own struct begins with it. */
struct credentials_source {
    const struct credentials_source_operations *operations;
};

/* The sources, each NULL if there is no memory. What they are given stays alive as long. get
 * may wait for the network or for a process. */
struct credentials_source *credentials_options_create(const ddblock_dynamodb_options *options);
struct credentials_source *credentials_callback_create(const ddblock_dynamodb_options *options);
struct credentials_source *credentials_environment_create(const struct environment *environment);
struct credentials_source *credentials_profile_create(const struct aws_settings *settings);
struct credentials_source *credentials_web_identity_create(const struct aws_settings *settings);
struct credentials_source *credentials_container_create(const struct aws_settings *settings);
struct credentials_source *credentials_imds_create(const struct aws_settings *settings);

/* All of them in their order. It copies what it needs of options and environment. */
struct credentials_source *credentials_chain_create(const ddblock_dynamodb_options *options,
                                                    const struct environment *environment);

/* error must not be NULL, and has the status where the answer is not FOUND. */
static inline enum credentials_answer credentials_source_get(struct credentials_source *source,
                                                             struct credentials **ret_credentials,
                                                             ddblock_error *error)
{
    return source->operations->get(source, ret_credentials, error);
}

static inline void credentials_source_destroy(struct credentials_source *source)
{
    if (source != NULL) {
        source->operations->destroy(source);
    }
}

#endif
