/* clock.h - the clocks of this machine. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/time.h"

/* The clock of leases: it never steps, and it counts the time spent suspended. */
struct instant clock_now(void);

/* The wall clock, in milliseconds since the Unix epoch: for what others read and for
 * signatures, never for leases. */
int64_t clock_wall_ms(void);

#endif
