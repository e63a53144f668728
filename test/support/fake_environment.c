/* fake_environment.c - an environment that a test makes up. */
#include "support/fake_environment.h"

#include <stddef.h>
#include <string.h>

const char *fake_environment_get(void *user, const char *name)
{
    for (const char **pair = user; pair[0] != NULL; pair += 2) {
        if (strcmp(pair[0], name) == 0) {
            return pair[1];
        }
    }
    return NULL;
}
