/* credentials_process.h - credentials that a command prints: credential_process. */
#ifndef AWS_CREDENTIALS_PROCESS_H
#define AWS_CREDENTIALS_PROCESS_H

#include "aws/credentials.h"

/* Runs the command. source stands in messages: "the credential_process of the profile \"x\"".
 *
 * Returns DDBLOCK_NO_CREDENTIALS, DDBLOCK_UNAVAILABLE or DDBLOCK_NO_MEMORY. */
ddblock_status credentials_process_get(const char *command, int64_t timeout_ms, const char *source,
                                       struct credentials **ret_credentials, ddblock_error *error);

#endif
