/* options.c - the command line of the simulator. */
#include "sim/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An hour of storm is plenty; histories are kept in memory. */
enum { MINUTES_MAX = 60, SEEDS_DEFAULT = 1000 };

static const char usage[] =
    "usage: ddblock-sim [OPTION]...\n"
    "Runs the lock protocol in simulated worlds and checks what docs/protocol.md promises.\n"
    "\n"
    "  --seeds N       how many worlds (default 1000), from seed 0 or that of --seed on\n"
    "  --seed S        replays the world of seed S, with its whole trace; with --seeds: begins "
    "there\n"
    "  --faults LIST   only these, with commas between: names as they are printed, all, none, or\n"
    "                  -NAME for all but that\n"
    "  --clients N     1 to 5 processes of ours (default: 2 to 5, by the seed)\n"
    "  --minutes M     of faults in each world, 1 to 60 (default: seconds, by the seed)\n"
    "  --mutant NAME   the code with a planted bug of test/sim/mutants.txt; build the target\n"
    "                  mutants first\n"
    "  --workers N     processes to run them in (default: one for each processor)\n"
    "  --no-shrink     does not look for a shorter history of a violation\n"
    "  --quiet         prints one line\n"
    "\n"
    "Exits 0 if every promise was kept, 1 if one was broken, 2 if the command is wrong.\n";

enum {
    OPTION_SEEDS = 1,
    OPTION_SEED,
    OPTION_FAULTS,
    OPTION_CLIENTS,
    OPTION_MINUTES,
    OPTION_MUTANT,
    OPTION_WORKERS,
    OPTION_NO_SHRINK,
    OPTION_QUIET,
    OPTION_HELP,
};

static const struct option names[] = {
    {"seeds", required_argument, NULL, OPTION_SEEDS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"faults", required_argument, NULL, OPTION_FAULTS},
    {"clients", required_argument, NULL, OPTION_CLIENTS},
    {"minutes", required_argument, NULL, OPTION_MINUTES},
    {"mutant", required_argument, NULL, OPTION_MUTANT},
    {"workers", required_argument, NULL, OPTION_WORKERS},
    {"no-shrink", no_argument, NULL, OPTION_NO_SHRINK},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"help", no_argument, NULL, OPTION_HELP},
    {0},
};

static bool number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_number)
{
    char *end = NULL;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < low ||
        value > high) {
        (void)fprintf(stderr, "ddblock-sim: not a number from %llu to %llu: %s\n",
                      (unsigned long long)low, (unsigned long long)high, text);
        return false;
    }
    *ret_number = value;
    return true;
}

static bool parse_faults(const char *list, bool enabled[FAULTS])
{
    const char *wrong = NULL;

    if (!faults_parse(list, enabled, &wrong)) {
        (void)fprintf(stderr, "ddblock-sim: no such fault: %s\n", wrong);
        return false;
    }
    return true;
}

struct given {
    bool seed;
    bool seeds;
};

static bool parse_one(struct options *options, struct given *given, int option)
{
    uint64_t value = 0;

    switch (option) {
    case OPTION_SEEDS:
        given->seeds = true;
        return number(optarg, 1, UINT64_MAX / 2, &options->seeds);
    case OPTION_SEED:
        given->seed = true;
        return number(optarg, 0, UINT64_MAX / 2, &options->world.seed);
    case OPTION_FAULTS:
        return parse_faults(optarg, options->world.enabled);
    case OPTION_CLIENTS:
        if (!number(optarg, 1, PROCESSES_MAX, &value)) {
            return false;
        }
        options->world.clients = (uint32_t)value;
        return true;
    case OPTION_MINUTES:
        if (!number(optarg, 1, MINUTES_MAX, &value)) {
            return false;
        }
        options->world.storm_ns = (int64_t)value * 60000 * MS_NS;
        return true;
    case OPTION_MUTANT:
        options->mutant = optarg;
        return true;
    case OPTION_WORKERS:
        if (!number(optarg, 1, 256, &value)) {
            return false;
        }
        options->workers = (long)value;
        return true;
    case OPTION_NO_SHRINK:
        options->shrink = false;
        return true;
    case OPTION_QUIET:
        options->quiet = true;
        return true;
    default:
        return false;
    }
}

bool options_parse(struct options *options, int argc, char **argv, int *ret_status)
{
    struct given given = {0};
    int option;

    *options = (struct options){
        .seeds = SEEDS_DEFAULT, .shrink = true, .workers = sysconf(_SC_NPROCESSORS_ONLN)};
    memset(options->world.enabled, true, sizeof(options->world.enabled));
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == OPTION_HELP) {
            (void)fputs(usage, stdout);
            *ret_status = 0;
            return false;
        }
        if (!parse_one(options, &given, option)) {
            *ret_status = 2;
            return false;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "ddblock-sim: unexpected: %s\n", argv[optind]);
        *ret_status = 2;
        return false;
    }
    options->replay = given.seed && !given.seeds;
    if (options->workers < 1) {
        options->workers = 1;
    }
    return true;
}
