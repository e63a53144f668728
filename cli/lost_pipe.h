/* lost_pipe.h - the descriptor by which the command sees that its lock is lost. */
#ifndef CLI_LOST_PIPE_H
#define CLI_LOST_PIPE_H

#include <ddblock/ddblock.h>

#include "descriptors.h"

/* The command has the read end; nothing is ever written. When the write end is closed, by us or by
 * our death, whatever its cause, the command sees the end of the file. */
struct lost_pipe {
    int read_fd; /* -1: there is none */
    int write_fd;
    int number; /* that of the read end in the command */
};

void lost_pipe_init(struct lost_pipe *pipe);

ddblock_status lost_pipe_open(struct lost_pipe *pipe, const struct descriptors *descriptors,
                              ddblock_error *error);

void lost_pipe_close(struct lost_pipe *pipe);

/* The lock is lost, or about to be. */
void lost_pipe_tell(struct lost_pipe *pipe);

/* Puts the read end at its number, to stay open at exec, and moves the other descriptor if that
 * was there. For a child between fork and exec: safe there. */
void lost_pipe_pass(const struct lost_pipe *pipe, int *other_fd);

#endif
