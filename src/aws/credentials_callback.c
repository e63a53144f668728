/* credentials_callback.c - credentials that a function of the program gives. */
#include <stdlib.h>

#include "aws/credentials.h"
#include "base/status.h"
#include "base/text.h"

#define SOURCE "the program's function"

struct callback_source {
    struct credentials_source base;
    const ddblock_dynamodb_options *options;
};

/* The program's own words, ended whatever it did to them. */
static enum credentials_answer failed(ddblock_status status, ddblock_error *given,
                                      ddblock_error *error)
{
    char escaped[sizeof(given->message)];

    given->message[sizeof(given->message) - 1] = '\0';
    if (given->message[0] == '\0') {
        (void)status_set(error, status, SOURCE " for credentials failed: %s",
                         ddblock_status_text(status));
    } else {
        (void)status_set(error, status, "%s",
                         text_escape(escaped, sizeof(escaped), bytes_from_string(given->message)));
    }
    return CREDENTIALS_FAILED;
}

static enum credentials_answer callback_get(struct credentials_source *base,
                                            struct credentials **ret_credentials,
                                            ddblock_error *error)
{
    const ddblock_dynamodb_options *options = ((struct callback_source *)base)->options;
    ddblock_credentials given = {.size = sizeof(given), .expires_unix_ms = -1};
    ddblock_error reason = {0};
    struct credentials *credentials = NULL;
    ddblock_status status;

    if (options->credentials == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "the option credentials is not given");
        return CREDENTIALS_ABSENT;
    }
    status = options->credentials(options->credentials_user, &given, &reason);
    if (status != DDBLOCK_OK) {
        return failed(status, &reason, error);
    }
    if (given.access_key_id == NULL || given.secret_access_key == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         SOURCE " gave no access_key_id or no "
                                "secret_access_key");
        return CREDENTIALS_FAILED;
    }
    if (credentials_create(given.access_key_id, given.secret_access_key, given.session_token,
                           SOURCE, &credentials, error) != DDBLOCK_OK ||
        credentials_set_account(credentials, given.account_id, error) != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return CREDENTIALS_FAILED;
    }
    credentials->expires_unix_ms = given.expires_unix_ms < 0 ? -1 : given.expires_unix_ms;
    *ret_credentials = credentials;
    return CREDENTIALS_FOUND;
}

static void callback_destroy(struct credentials_source *base)
{
    free(base);
}

static const struct credentials_source_operations operations = {callback_get, callback_destroy};

struct credentials_source *credentials_callback_create(const ddblock_dynamodb_options *options)
{
    struct callback_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->options = options;
    return &source->base;
}
