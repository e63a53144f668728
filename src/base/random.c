/* random.c - random bytes from the system. */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

bool random_fill(void *data, size_t size)
{
    unsigned char *next = data;

    while (size > 0) {
        ssize_t got = getrandom(next, size, 0);

        if (got < 0 && errno == EINTR) {
            continue; /* getrandom(2): a signal may interrupt it before the pool is ready */
        }
        if (got <= 0) {
            return false;
        }
        next += got;
        size -= (size_t)got;
    }
    return true;
}
