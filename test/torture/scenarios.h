/* scenarios.h - what programs do with locks, each to be done with something going wrong. */
#ifndef TEST_TORTURE_SCENARIOS_H
#define TEST_TORTURE_SCENARIOS_H

#include "torture/world.h"

struct scenario {
    const char *name;
    void (*run)(struct world *world); /* with a store open */
    unsigned where;                   /* bits 1 << enum where */
};

/* The last one has no name. */
extern const struct scenario scenarios[];

/* Opens a world, lets the scenario happen in it with what is armed, and closes it. Fails the test
 * if something is believed that is not so. Returns how many things could have gone wrong. */
size_t scenario_run(const struct scenario *scenario, enum where where, size_t k, size_t count);

/* The k-th of these goes wrong in the next run of the scenario: ends the process with that, if it
 * takes two minutes. */
void scenario_watch(const char *what, const struct scenario *scenario, enum where where, size_t k);

/* Which one it was last. */
const char *scenario_watched(void);

#endif
