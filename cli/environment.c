/* environment.c - what the command is told of its lock. */
#include "environment.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exit.h"

enum { OWN_VARIABLES = 4 };

static const char *const names[OWN_VARIABLES] = {
    "DDBLOCK_LOCK",
    "DDBLOCK_OWNER",
    "DDBLOCK_FENCING_TOKEN",
    "DDBLOCK_LOST_FD",
};

static bool is_own(const char *variable)
{
    for (size_t i = 0; i < OWN_VARIABLES; i++) {
        size_t size = strlen(names[i]);

        if (strncmp(variable, names[i], size) == 0 && variable[size] == '=') {
            return true;
        }
    }
    return false;
}

ddblock_status environment_create(const char *lock, const char *owner, uint64_t token, int lost_fd,
                                  char ***ret_environment, ddblock_error *error)
{
    char digits[24];
    char number[16];
    const char *values[OWN_VARIABLES] = {
        lock,
        owner,
        token != 0 ? digits : NULL,
        lost_fd >= 0 ? number : NULL,
    };
    char **environment;
    size_t size = 0;
    size_t used = 0;

    (void)snprintf(digits, sizeof(digits), "%" PRIu64, token);
    (void)snprintf(number, sizeof(number), "%d", lost_fd);
    while (environ[size] != NULL) {
        size++;
    }
    environment = calloc(size + OWN_VARIABLES + 1, sizeof(*environment));
    if (environment == NULL) {
        return error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < OWN_VARIABLES; i++) {
        if (values[i] != NULL && asprintf(&environment[used++], "%s=%s", names[i], values[i]) < 0) {
            environment[--used] = NULL;
            environment_destroy(environment);
            return error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
        }
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_own(environ[i])) {
            environment[used++] = environ[i];
        }
    }
    *ret_environment = environment;
    return DDBLOCK_OK;
}

void environment_destroy(char **environment)
{
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        if (is_own(environment[i])) {
            free(environment[i]);
        }
    }
    free(environment);
}
