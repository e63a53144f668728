/* environment.c - the environment's variables. */
#include "aws/environment.h"

#include <stdlib.h>

/* secure_getenv(): who runs a set-uid program must not be able to send it to an endpoint or
 * have it trust a CA. */
static const char *process_get(void *user, const char *name)
{
    (void)user;
    return secure_getenv(name);
}

const struct environment environment_of_process = {process_get, NULL};

const char *environment_get(const struct environment *environment, const char *name)
{
    const char *value = environment->get(environment->user, name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}
