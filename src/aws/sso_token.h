/* sso_token.h - the access token that "aws sso login" leaves in ~/.aws/sso/cache. */
#ifndef AWS_SSO_TOKEN_H
#define AWS_SSO_TOKEN_H

#include "aws/config.h"
#include "base/buffer.h"

enum { SSO_TOKEN_SIZE_MAX = 16 * 1024 };

/* Where to find one. */
struct sso_login {
    const char *profile;
    const char *session;   /* of the profile; NULL: the profile names none (the older style) */
    const char *start_url; /* of the session or the profile */
    const char *region;    /* the same; checked */
};

/* Reads the token. One of a session that is about to expire is renewed first, if "aws sso login"
 * has left what that takes, and written back.
 *
 * Returns DDBLOCK_NO_CREDENTIALS if there is none that can be used, with the command that gets
 * one; DDBLOCK_UNAVAILABLE, DDBLOCK_INVALID, DDBLOCK_NO_MEMORY. */
ddblock_status sso_token_get(const struct aws_settings *settings, const struct aws_config *config,
                             const struct sso_login *login, struct buffer *token,
                             ddblock_error *error);

#endif
