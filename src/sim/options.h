/* options.h - the command line of the simulator. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "sim/world.h"

struct options {
    struct world_options world; /* its seed: the first, or the one to replay */
    uint64_t seeds;             /* how many */
    bool replay;                /* one seed, with its whole trace */
    bool shrink;                /* a violation is made as short as it gets */
    bool quiet;                 /* one line is enough */
    long workers;
    const char *mutant; /* NULL: the code as it is */
};

/* Returns false after it said what is wrong, or after --help with *ret_status 0. */
bool options_parse(struct options *options, int argc, char **argv, int *ret_status);

#endif
