/* settings.c - what the sources of credentials look at: the options and the environment, copied. */
#include "aws/settings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HOME",
};

enum {
    NAMES = sizeof(names) / sizeof(names[0]),
    LOG_LINE_SIZE_MAX = 1024, /* an error's message and what stands before it */
};

struct owned_settings {
    struct aws_settings base;
    char *values[NAMES]; /* NULL: not set */
};

static const char *copy_get(void *user, const char *name)
{
    const struct owned_settings *settings = user;

    size_t i = 0;

    while (i < NAMES && strcmp(names[i], name) != 0) {
        i++;
    }
    assert(i < NAMES); /* the list has every variable that a source asks for */
    return settings->values[i];
}

/* The options that are strings and that sources use. */
static size_t list_strings(ddblock_dynamodb_options *options, const char **ret_strings[6])
{
    const char **strings[] = {
        &options->access_key_id, &options->secret_access_key,
        &options->session_token, &options->profile,
        &options->region,        &options->ca_file,
    };

    memcpy(ret_strings, strings, sizeof(strings));
    return sizeof(strings) / sizeof(strings[0]);
}

static bool copy_options(ddblock_dynamodb_options *options)
{
    const char **strings[6];
    size_t count = list_strings(options, strings);
    bool ok = true;

    options->lock_table = NULL;
    options->partition_key = NULL;
    options->sort_key = NULL;
    options->endpoint = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *given = *strings[i];

        *strings[i] = given != NULL ? strdup(given) : NULL;
        ok = ok && (given == NULL || *strings[i] != NULL);
    }
    return ok;
}

struct aws_settings *aws_settings_create(const ddblock_dynamodb_options *options,
                                         const struct environment *environment)
{
    struct owned_settings *settings = calloc(1, sizeof(*settings));
    bool ok;

    if (settings == NULL) {
        return NULL;
    }
    settings->base.options = *options;
    settings->base.environment = (struct environment){copy_get, settings};
    ok = copy_options(&settings->base.options);
    for (size_t i = 0; i < NAMES; i++) {
        const char *value = environment_get(environment, names[i]);

        settings->values[i] = value != NULL ? strdup(value) : NULL;
        ok = ok && (value == NULL || settings->values[i] != NULL);
    }
    if (!ok) {
        aws_settings_destroy(&settings->base);
        return NULL;
    }
    return &settings->base;
}

static void wipe(char *text)
{
    if (text != NULL) {
        explicit_bzero(text, strlen(text));
        free(text);
    }
}

void aws_settings_destroy(struct aws_settings *base)
{
    struct owned_settings *settings = (struct owned_settings *)base;
    const char **strings[6];
    size_t count;

    if (settings == NULL) {
        return;
    }
    count = list_strings(&settings->base.options, strings);
    for (size_t i = 0; i < count; i++) {
        wipe((char *)*strings[i]);
    }
    for (size_t i = 0; i < NAMES; i++) {
        wipe(settings->values[i]);
    }
    free(settings);
}

const char *aws_settings_profile(const struct aws_settings *settings)
{
    const char *profile = settings->options.profile;

    if (profile == NULL) {
        profile = environment_get(&settings->environment, "AWS_PROFILE");
    }
    return profile != NULL ? profile : "default";
}

void aws_settings_log(const struct aws_settings *settings, ddblock_log_level level,
                      const char *format, ...)
{
    char line[LOG_LINE_SIZE_MAX];
    va_list arguments;

    if (settings->options.log == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    settings->options.log(settings->options.log_user, level, line);
}
