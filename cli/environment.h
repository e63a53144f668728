/* environment.h - what the command is told of its lock. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include <ddblock/ddblock.h>

/* Makes the environment of the command: ours, with DDBLOCK_LOCK, DDBLOCK_OWNER and, if token is
 * not 0, DDBLOCK_FENCING_TOKEN and, if lost_fd is not negative, DDBLOCK_LOST_FD. Those of an outer
 * ddblock are dropped. To be freed with environment_destroy. */
ddblock_status environment_create(const char *lock, const char *owner, uint64_t token, int lost_fd,
                                  char ***ret_environment, ddblock_error *error);

void environment_destroy(char **environment);

#endif
