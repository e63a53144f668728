/* file_path.c - the place of a file of locks, before SQLite touches it. */
#include "store/file_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/status.h"
#include "base/text.h"
#include "store/file_error.h"

static const char *file_type(mode_t mode)
{
    if (S_ISDIR(mode)) {
        return "a directory";
    }
    if (S_ISFIFO(mode)) {
        return "a named pipe";
    }
    if (S_ISSOCK(mode)) {
        return "a socket";
    }
    return "a device";
}

/* Makes an empty file without ever having a descriptor of it: closing one would drop the locks
 * that another store of this process has on the file by then. "The close() system call will
 * cancel all POSIX advisory locks on the same file for all threads and all file descriptors in the
 * process": https://www.sqlite.org/howtocorrupt.html, section 2.2. */
static int file_create(const char *path)
{
    return mknod(path, S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 ? 0 : errno;
}

ddblock_status file_path_prepare(const char *path, ddblock_error *error)
{
    char shown[PATH_SHOWN_SIZE];
    struct stat status;
    int problem = 0;

    if (path == NULL || path[0] == '\0') {
        return status_set(error, DDBLOCK_INVALID, "the path of the file of locks is empty");
    }
    text_escape(shown, sizeof(shown), bytes_from_string(path));
    if (stat(path, &status) != 0) {
        problem = errno == ENOENT ? file_create(path) : errno;
        if (problem == 0 || problem == EEXIST) {
            problem = stat(path, &status) == 0 ? 0 : errno;
            if (problem == ENOENT) {
                return status_set(error, DDBLOCK_INVALID,
                                  "\"%s\" is a symbolic link that leads nowhere; it may lead to a "
                                  "file",
                                  shown);
            }
        }
    }
    if (problem != 0) {
        return status_set(error, file_errno_status(problem),
                          "cannot make or reach the file of locks \"%s\": %s", shown,
                          problem == ENOENT ? "its folder does not exist" : strerror(problem));
    }
    if (!S_ISREG(status.st_mode)) {
        return status_set(error, DDBLOCK_INVALID, "\"%s\" is %s; locks lie in a regular file",
                          shown, file_type(status.st_mode));
    }
    /* SQLite takes a file of one byte for an empty one, and would write over it (its ticket 3260).
     */
    if (status.st_size == 1) {
        return status_set(error, DDBLOCK_INVALID,
                          "\"%s\" holds something else than locks: one byte", shown);
    }
    return DDBLOCK_OK;
}

char *file_path_for_sqlite(const char *path)
{
    /* A path that begins with a slash or a dot is neither a URI nor a special name:
     * https://www.sqlite.org/c3ref/open.html */
    const char *prefix = path[0] == '/' ? "" : "./";
    size_t size = strlen(prefix) + strlen(path) + 1;
    char *made = malloc(size);

    if (made != NULL) {
        (void)snprintf(made, size, "%s%s", prefix, path);
    }
    return made;
}
