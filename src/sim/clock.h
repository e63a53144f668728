/* clock.h - the clocks of a machine in a simulated world.
 *
 * The program under test reads them by clock_gettime(2), which is replaced by one that asks the
 * machine whose turn it is (linked with --wrap=clock_gettime), so that even the choice of the
 * clock is the real code's. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "base/time.h"

/* Wall clocks begin on a day of 2026: they have thirteen digits, as they do today. */
#define WALL_START_NS INT64_C(1780000000000000000)

struct machine_clock {
    const int64_t *world_ns; /* the time of the world */
    int64_t offset_ns;
    int32_t rate_ppm; /* runs this much fast */
    int64_t wall_offset_ns;
    int64_t suspended_ns; /* what CLOCK_MONOTONIC has left out */
};

/* CLOCK_BOOTTIME of the machine at a time of the world. */
struct instant clock_at(const struct machine_clock *clock, int64_t world_ns);

/* The first time of the world at which the machine's clock has come that far. */
int64_t clock_world_ns(const struct machine_clock *clock, struct instant instant);

int64_t clock_wall_at_ms(const struct machine_clock *clock, int64_t world_ns);

/* Whose turn it is; NULL: nobody's, and clocks are those of the real machine. Returns whose it
 * was. */
const struct machine_clock *clock_use(const struct machine_clock *clock);

#endif
