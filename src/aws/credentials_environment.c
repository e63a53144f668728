/* credentials_environment.c - credentials in environment variables.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html */
#include <stdlib.h>

#include "aws/credentials.h"
#include "base/status.h"
#include "wire/timestamp.h"

struct environment_source {
    struct credentials_source base;
    const struct environment *environment;
};

/* With what else the environment says of them. */
static ddblock_status create(const struct environment *environment, const char *id,
                             const char *secret, struct credentials **ret_credentials,
                             ddblock_error *error)
{
    const char *expiration = environment_get(environment, "AWS_CREDENTIAL_EXPIRATION");
    struct credentials *credentials = NULL;
    ddblock_status status =
        credentials_create(id, secret, environment_get(environment, "AWS_SESSION_TOKEN"),
                           "the environment", &credentials, error);

    if (status == DDBLOCK_OK) {
        status = credentials_set_account(credentials,
                                         environment_get(environment, "AWS_ACCOUNT_ID"), error);
    }
    if (status == DDBLOCK_OK && expiration != NULL &&
        !timestamp_parse(bytes_from_string(expiration), &credentials->expires_unix_ms)) {
        status = status_set(error, DDBLOCK_NO_CREDENTIALS,
                            "AWS_CREDENTIAL_EXPIRATION is no instant; one looks like "
                            "\"2026-11-25T08:30:00Z\"");
    }
    if (status != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return status;
    }
    *ret_credentials = credentials;
    return DDBLOCK_OK;
}

static enum credentials_answer environment_source_get(struct credentials_source *base,
                                                      struct credentials **ret_credentials,
                                                      ddblock_error *error)
{
    const struct environment *environment = ((struct environment_source *)base)->environment;
    const char *id = environment_get(environment, "AWS_ACCESS_KEY_ID");
    const char *secret = environment_get(environment, "AWS_SECRET_ACCESS_KEY");

    if (id == NULL && secret == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
        return CREDENTIALS_ABSENT;
    }
    if (id == NULL || secret == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         "the environment has %s but not %s; set both or neither",
                         id != NULL ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                         id != NULL ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
        return CREDENTIALS_FAILED;
    }
    return create(environment, id, secret, ret_credentials, error) == DDBLOCK_OK
               ? CREDENTIALS_FOUND
               : CREDENTIALS_FAILED;
}

static void environment_source_destroy(struct credentials_source *base)
{
    free(base);
}

static const struct credentials_source_operations operations = {environment_source_get,
                                                                environment_source_destroy};

struct credentials_source *credentials_environment_create(const struct environment *environment)
{
    struct environment_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->environment = environment;
    return &source->base;
}
