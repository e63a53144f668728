/* shrink.h - looks for the shortest history that still breaks the promise. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "sim/run.h"

/* Takes clients and faults away from a world as long as it still breaks that promise. The mask is
 * the caller's, and world->mask afterwards. Returns how many strikes are left. */
uint64_t shrink(struct world_options *world, int promise, struct fault_mask *mask);

#endif
