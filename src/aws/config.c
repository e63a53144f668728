/* config.c - AWS's shared files: ~/.aws/config and ~/.aws/credentials. */
#include "aws/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/small_file.h"
#include "base/status.h"
#include "base/text.h"
#include "wire/ini.h"

enum {
    SECTION_SIZE_MAX = 512, /* no one names a profile by more */
    PATH_SIZE_MAX = 4096,   /* PATH_MAX */
};

struct aws_config {
    struct ini *config;
    struct ini *credentials;
    char names[300];
};

/* Where a file lies. False if that cannot be said: no HOME, or a name too long. */
static bool find_path(const struct aws_settings *settings, const char *variable, const char *name,
                      char ret_path[PATH_SIZE_MAX])
{
    const char *path = environment_get(&settings->environment, variable);
    const char *home = environment_get(&settings->environment, "HOME");
    int size;

    if (path == NULL) {
        size = home != NULL ? snprintf(ret_path, PATH_SIZE_MAX, "%s/.aws/%s", home, name) : -1;
    } else if (strncmp(path, "~/", 2) == 0) {
        size = home != NULL ? snprintf(ret_path, PATH_SIZE_MAX, "%s%s", home, path + 1) : -1;
    } else {
        size = snprintf(ret_path, PATH_SIZE_MAX, "%s", path);
    }
    return size >= 0 && size < PATH_SIZE_MAX;
}

/* Programs run as another user with HOME still root's, in containers above all: a file in
 * there that cannot be seen was not meant for them. */
static bool counts_as_absent(const struct aws_settings *settings, const char *variable, int code)
{
    return code == ENOENT || code == ENOTDIR ||
           (code == EACCES && environment_get(&settings->environment, variable) == NULL);
}

static void warn_of_mode(const struct aws_settings *settings, const char *path, mode_t mode)
{
    char escaped[256];

    if ((mode & (S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH)) != 0) {
        aws_settings_log(settings, DDBLOCK_LOG_WARNING,
                         "%s may be read or changed by other users; chmod 600 mends that",
                         text_escape(escaped, sizeof(escaped), bytes_from_string(path)));
    }
}

static ddblock_status load(const struct aws_settings *settings, const char *variable,
                           const char *name, struct ini **ret_ini, ddblock_error *error)
{
    char path[PATH_SIZE_MAX];
    char escaped[256];
    struct buffer text;
    ddblock_error reason = {0};
    mode_t mode = 0;
    ddblock_status status = DDBLOCK_OK;
    int code;

    if (!find_path(settings, variable, name, path)) {
        return DDBLOCK_OK;
    }
    buffer_init(&text, INI_SIZE_MAX);
    code = small_file_read(path, &text, &mode);
    if (code == 0) {
        status = ini_parse(buffer_bytes(&text), ret_ini, &reason);
    } else if (code == ENOMEM) {
        status = status_set(&reason, DDBLOCK_NO_MEMORY, "out of memory");
    } else if (!counts_as_absent(settings, variable, code)) {
        status = status_set(&reason, DDBLOCK_INVALID, "%s", small_file_explain(code));
    }
    buffer_finish(&text);
    if (code == 0 && strcmp(name, "credentials") == 0) {
        warn_of_mode(settings, path, mode);
    }
    if (status == DDBLOCK_INVALID) {
        return status_set(error, status, "%s %s",
                          text_escape(escaped, sizeof(escaped), bytes_from_string(path)),
                          reason.message);
    }
    return status == DDBLOCK_OK ? status : status_set(error, status, "%s", reason.message);
}

static void set_names(struct aws_config *config, const struct aws_settings *settings)
{
    static const char *const variables[] = {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};
    static const char *const defaults[] = {"~/.aws/config", "~/.aws/credentials"};
    char escaped[2][128];

    for (size_t i = 0; i < 2; i++) {
        const char *path = environment_get(&settings->environment, variables[i]);

        (void)text_escape(escaped[i], sizeof(escaped[i]),
                          bytes_from_string(path != NULL ? path : defaults[i]));
    }
    (void)snprintf(config->names, sizeof(config->names), "%s and %s", escaped[0], escaped[1]);
}

ddblock_status aws_config_load(const struct aws_settings *settings, struct aws_config **ret_config,
                               ddblock_error *error)
{
    struct aws_config *config = calloc(1, sizeof(*config));
    ddblock_status status;

    if (config == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    set_names(config, settings);
    status = load(settings, "AWS_CONFIG_FILE", "config", &config->config, error);
    if (status == DDBLOCK_OK) {
        status = load(settings, "AWS_SHARED_CREDENTIALS_FILE", "credentials", &config->credentials,
                      error);
    }
    if (status == DDBLOCK_OK) {
        *ret_config = config;
        config = NULL; /* now the caller's */
    }
    aws_config_destroy(config);
    return status;
}

void aws_config_destroy(struct aws_config *config)
{
    if (config != NULL) {
        ini_destroy(config->config);
        ini_destroy(config->credentials);
        free(config);
    }
}

const char *aws_config_names(const struct aws_config *config)
{
    return config->names;
}

/* Writes "kind name". False if it is too long for any section. */
static bool section_name(char ret_section[SECTION_SIZE_MAX], const char *kind, const char *name)
{
    int size = snprintf(ret_section, SECTION_SIZE_MAX, "%s %s", kind, name);

    return size >= 0 && size < SECTION_SIZE_MAX;
}

/* Only in the config file are profiles called "profile"; there "[profile default]" wins over
 * "[default]". */
bool aws_config_has_profile(const struct aws_config *config, const char *profile)
{
    char section[SECTION_SIZE_MAX];

    return section_name(section, "profile", profile) &&
           (ini_has_section(config->credentials, profile) ||
            ini_has_section(config->config, section) ||
            (strcmp(profile, "default") == 0 && ini_has_section(config->config, profile)));
}

static const char *unless_empty(const char *value)
{
    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *aws_config_profile(const struct aws_config *config, const char *profile,
                               const char *key)
{
    const char *value = ini_get(config->credentials, profile, key, NULL);

    if (value == NULL) {
        value = aws_config_section(config, "profile", profile, key);
    }
    if (value == NULL && strcmp(profile, "default") == 0) {
        value = ini_get(config->config, profile, key, NULL);
    }
    return unless_empty(value);
}

const char *aws_config_section(const struct aws_config *config, const char *kind, const char *name,
                               const char *key)
{
    char section[SECTION_SIZE_MAX];

    return section_name(section, kind, name)
               ? unless_empty(ini_get(config->config, section, key, NULL))
               : NULL;
}

const char *aws_config_endpoint(const struct aws_config *config, const char *profile,
                                const char *service)
{
    const char *services = aws_config_profile(config, profile, "services");
    char section[SECTION_SIZE_MAX];
    const char *url = NULL;

    if (services != NULL && section_name(section, "services", services)) {
        url = unless_empty(ini_get(config->config, section, service, "endpoint_url"));
    }
    return url != NULL ? url : aws_config_profile(config, profile, "endpoint_url");
}
