/* descriptors.c - which descriptors are the caller's.
 *
 * We open everything with O_CLOEXEC, but not every library below us does: libcurl 7.88 makes
 * its wake-up socketpair without it. */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/close_range.h>

#include "exit.h"

void descriptors_fill_standard(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            /* The wrong way round, so that using it fails as it would with a closed one; and
             * the command gets it closed, as our caller had it. */
            (void)!open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
        }
    }
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

ddblock_status descriptors_remember(struct descriptors *descriptors, ddblock_error *error)
{
    DIR *directory = opendir("/proc/self/fd");
    ddblock_status status = DDBLOCK_OK;
    struct dirent *entry;

    *descriptors = (struct descriptors){0};
    if (directory == NULL) {
        descriptors->unknown = 1; /* /proc is not mounted */
        return DDBLOCK_OK;
    }
    while ((entry = readdir(directory)) != NULL) {
        int fd = atoi(entry->d_name);
        int *larger;

        if (entry->d_name[0] == '.' || fd == dirfd(directory)) {
            continue;
        }
        larger = realloc(descriptors->inherited, (descriptors->size + 1) * sizeof(*larger));
        if (larger == NULL) {
            status = error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
            break;
        }
        descriptors->inherited = larger;
        descriptors->inherited[descriptors->size++] = fd;
    }
    (void)closedir(directory);
    if (descriptors->size > 0) {
        qsort(descriptors->inherited, descriptors->size, sizeof(int), compare);
    }
    return status;
}

void descriptors_finish(struct descriptors *descriptors)
{
    free(descriptors->inherited);
    *descriptors = (struct descriptors){0};
}

void descriptors_close_others(const struct descriptors *descriptors)
{
    unsigned int first = 3;

    if (descriptors->unknown) {
        return;
    }
    /* A kernel before 5.9 does not have the call: then O_CLOEXEC must do. */
    for (size_t i = 0; i < descriptors->size; i++) {
        unsigned int fd = (unsigned int)descriptors->inherited[i];

        if (fd > first) {
            (void)close_range(first, fd - 1, CLOSE_RANGE_CLOEXEC);
        }
        first = fd >= first ? fd + 1 : first;
    }
    (void)close_range(first, UINT_MAX, CLOSE_RANGE_CLOEXEC);
}

int descriptors_lowest_free(const struct descriptors *descriptors)
{
    int lowest = 3;

    for (size_t i = 0; i < descriptors->size; i++) { /* they are in order */
        if (descriptors->inherited[i] == lowest) {
            lowest++;
        }
    }
    return descriptors->unknown ? -1 : lowest;
}
