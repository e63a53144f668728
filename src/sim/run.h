/* run.h - runs worlds in processes of their own: many at once, or one that may not come back. */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/options.h"

/* The code under test contradicted itself: an assertion of its own failed, or worse. */
enum { PROMISE_ITSELF = 6 };

struct finding {
    uint64_t seed;
    struct violation violation; /* its promise is 0: none was found */
};

/* Runs the seeds of the options, and finds the violation with the lowest seed. */
struct finding run_seeds(const struct options *options, struct coverage *ret_coverage);

/* Runs one world in a child, without a trace, and tells which promise it breaks. */
struct violation run_apart(const struct world_options *options, struct coverage *ret_coverage);

#endif
