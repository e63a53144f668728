/* credentials_sso.h - credentials of a role in IAM Identity Center (SSO). */
#ifndef AWS_CREDENTIALS_SSO_H
#define AWS_CREDENTIALS_SSO_H

#include "aws/config.h"
#include "aws/credentials.h"

/* True if the profile is one of SSO. */
bool credentials_sso_is_asked(const struct aws_config *config, const char *profile);

/* Gets the credentials of such a profile with the token that "aws sso login" has left. source
 * stands in messages.
 *
 * Returns DDBLOCK_NO_CREDENTIALS, DDBLOCK_UNAVAILABLE, DDBLOCK_INVALID or DDBLOCK_NO_MEMORY. */
ddblock_status credentials_sso_get(const struct aws_settings *settings,
                                   const struct aws_config *config, const char *profile,
                                   const char *source, struct credentials **ret_credentials,
                                   ddblock_error *error);

#endif
