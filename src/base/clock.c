/* clock.c - the clocks of this machine. */
#include "base/clock.h"

#include <assert.h>
#include <time.h>

/* Which clocks count suspend: clock_gettime(2) for Linux, LLVM D74341 for macOS. */
#if defined(CLOCK_BOOTTIME)
#define CLOCK_OF_LEASES CLOCK_BOOTTIME
#elif defined(__APPLE__)
#define CLOCK_OF_LEASES CLOCK_MONOTONIC_RAW
#else
#error "no clock that counts suspend is known for this system"
#endif

struct instant clock_now(void)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_OF_LEASES, &now);

    assert(rc == 0);
    (void)rc;
    return (struct instant){(int64_t)now.tv_sec * 1000000000 + now.tv_nsec};
}

int64_t clock_wall_ms(void)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_REALTIME, &now);

    assert(rc == 0);
    (void)rc;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
