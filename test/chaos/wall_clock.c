/* wall_clock.c - a wall clock that is wrong, for the process into which this is loaded
 * (LD_PRELOAD): by $CHAOS_WALL_AHEAD_S seconds. All other clocks are right.
 *
 * Time namespaces do not cover CLOCK_REALTIME, and libfaketime 0.9.10 also moves timers of
 * CLOCK_BOOTTIME (timerfd_settime), by which our deadlines would come hours late. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    const char *ahead_s = getenv("CHAOS_WALL_AHEAD_S");
    int rc = (int)syscall(SYS_clock_gettime, clock, ret_time);

    if (rc == 0 && clock == CLOCK_REALTIME && ahead_s != NULL) {
        ret_time->tv_sec += strtol(ahead_s, NULL, 10);
    }
    return rc;
}
