/* clock.c - the clocks of a machine in a simulated world. */
#include "sim/clock.h"

#include <assert.h>
#include <stddef.h>
#include <time.h>

static const struct machine_clock *current;

const struct machine_clock *clock_use(const struct machine_clock *clock)
{
    const struct machine_clock *before = current;

    current = clock;
    return before;
}

struct instant clock_at(const struct machine_clock *clock, int64_t world_ns)
{
    return (struct instant){clock->offset_ns + world_ns + world_ns / 1000000 * clock->rate_ppm +
                            world_ns % 1000000 * clock->rate_ppm / 1000000};
}

int64_t clock_world_ns(const struct machine_clock *clock, struct instant instant)
{
    int64_t local_ns;
    int64_t world_ns;

    if (instant_is_never(instant)) {
        return INT64_MAX;
    }
    if (instant.ns <= clock->offset_ns) {
        return 0;
    }
    local_ns = instant.ns - clock->offset_ns;
    world_ns = local_ns / (1000000 + clock->rate_ppm) * 1000000 +
               local_ns % (1000000 + clock->rate_ppm) * 1000000 / (1000000 + clock->rate_ppm);
    while (world_ns > 0 && !instant_before(clock_at(clock, world_ns - 1), instant)) {
        world_ns--;
    }
    while (instant_before(clock_at(clock, world_ns), instant)) {
        world_ns++;
    }
    return world_ns;
}

int64_t clock_wall_at_ms(const struct machine_clock *clock, int64_t world_ns)
{
    return (WALL_START_NS + clock->wall_offset_ns + world_ns) / 1000000;
}

/* The names that the linker gives: ld(1), --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_clock_gettime(clockid_t id, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time)
{
    int64_t ns;

    if (current == NULL) {
        return __real_clock_gettime(id, ret_time);
    }
    switch (id) {
    case CLOCK_BOOTTIME:
        ns = clock_at(current, *current->world_ns).ns;
        break;
    case CLOCK_MONOTONIC:
        ns = clock_at(current, *current->world_ns).ns - current->suspended_ns;
        break;
    default:
        assert(id == CLOCK_REALTIME);
        ns = WALL_START_NS + current->wall_offset_ns + *current->world_ns;
        break;
    }
    ret_time->tv_sec = (time_t)(ns / 1000000000);
    ret_time->tv_nsec = (long)(ns % 1000000000);
    return 0;
}
