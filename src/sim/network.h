/* network.h - carries requests and replies, and loses, delays and doubles them. */
#ifndef SIM_NETWORK_H
#define SIM_NETWORK_H

#include "sim/message.h"

/* Zeroed, it is empty. */
struct network {
    struct message *messages;
    size_t count;
    size_t capacity;
    uint32_t first_free; /* from 1; 0: none */
    int64_t latency_ns;  /* one way, at most, when nothing fails */
};

struct world;

void network_finish(struct network *network);

/* Sends a request on its way. Its reply, if there is one, comes to the actor's call. */
void network_send(struct world *world, const struct message *message);

void network_arrive(struct world *world, uint32_t index);
void network_reply(struct world *world, uint32_t index);

#endif
