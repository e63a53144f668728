/* small_file.c - a small file from the disk, read whole. */
#include "aws/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads up to the end. Not up to st_size: the file may be growing, and in /proc it is 0. */
static int read_all(int fd, struct buffer *target)
{
    uint8_t piece[4096];
    int code = 0;

    while (code == 0) {
        ssize_t got = read(fd, piece, sizeof(piece));

        if (got == 0) {
            break;
        }
        if (got > 0 && (size_t)got > target->limit - target->size) {
            code = EFBIG;
        } else if (got > 0) {
            buffer_append(target, bytes_from(piece, (size_t)got));
            code = buffer_ok(target) ? 0 : ENOMEM;
        } else if (errno != EINTR) {
            code = errno;
        }
    }
    explicit_bzero(piece, sizeof(piece));
    return code;
}

int small_file_read(const char *path, struct buffer *target, mode_t *ret_mode)
{
    /* Without O_NONBLOCK the opening of a FIFO would wait for its other end. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status = {0};
    int code;

    if (fd < 0) {
        return errno;
    }
    if (fstat(fd, &status) != 0) {
        code = errno;
    } else if (!S_ISREG(status.st_mode)) {
        code = EINVAL;
    } else {
        code = read_all(fd, target);
    }
    (void)close(fd);
    if (code == 0 && ret_mode != NULL) {
        *ret_mode = status.st_mode;
    }
    return code;
}

const char *small_file_explain(int code)
{
    switch (code) {
    case EINVAL:
        return "is no regular file";
    case EFBIG:
        return "is too large";
    case ENOENT:
    case ENOTDIR:
        return "does not exist";
    case EACCES:
    case EPERM:
        return "may not be read by this user";
    case ENOMEM:
        return "needs more memory than there is";
    default:
        return "cannot be read";
    }
}

static int write_all(int fd, struct bytes content)
{
    while (content.size > 0) {
        ssize_t written = write(fd, content.data, content.size);

        if (written < 0 && errno != EINTR) {
            return errno;
        }
        if (written > 0) {
            content = bytes_from(content.data + written, content.size - (size_t)written);
        }
    }
    return fsync(fd) == 0 ? 0 : errno;
}

int small_file_replace(const char *path, struct bytes content)
{
    char *temporary = NULL;
    int code;
    int fd;

    if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
        return ENOMEM;
    }
    fd = mkostemp(temporary, O_CLOEXEC); /* with mode 0600 */
    if (fd < 0) {
        code = errno;
        free(temporary);
        return code;
    }
    code = write_all(fd, content);
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code == 0 && rename(temporary, path) != 0) {
        code = errno;
    }
    if (code != 0) {
        (void)unlink(temporary);
    }
    free(temporary);
    return code;
}
