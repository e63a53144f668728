/* coverage.h - what a run of seeds has seen, counted. */
#ifndef SIM_COVERAGE_H
#define SIM_COVERAGE_H

#include "core/machine.h"
#include "sim/faults.h"

#define COUNTER_MAP(X)                                                                             \
    X(SEEDS, "seeds")                                                                              \
    X(EVENTS, "events")                                                                            \
    X(SIMULATED_MS, "simulated milliseconds")                                                      \
    X(REQUESTS, "requests")                                                                        \
    X(CALLS, "acquisitions begun")                                                                 \
    X(ACQUIRED, "acquired")                                                                        \
    X(TAKE_OVERS, "… by taking over a lease that ran out")                                         \
    X(RECOGNISED, "… by recognising an own write after a doubt")                                   \
    X(NOT_ACQUIRED, "not acquired")                                                                \
    X(CANCELLED, "… because they were cancelled")                                                  \
    X(RENEWED, "renewals carried out")                                                             \
    X(RENEWED_AFTER_DOUBT, "renewals recognised after a doubt")                                    \
    X(LOST_LEASE, "lost: the lease ended")                                                         \
    X(LOST_TAKEN, "lost: taken")                                                                   \
    X(LOST_BROKEN, "lost: broken")                                                                 \
    X(LOST_GONE, "lost: gone")                                                                     \
    X(RELEASED_OK, "told released")                                                                \
    X(RELEASED_LOST, "told lost at the release")                                                   \
    X(RELEASED_IN_DOUBT, "told in doubt at the release")                                           \
    X(RELEASED_FAILED, "told another failure at the release")                                      \
    X(DOUBTS_ACQUIRE, "doubts while acquiring")                                                    \
    X(DOUBTS_RENEW, "doubts while renewing")                                                       \
    X(DOUBTS_RELEASE, "doubts while releasing")                                                    \
    X(QUEUED, "acquisitions that stood in line behind another of their client")                    \
    X(TURNS, "… whose turn came")                                                                  \
    X(SETTLED, "take-overs told after settling")                                                   \
    X(UNSETTLED, "… given back or lost before that")                                               \
    X(WITHHELD, "heartbeats withheld by max_hold or the watchdog")                                 \
    X(ENSURED, "heartbeats asked for by the program")                                              \
    X(HANDED_OVER, "locks handed over")                                                            \
    X(ADOPTED, "… and taken on")                                                                   \
    X(ADOPTED_ANEW, "… by the next life of the process")                                           \
    X(ADOPTED_TOO_LATE, "… too late")                                                              \
    X(TOGETHER, "locks released all at once")                                                      \
    X(GHOSTS_LANDED, "ghosts that were carried out")                                               \
    X(SWEPT, "fail-closed ghosts swept up")                                                        \
    X(NPM_ACQUIRED, "acquired by npm peers")                                                       \
    X(NPM_TAKE_OVERS, "taken over by npm peers")                                                   \
    X(CALM_DEATHS, "holders that died in the calm")

enum counter {
#define COUNTER_ENUM(name, text) COUNTER_##name,
    COUNTER_MAP(COUNTER_ENUM)
#undef COUNTER_ENUM
        COUNTERS,
};

struct coverage {
    uint64_t counts[COUNTERS];
    uint64_t strikes[FAULTS];
    uint64_t worlds[FAULTS]; /* in how many seeds the class struck at all */
    uint64_t moves;          /* rows of the table of transitions that were taken, a bit for each */
    uint32_t
        under_way[STATES]; /* which requests were under way in each state, a bit for each kind */
    uint64_t digest;       /* of all traces, in whatever order they were run */
};

void coverage_add(struct coverage *sum, const struct coverage *part);
void coverage_print(const struct coverage *coverage);

#endif
