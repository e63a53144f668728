/* credentials_chain.c - the sources of credentials in their order. */
#include <stdlib.h>

#include "aws/credentials.h"
#include "base/buffer.h"
#include "base/status.h"

/* The order is that of AWS's own C library: what the program says, the environment, and then
 * (none of them here yet) profile, web identity, container, instance. */
enum { SOURCE_OPTIONS, SOURCE_ENVIRONMENT, SOURCES };

struct chain {
    struct credentials_source base;
    struct credentials_source *sources[SOURCES];
};

static enum credentials_answer chain_get(struct credentials_source *base,
                                         struct credentials **ret_credentials, ddblock_error *error)
{
    struct chain *chain = (struct chain *)base;
    struct buffer reasons;

    buffer_init(&reasons, SOURCES * sizeof(error->message));
    for (size_t i = 0; i < SOURCES; i++) {
        enum credentials_answer answer =
            credentials_source_get(chain->sources[i], ret_credentials, error);

        if (answer != CREDENTIALS_ABSENT) {
            buffer_finish(&reasons);
            return answer;
        }
        buffer_append_format(&reasons, "%s%s", i > 0 ? "; " : "", error->message);
    }
    (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "no credentials: %s", buffer_string(&reasons));
    buffer_finish(&reasons);
    return CREDENTIALS_ABSENT;
}

static void chain_destroy(struct credentials_source *base)
{
    struct chain *chain = (struct chain *)base;

    for (size_t i = 0; i < SOURCES; i++) {
        credentials_source_destroy(chain->sources[i]);
    }
    free(chain);
}

static const struct credentials_source_operations operations = {chain_get, chain_destroy};

struct credentials_source *credentials_chain_create(const ddblock_dynamodb_options *options,
                                                    const struct environment *environment)
{
    struct chain *chain = calloc(1, sizeof(*chain));

    if (chain == NULL) {
        return NULL;
    }
    chain->base.operations = &operations;
    chain->sources[SOURCE_OPTIONS] = credentials_options_create(options);
    chain->sources[SOURCE_ENVIRONMENT] = credentials_environment_create(environment);
    for (size_t i = 0; i < SOURCES; i++) {
        if (chain->sources[i] == NULL) {
            chain_destroy(&chain->base);
            return NULL;
        }
    }
    return &chain->base;
}
