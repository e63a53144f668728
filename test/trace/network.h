/* network.h - the requests that are on their way, and what befalls them. */
#ifndef TEST_TRACE_NETWORK_H
#define TEST_TRACE_NETWORK_H

#include "trace/world.h"

/* Takes a request of a machine, to which the first of its faults happens. */
void network_send(struct world *world, size_t actor, const struct request *ask,
                  int64_t gives_up_ns);

/* Carries a request out that has arrived. True if it is a ghost: nobody waits for it. */
bool network_arrive(struct world *world, struct flight *flight, const char *owner);

/* The reply that is due, or that none came. */
struct outcome network_reply(struct flight *flight);

#endif
