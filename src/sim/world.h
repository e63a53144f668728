/* world.h - a simulated world: one item, those who contend for it, and all that goes wrong. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sim/agenda.h"
#include "sim/checker.h"
#include "sim/coverage.h"
#include "sim/network.h"
#include "sim/npm_peer.h"
#include "sim/process.h"
#include "sim/table.h"
#include "sim/trace.h"

enum { PROCESSES_MAX = 5, PEERS_MAX = 2 };

/* A person, who is no actor of the world. */
#define NOBODY UINT32_MAX

#define MS_NS INT64_C(1000000)

struct world_options {
    uint64_t seed;
    uint32_t clients; /* 0: by the seed, 2 … PROCESSES_MAX */
    int64_t storm_ns; /* 0: by the seed */
    bool enabled[FAULTS];
    const struct fault_mask *mask; /* NULL: every fault that comes up strikes */
    FILE *trace;                   /* NULL: none */
};

struct world {
    struct world_options options;
    int64_t now_ns;
    struct rng rng;
    struct agenda agenda;
    struct faults faults;
    struct network network;
    struct table table;
    struct process processes[PROCESSES_MAX]; /* actors 0 … */
    uint32_t process_count;
    struct npm_peer peers[PEERS_MAX]; /* the actors after them */
    uint32_t peer_count;

    ddblock_kind kind; /* of most clients */
    bool mixed;        /* some are of the other */
    int64_t lease_ms;  /* about that of all */
    uint32_t drift_ppm;
    bool walls_differ;
    int64_t storm_ends_ns;
    int64_t resumes_ns; /* between the storm and then nothing new is begun */
    int64_t closes_ns;  /* nothing is acquired from then on */
    bool closing;
    uint32_t acquisitions;

    struct checker checker;
    struct trace trace;
    struct coverage coverage;
};

/* Runs a world to its end, or until a promise is broken. Returns the violation; its promise is 0
 * if there is none. */
struct violation world_run(const struct world_options *options, struct coverage *ret_coverage);

/* Puts an event down in the history, now. */
void world_tell(struct world *world, struct history_event event);

/* Whether a fault strikes an actor; what it may cost is over at until_ns, 0: nothing. */
bool world_strikes(struct world *world, enum fault fault, uint32_t actor, uint32_t acquisition,
                   int64_t until_ns);

/* The number of a new acquisition. */
uint32_t world_acquisition(struct world *world);

/* weather.c: what happens to processes, and to the item, now and then. */
void weather_tick(struct world *world);
void weather_lull(struct world *world);
void weather_death(struct world *world);

#endif
