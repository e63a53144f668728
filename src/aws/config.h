/* config.h - AWS's shared files: ~/.aws/config and ~/.aws/credentials. */
#ifndef AWS_CONFIG_H
#define AWS_CONFIG_H

#include <stdbool.h>

#include "aws/settings.h"

struct aws_config;

/* Reads both files: AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, or those in ~/.aws. One that
 * does not exist is empty. Warns in the log where others may read the credentials file.
 *
 * Returns DDBLOCK_INVALID for one that cannot be read, with the name of the file and the line;
 * DDBLOCK_NO_MEMORY. */
ddblock_status aws_config_load(const struct aws_settings *settings, struct aws_config **ret_config,
                               ddblock_error *error);

/* Wipes it. NULL is fine. */
void aws_config_destroy(struct aws_config *config);

bool aws_config_has_profile(const struct aws_config *config, const char *profile);

/* A property of a profile. The credentials file wins, key by key. NULL if there is none, or
 * it is empty. */
const char *aws_config_profile(const struct aws_config *config, const char *profile,
                               const char *key);

/* A property of a section such as [sso-session NAME]: kind is "sso-session". */
const char *aws_config_section(const struct aws_config *config, const char *kind, const char *name,
                               const char *key);

/* The endpoint_url of a service ("sts") that a profile names: that of the service in the
 * profile's [services] section, else the profile's own. NULL if there is none. */
const char *aws_config_endpoint(const struct aws_config *config, const char *profile,
                                const char *service);

/* The files' names, for messages. */
const char *aws_config_names(const struct aws_config *config);

#endif
