/* process.h - runs a command for its output. */
#ifndef AWS_PROCESS_H
#define AWS_PROCESS_H

#include "base/buffer.h"
#include "ddblock/ddblock.h"

/* Runs a command by /bin/sh and waits until it ends. Its output goes into output, whose limit
 * is the most that it may be; its standard input is empty, its standard error ours, and all
 * other descriptors are closed in it. It is in a process group of its own, which is killed when
 * the time is over or the output too large.
 *
 * The message of an error is a clause, to stand after what the command is called; it quotes
 * neither command nor output.
 *
 * Returns DDBLOCK_NO_CREDENTIALS if it cannot be run or fails, DDBLOCK_UNAVAILABLE if its time
 * is over, DDBLOCK_NO_MEMORY. */
ddblock_status process_run(const char *command, int64_t timeout_ms, struct buffer *output,
                           ddblock_error *error);

#endif
