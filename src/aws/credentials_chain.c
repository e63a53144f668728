/* credentials_chain.c - the sources of credentials in their order. */
#include <stdlib.h>

#include "aws/credentials.h"
#include "base/buffer.h"
#include "base/status.h"

/* The order is that of AWS's own C library: what the program says, the environment, profile, web
 * identity, container, instance. */
enum {
    SOURCE_OPTIONS,
    SOURCE_CALLBACK,
    SOURCE_ENVIRONMENT,
    SOURCE_PROFILE,
    SOURCE_WEB_IDENTITY,
    SOURCE_CONTAINER,
    SOURCE_IMDS,
    SOURCES,
};

struct chain {
    struct credentials_source base;
    struct aws_settings *settings;
    struct credentials_source *sources[SOURCES];
};

/* True for the environment's keys where a profile was named in the options: by who runs the
 * program, that is, while they may have been there for others. AWS_PROFILE lies in the same
 * environment and says nothing of the kind. */
static bool is_skipped(const struct chain *chain, size_t i)
{
    return i == SOURCE_ENVIRONMENT && chain->settings->options.profile != NULL;
}

static enum credentials_answer chain_get(struct credentials_source *base,
                                         struct credentials **ret_credentials, ddblock_error *error)
{
    struct chain *chain = (struct chain *)base;
    struct buffer reasons;

    buffer_init(&reasons, SOURCES * sizeof(error->message));
    for (size_t i = 0; i < SOURCES; i++) {
        enum credentials_answer answer;

        if (is_skipped(chain, i)) {
            continue;
        }
        answer = credentials_source_get(chain->sources[i], ret_credentials, error);
        if (answer != CREDENTIALS_ABSENT) {
            buffer_finish(&reasons);
            return answer;
        }
        aws_settings_log(chain->settings, DDBLOCK_LOG_INFO, "no credentials yet: %s",
                         error->message);
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
    aws_settings_destroy(chain->settings);
    free(chain);
}

static const struct credentials_source_operations operations = {chain_get, chain_destroy};

struct credentials_source *credentials_chain_create(const ddblock_dynamodb_options *options,
                                                    const struct environment *environment)
{
    struct chain *chain = calloc(1, sizeof(*chain));
    const struct aws_settings *settings;

    if (chain == NULL) {
        return NULL;
    }
    chain->base.operations = &operations;
    chain->settings = aws_settings_create(options, environment);
    settings = chain->settings;
    if (settings == NULL) {
        chain_destroy(&chain->base);
        return NULL;
    }
    chain->sources[SOURCE_OPTIONS] = credentials_options_create(&settings->options);
    chain->sources[SOURCE_CALLBACK] = credentials_callback_create(&settings->options);
    chain->sources[SOURCE_ENVIRONMENT] = credentials_environment_create(&settings->environment);
    chain->sources[SOURCE_PROFILE] = credentials_profile_create(settings);
    chain->sources[SOURCE_WEB_IDENTITY] = credentials_web_identity_create(settings);
    chain->sources[SOURCE_CONTAINER] = credentials_container_create(settings);
    chain->sources[SOURCE_IMDS] = credentials_imds_create(settings);
    for (size_t i = 0; i < SOURCES; i++) {
        if (chain->sources[i] == NULL) {
            chain_destroy(&chain->base);
            return NULL;
        }
    }
    return &chain->base;
}
