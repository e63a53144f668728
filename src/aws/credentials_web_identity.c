/* credentials_web_identity.c - a role for the web identity that the environment names, as pods of
 * EKS have it (IRSA).
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html */
#include <stdlib.h>

#include "aws/credentials_sts.h"
#include "base/status.h"

struct web_identity_source {
    struct credentials_source base;
    const struct aws_settings *settings;
};

static enum credentials_answer web_identity_get(struct credentials_source *base,
                                                struct credentials **ret_credentials,
                                                ddblock_error *error)
{
    const struct aws_settings *settings = ((struct web_identity_source *)base)->settings;
    const char *file = environment_get(&settings->environment, "AWS_WEB_IDENTITY_TOKEN_FILE");
    const char *profile = aws_settings_profile(settings);
    const struct sts_role role = {
        .arn = environment_get(&settings->environment, "AWS_ROLE_ARN"),
        .session_name = environment_get(&settings->environment, "AWS_ROLE_SESSION_NAME"),
        .profile = profile,
        .source = "the web identity of the environment",
    };
    struct aws_config *config = NULL;
    ddblock_status status;

    if (file == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
        return CREDENTIALS_ABSENT;
    }
    if (role.arn == NULL) {
        (void)status_set(error, DDBLOCK_NO_CREDENTIALS,
                         "the environment has AWS_WEB_IDENTITY_TOKEN_FILE but not AWS_ROLE_ARN");
        return CREDENTIALS_FAILED;
    }
    status = aws_config_load(settings, &config, error);
    if (status == DDBLOCK_OK) {
        status = sts_assume_role_with_web_identity(settings, config, &role, file, ret_credentials,
                                                   error);
    }
    aws_config_destroy(config);
    return status == DDBLOCK_OK ? CREDENTIALS_FOUND : CREDENTIALS_FAILED;
}

static void web_identity_destroy(struct credentials_source *base)
{
    free(base);
}

static const struct credentials_source_operations operations = {web_identity_get,
                                                                web_identity_destroy};

struct credentials_source *credentials_web_identity_create(const struct aws_settings *settings)
{
    struct web_identity_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->settings = settings;
    return &source->base;
}
