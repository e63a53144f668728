/* credentials_sts.h - credentials of a role, from AWS STS. */
#ifndef AWS_CREDENTIALS_STS_H
#define AWS_CREDENTIALS_STS_H

#include "aws/config.h"
#include "aws/credentials.h"

/* A role to be taken on, and as whom. */
struct sts_role {
    const char *arn;
    const char *session_name;     /* NULL: one is made up */
    const char *external_id;      /* NULL: none; not for web identities */
    const char *duration_seconds; /* NULL: STS's default, an hour */
    const char *profile;          /* whose region and endpoint count; NULL: no one's */
    const char *source;           /* "the profile \"x\"", for messages and in the credentials */
};

/* AssumeRole, signed with the credentials base. config may be NULL.
 *
 * Returns DDBLOCK_NO_CREDENTIALS if STS refuses, with its words; DDBLOCK_UNAVAILABLE,
 * DDBLOCK_INVALID (region, endpoint), DDBLOCK_NO_MEMORY. */
ddblock_status sts_assume_role(const struct aws_settings *settings, const struct aws_config *config,
                               const struct sts_role *role, const struct credentials *base,
                               struct credentials **ret_credentials, ddblock_error *error);

/* AssumeRoleWithWebIdentity, with the token that is in the file now. */
ddblock_status sts_assume_role_with_web_identity(const struct aws_settings *settings,
                                                 const struct aws_config *config,
                                                 const struct sts_role *role,
                                                 const char *token_file,
                                                 struct credentials **ret_credentials,
                                                 ddblock_error *error);

#endif
