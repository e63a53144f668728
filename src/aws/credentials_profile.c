/* credentials_profile.c - credentials of a profile in AWS's shared files.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html. A profile that says several
 * things is read in the order of the SDKs for C and JavaScript: a role; static keys; SSO; a
 * command. But of a profile that only lends its credentials to the role of another one, static
 * keys come first, so that a profile may name itself as source_profile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/config.h"
#include "aws/credentials.h"
#include "aws/credentials_process.h"
#include "aws/credentials_sso.h"
#include "aws/credentials_sts.h"
#include "base/status.h"
#include "base/text.h"

enum {
    DEPTH_MAX = 8,                  /* roles that are taken on one after the other; two are usual */
    SOURCE_SIZE_MAX = 160,          /* "the credential_process of the profile \"…\"" */
    PROCESS_TIMEOUT_MS = 60 * 1000, /* somebody may have to touch a key */
};

struct profile_source {
    struct credentials_source base;
    const struct aws_settings *settings;
    /* What credential_source may name. */
    struct credentials_source *environment;
    struct credentials_source *container;
    struct credentials_source *imds;
};

/* The way from the profile that was asked for to the one that is looked at. */
struct walk {
    struct profile_source *source;
    const struct aws_config *config;
    const char *profiles[DEPTH_MAX];
    size_t depth;
};

static enum credentials_answer resolve(struct walk *walk, const char *profile,
                                       struct credentials **ret_credentials, ddblock_error *error);

static const char *describe(const char *what, const char *profile, char ret_text[SOURCE_SIZE_MAX])
{
    char escaped[96];

    (void)snprintf(ret_text, SOURCE_SIZE_MAX, "%sthe profile \"%s\"", what,
                   text_escape(escaped, sizeof(escaped), bytes_from_string(profile)));
    return ret_text;
}

static enum credentials_answer fail(const char *profile, const char *what, ddblock_error *error)
{
    char source[SOURCE_SIZE_MAX];

    (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "%s %s", describe("", profile, source), what);
    return CREDENTIALS_FAILED;
}

/* The same with the name of the other profile that it is about. */
static enum credentials_answer fail_by(const char *profile, const char *what, const char *other,
                                       ddblock_error *error)
{
    char source[SOURCE_SIZE_MAX];
    char escaped[96];

    (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "%s %s: \"%s\"", describe("", profile, source),
                     what, text_escape(escaped, sizeof(escaped), bytes_from_string(other)));
    return CREDENTIALS_FAILED;
}

static enum credentials_answer answer_of(ddblock_status status)
{
    return status == DDBLOCK_OK ? CREDENTIALS_FOUND : CREDENTIALS_FAILED;
}

static bool has(const struct walk *walk, const char *profile, const char *key)
{
    return aws_config_profile(walk->config, profile, key) != NULL;
}

static bool has_keys(const struct walk *walk, const char *profile)
{
    return has(walk, profile, "aws_access_key_id") || has(walk, profile, "aws_secret_access_key");
}

static enum credentials_answer get_keys(const struct walk *walk, const char *profile,
                                        struct credentials **ret_credentials, ddblock_error *error)
{
    const char *id = aws_config_profile(walk->config, profile, "aws_access_key_id");
    const char *secret = aws_config_profile(walk->config, profile, "aws_secret_access_key");
    const char *token = aws_config_profile(walk->config, profile, "aws_session_token");
    const char *account = aws_config_profile(walk->config, profile, "aws_account_id");
    struct credentials *credentials = NULL;
    char source[SOURCE_SIZE_MAX];

    if (id == NULL) {
        return fail(profile, "has aws_secret_access_key but not aws_access_key_id", error);
    }
    if (secret == NULL) {
        return fail(profile, "has aws_access_key_id but not aws_secret_access_key", error);
    }
    if (credentials_create(id, secret, token, describe("", profile, source), &credentials, error) !=
            DDBLOCK_OK ||
        credentials_set_account(credentials, account, error) != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return CREDENTIALS_FAILED;
    }
    *ret_credentials = credentials;
    return CREDENTIALS_FOUND;
}

/* The credentials that a role is asked for with, from credential_source. */
static enum credentials_answer get_named_source(const struct walk *walk, const char *profile,
                                                const char *name,
                                                struct credentials **ret_credentials,
                                                ddblock_error *error)
{
    const struct {
        const char *name;
        struct credentials_source *source;
    } sources[] = {
        {"Environment", walk->source->environment},
        {"Ec2InstanceMetadata", walk->source->imds},
        {"EcsContainer", walk->source->container},
    };
    ddblock_error reason = {0};
    char source[SOURCE_SIZE_MAX];

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (strcmp(name, sources[i].name) == 0) {
            enum credentials_answer answer =
                credentials_source_get(sources[i].source, ret_credentials, &reason);

            if (answer != CREDENTIALS_FOUND) {
                (void)status_set(error, reason.status, "%s has credential_source = %s, but %s",
                                 describe("", profile, source), name, reason.message);
                return CREDENTIALS_FAILED;
            }
            return answer;
        }
    }
    return fail(profile,
                "has a credential_source that is none of Environment, Ec2InstanceMetadata and "
                "EcsContainer",
                error);
}

/* The credentials of source_profile. */
static enum credentials_answer get_source_profile(struct walk *walk, const char *profile,
                                                  const char *name,
                                                  struct credentials **ret_credentials,
                                                  ddblock_error *error)
{
    enum credentials_answer answer;

    if (strcmp(profile, name) == 0 && has_keys(walk, profile)) {
        return get_keys(walk, profile, ret_credentials, error);
    }
    for (size_t i = 0; i < walk->depth; i++) {
        if (strcmp(walk->profiles[i], name) == 0) {
            return fail(profile, "closes a circle of source_profile", error);
        }
    }
    if (!aws_config_has_profile(walk->config, name)) {
        return fail_by(profile, "has a source_profile that does not exist", name, error);
    }
    answer = resolve(walk, name, ret_credentials, error);
    if (answer == CREDENTIALS_ABSENT) {
        return fail_by(profile, "has a source_profile without credentials", name, error);
    }
    return answer;
}

static struct sts_role read_role(const struct walk *walk, const char *profile, const char *source)
{
    return (struct sts_role){
        .arn = aws_config_profile(walk->config, profile, "role_arn"),
        .session_name = aws_config_profile(walk->config, profile, "role_session_name"),
        .external_id = aws_config_profile(walk->config, profile, "external_id"),
        .duration_seconds = aws_config_profile(walk->config, profile, "duration_seconds"),
        .profile = profile,
        .source = source,
    };
}

static enum credentials_answer assume_role(struct walk *walk, const char *profile,
                                           struct credentials **ret_credentials,
                                           ddblock_error *error)
{
    const char *source_profile = aws_config_profile(walk->config, profile, "source_profile");
    const char *named = aws_config_profile(walk->config, profile, "credential_source");
    char source[SOURCE_SIZE_MAX];
    const struct sts_role role = read_role(walk, profile, describe("", profile, source));
    struct credentials *base = NULL;
    enum credentials_answer answer;

    if (source_profile != NULL && named != NULL) {
        return fail(profile, "has source_profile and credential_source: take one of them away",
                    error);
    }
    if (has(walk, profile, "mfa_serial")) {
        return fail(profile,
                    "has mfa_serial, but ddblock cannot ask for a code; let the AWS CLI do it, "
                    "with credential_process = aws configure export-credentials --profile NAME "
                    "--format process in a profile of its own",
                    error);
    }
    answer = source_profile != NULL
                 ? get_source_profile(walk, profile, source_profile, &base, error)
                 : get_named_source(walk, profile, named, &base, error);
    if (answer == CREDENTIALS_FOUND) {
        answer = answer_of(sts_assume_role(walk->source->settings, walk->config, &role, base,
                                           ret_credentials, error));
    }
    credentials_destroy(base);
    return answer;
}

static enum credentials_answer get_role(struct walk *walk, const char *profile,
                                        struct credentials **ret_credentials, ddblock_error *error)
{
    const char *token_file = aws_config_profile(walk->config, profile, "web_identity_token_file");
    char source[SOURCE_SIZE_MAX];
    struct sts_role role;

    if (has(walk, profile, "source_profile") || has(walk, profile, "credential_source")) {
        return assume_role(walk, profile, ret_credentials, error);
    }
    if (token_file == NULL) {
        return fail(profile,
                    "has role_arn, but none of source_profile, credential_source and "
                    "web_identity_token_file",
                    error);
    }
    role = read_role(walk, profile, describe("", profile, source));
    return answer_of(sts_assume_role_with_web_identity(walk->source->settings, walk->config, &role,
                                                       token_file, ret_credentials, error));
}

/* What a profile is that has neither role nor keys. */
static enum credentials_answer get_other(struct walk *walk, const char *profile,
                                         struct credentials **ret_credentials, ddblock_error *error)
{
    const char *command = aws_config_profile(walk->config, profile, "credential_process");
    char source[SOURCE_SIZE_MAX];

    if (has(walk, profile, "web_identity_token_file")) {
        return fail(profile, "has web_identity_token_file but not role_arn", error);
    }
    if (credentials_sso_is_asked(walk->config, profile)) {
        return answer_of(credentials_sso_get(walk->source->settings, walk->config, profile,
                                             describe("", profile, source), ret_credentials,
                                             error));
    }
    if (command != NULL) {
        return answer_of(credentials_process_get(
            command, PROCESS_TIMEOUT_MS, describe("the credential_process of ", profile, source),
            ret_credentials, error));
    }
    if (has(walk, profile, "login_session")) {
        return fail(profile,
                    "has login_session, which ddblock cannot use; let the AWS CLI do it, with "
                    "credential_process = aws configure export-credentials --profile NAME --format "
                    "process in a profile of its own",
                    error);
    }
    (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "%s has none", describe("", profile, source));
    return CREDENTIALS_ABSENT;
}

static enum credentials_answer resolve(struct walk *walk, const char *profile,
                                       struct credentials **ret_credentials, ddblock_error *error)
{
    bool first = walk->depth == 0;

    if (walk->depth == DEPTH_MAX) {
        return fail(profile, "is the ninth in a row of source_profile: that is too deep", error);
    }
    walk->profiles[walk->depth++] = profile;
    if (has(walk, profile, "role_arn") && (first || !has_keys(walk, profile))) {
        return get_role(walk, profile, ret_credentials, error);
    }
    if (has_keys(walk, profile)) {
        return get_keys(walk, profile, ret_credentials, error);
    }
    return get_other(walk, profile, ret_credentials, error);
}

/* What is said where there is no such profile: one that somebody has named must be there. */
static enum credentials_answer no_profile(const struct aws_settings *settings,
                                          const struct aws_config *config, const char *profile,
                                          ddblock_error *error)
{
    bool option = settings->options.profile != NULL;
    bool named = option || environment_get(&settings->environment, "AWS_PROFILE") != NULL;
    const char *from = option ? " (the option profile)" : named ? " (AWS_PROFILE)" : "";
    char source[SOURCE_SIZE_MAX];

    (void)status_set(error, DDBLOCK_NO_CREDENTIALS, "%s%s is not in %s",
                     describe("", profile, source), from, aws_config_names(config));
    return named ? CREDENTIALS_FAILED : CREDENTIALS_ABSENT;
}

static enum credentials_answer profile_get(struct credentials_source *base,
                                           struct credentials **ret_credentials,
                                           ddblock_error *error)
{
    struct profile_source *source = (struct profile_source *)base;
    const char *profile = aws_settings_profile(source->settings);
    struct aws_config *config = NULL;
    struct walk walk = {.source = source};
    enum credentials_answer answer = CREDENTIALS_FAILED;

    if (aws_config_load(source->settings, &config, error) != DDBLOCK_OK) {
        return CREDENTIALS_FAILED;
    }
    walk.config = config;
    answer = aws_config_has_profile(config, profile)
                 ? resolve(&walk, profile, ret_credentials, error)
                 : no_profile(source->settings, config, profile, error);
    aws_config_destroy(config);
    return answer;
}

static void profile_destroy(struct credentials_source *base)
{
    struct profile_source *source = (struct profile_source *)base;

    credentials_source_destroy(source->environment);
    credentials_source_destroy(source->container);
    credentials_source_destroy(source->imds);
    free(source);
}

static const struct credentials_source_operations operations = {profile_get, profile_destroy};

struct credentials_source *credentials_profile_create(const struct aws_settings *settings)
{
    struct profile_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return NULL;
    }
    source->base.operations = &operations;
    source->settings = settings;
    source->environment = credentials_environment_create(&settings->environment);
    source->container = credentials_container_create(settings);
    source->imds = credentials_imds_create(settings);
    if (source->environment == NULL || source->container == NULL || source->imds == NULL) {
        profile_destroy(&source->base);
        return NULL;
    }
    return &source->base;
}
