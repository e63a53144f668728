/* settings.h - what the sources of credentials look at: the options and the environment, copied.
 *
 * Copied, since sources are asked on a thread of their own long after the store was opened,
 * when the program may be changing its environment (getenv() beside setenv() is a data race). */
#ifndef AWS_SETTINGS_H
#define AWS_SETTINGS_H

#include "aws/environment.h"
#include "ddblock/ddblock.h"

struct aws_settings {
    ddblock_dynamodb_options options; /* its strings are copies; of those that sources use */
    struct environment environment;   /* knows the variables that sources use */
};

/* NULL if there is no memory. */
struct aws_settings *aws_settings_create(const ddblock_dynamodb_options *options,
                                         const struct environment *environment);

/* Wipes them. NULL is fine. */
void aws_settings_destroy(struct aws_settings *settings);

/* Which profile: the option, else AWS_PROFILE, else "default". */
const char *aws_settings_profile(const struct aws_settings *settings);

/* Writes a line to the program's log, if it has one. */
void aws_settings_log(const struct aws_settings *settings, ddblock_log_level level,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
