/* credentials_options.c - credentials that the program gives in its options. */
#include <stdlib.h>

#include "aws/credentials.h"
#include "base/status.h"

struct options_source {
    struct credentials_source base;
    const ddblock_dynamodb_options *options;
};

static enum credentials_answer options_get(struct credentials_source *base,
                                           struct credentials **ret_credentials,
                                           ddblock_error *error)
{
    const ddblock_dynamodb_options *options = ((struct options_source *)base)->options;
    const char *given = NULL;
    const char *missing = NULL;

    if (options->access_key_id == NULL && options->secret_access_key == NULL) {
        if (options->session_token == NULL) {
            (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                             "the options access_key_id and secret_access_key are not given");
            return CREDENTIALS_ABSENT;
        }
        given = "session_token";
        missing = "access_key_id and secret_access_key";
    } else if (options->access_key_id == NULL) {
        given = "secret_access_key";
        missing = "access_key_id";
    } else if (options->secret_access_key == NULL) {
        given = "access_key_id";
        missing = "secret_access_key";
    }
    if (missing != NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         "the option %s is given without %s; give %s", given, missing,
                         options->session_token != NULL ? "all or none" : "both or neither");
        return CREDENTIALS_FAILED;
    }
    return credentials_create(options->access_key_id, options->secret_access_key,
                              options->session_token, "the options", ret_credentials,
                              error) == DDBLOCK_OK
               ? CREDENTIALS_FOUND
               : CREDENTIALS_FAILED;
}

static void options_destroy(struct credentials_source *base)
{
    free(base);
}

static const struct credentials_source_operations operations = {options_get, options_destroy};

struct credentials_source *credentials_options_create(const ddblock_dynamodb_options *options)
{
    struct options_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->options = options;
    return &source->base;
}
