/* holder.h - the process that stays behind "acquire". */
#ifndef CLI_HOLDER_H
#define CLI_HOLDER_H

#include "keeping.h"

/* Forks a process that acquires the lock, as this process would: it says what goes wrong, the
 * signals that come here it gets as well, and it dies if this one does. Once the lock is held it
 * becomes a daemon, with nothing of its caller but its environment.
 *
 * Returns, in the parent only, EXIT_DONE with the token in *ret_token, and in *ret_fd what
 * holder_confirm needs to tell the holder to go on; or, with *ret_fd as it was, the exit status of
 * what was said, which may be that of success. */
int holder_start(struct keeping *keeping, int log_fd, uint64_t *ret_token, int *ret_fd);

/* Tells the holder whether its lock is wanted. If not, or if this process dies before, it gives the
 * lock back; that is waited for. */
void holder_confirm(int fd, bool wanted);

#endif
