/* lost_pipe.c - the descriptor by which the command sees that its lock is lost. */
#include "lost_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "exit.h"

void lost_pipe_init(struct lost_pipe *pipe)
{
    *pipe = (struct lost_pipe){.read_fd = -1, .write_fd = -1, .number = -1};
}

ddblock_status lost_pipe_open(struct lost_pipe *pipe, const struct descriptors *descriptors,
                              ddblock_error *error)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0) {
        return error_set(error, DDBLOCK_INTERNAL, "no pipe for --pass-fd: %s", strerror(errno));
    }
    pipe->read_fd = fds[0];
    pipe->write_fd = fds[1];
    /* A low number, since a shell's <&N takes one digit only. */
    pipe->number = descriptors_lowest_free(descriptors);
    if (pipe->number < 0) {
        pipe->number = pipe->read_fd;
    }
    return DDBLOCK_OK;
}

void lost_pipe_tell(struct lost_pipe *pipe)
{
    if (pipe->write_fd >= 0) {
        (void)close(pipe->write_fd);
        pipe->write_fd = -1;
    }
}

void lost_pipe_close(struct lost_pipe *pipe)
{
    lost_pipe_tell(pipe);
    if (pipe->read_fd >= 0) {
        (void)close(pipe->read_fd);
    }
    lost_pipe_init(pipe);
}

void lost_pipe_pass(const struct lost_pipe *pipe, int *other_fd)
{
    if (pipe->read_fd < 0) {
        return;
    }
    if (*other_fd == pipe->number) {
        *other_fd = fcntl(*other_fd, F_DUPFD_CLOEXEC, pipe->number + 1);
    }
    if (pipe->read_fd == pipe->number) {
        (void)fcntl(pipe->read_fd, F_SETFD, 0);
    } else {
        (void)dup2(pipe->read_fd, pipe->number);
    }
}
