/* fake_environment.h - an environment that a test makes up. */
#ifndef TEST_SUPPORT_FAKE_ENVIRONMENT_H
#define TEST_SUPPORT_FAKE_ENVIRONMENT_H

#include "aws/environment.h"

/* NAME, value, NAME, value, …, NULL. */
const char *fake_environment_get(void *user, const char *name);

#define FAKE_ENVIRONMENT(...)                                                                      \
    (&(const struct environment){fake_environment_get, (const char *[]){__VA_ARGS__, NULL}})

#endif
