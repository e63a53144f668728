/* faults.h - what can go wrong in a world, how often it does, and which of it is left out. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "sim/rng.h"

/* Each class: name for --faults, the highest rate in thousandths, what it is. Those with a rate
 * strike now and then; a world either has the others or not, with that chance. */
#define FAULT_MAP(X)                                                                               \
    X(REQUEST_LOST, "request-lost", 150, "a request never arrives")                                \
    X(REPLY_LOST, "reply-lost", 200, "a request is carried out, its reply never arrives")          \
    X(RESET, "reset", 100, "the connection breaks at once; the request may still arrive")          \
    X(DELAYED, "delayed", 150, "a request or reply takes up to the time that it is waited for")    \
    X(GHOST, "ghost", 80, "a request arrives after up to several leases")                          \
    X(DOUBLED, "doubled", 100, "a request arrives twice")                                          \
    X(REORDERED, "reordered", 100, "a request overtakes those before it")                          \
    X(THROTTLED, "throttled", 100, "the engine asks for fewer requests")                           \
    X(FAILED, "failed", 60, "a request fails, and is known not to have been carried out")          \
    X(ERROR, "error", 100, "the engine answers with a fault, whether carried out or not")          \
    X(DENIED, "denied", 8, "the engine refuses the credentials")                                   \
    X(BARE, "bare", 500, "a refusal does not say what stands there")                               \
    X(STALE, "stale", 400, "an eventually consistent read is old")                                 \
    X(PAUSE, "pause", 60, "a process stands still for up to several leases")                       \
    X(PARTITION, "partition", 40, "a process is cut off from the engine for up to several leases") \
    X(SUSPEND, "suspend", 40, "the same, and CLOCK_MONOTONIC stands still too")                    \
    X(CRASH, "crash", 40, "a process dies, and starts again later")                                \
    X(ENTROPY, "entropy", 5, "the system gives no random bytes for a while")                       \
    X(BREAK, "break", 15, "a person breaks the lock")                                              \
    X(DELETE, "delete", 12, "a person deletes the item")                                           \
    X(SPOIL, "spoil", 8, "a person makes the item one that is no lock")                            \
    X(DRIFT, "drift", 700, "clocks run fast or slow, up to drift_ppm")                             \
    X(WALL, "wall", 400, "wall clocks differ by up to several leases")                             \
    X(TRUST, "trust", 150, "some clients have trust_local_time")                                   \
    X(NPM, "npm", 350, "processes of the npm package contend too")                                 \
    X(STALL, "stall", 300, "a program does not say that it is alive, or later")                    \
    X(FORGOTTEN, "forgotten", 300, "a lock that is handed over is not taken on")

enum fault {
#define FAULT_ENUM(name, text, rate, what) FAULT_##name,
    FAULT_MAP(FAULT_ENUM)
#undef FAULT_ENUM
        FAULTS,
};

/* Strikes of one class that shrinking can tell apart; later ones are left out while it does. */
enum { STRIKES_MAX = 512 };

/* Which strikes may happen: shrinking takes them away. */
struct fault_mask {
    bool limited; /* false: all of them */
    uint8_t allowed[FAULTS][STRIKES_MAX];
};

struct faults {
    bool enabled[FAULTS];
    uint32_t rate[FAULTS];
    uint64_t tried[FAULTS];  /* strikes in order, also those left out */
    uint64_t struck[FAULTS]; /* those that happened */
    struct rng rng[FAULTS];
    const struct fault_mask *mask; /* NULL: all happen */
    bool lull;                     /* none strikes any more */
};

/* Decides how bad this world is. enabled: which classes there are at all. */
void faults_init(struct faults *faults, uint64_t seed, const bool enabled[FAULTS],
                 const struct fault_mask *mask);

/* True if this one happens now. */
bool fault_strikes(struct faults *faults, enum fault fault);

/* True if the whole world is so, for the classes that are so or not. */
bool fault_rules(struct faults *faults, enum fault fault);

const char *fault_name(enum fault fault);
const char *fault_meaning(enum fault fault);

/* Reads a list: names with commas between, "all", "none", "-name" to leave one out. False: the
 * text at *ret_wrong is none of these. */
bool faults_parse(const char *list, bool enabled[FAULTS], const char **ret_wrong);

#endif
