/* rng.h - the one source of chance in a simulated world.
 *
 * SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014):
 * integers alone, so that a seed means the same on every machine. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t z;

    rng->state += UINT64_C(0x9E3779B97F4A7C15);
    z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* A stream of its own for each salt, so that what one part draws moves no other. */
static inline struct rng rng_stream(uint64_t seed, uint64_t salt)
{
    struct rng rng = {seed * UINT64_C(0xD1342543DE82EF95) + salt};

    rng.state = rng_next(&rng);
    return rng;
}

/* low … high, both included. */
static inline int64_t rng_between(struct rng *rng, int64_t low, int64_t high)
{
    assert(low <= high);
    return low + (int64_t)(rng_next(rng) % ((uint64_t)(high - low) + 1));
}

static inline bool rng_chance(struct rng *rng, uint32_t permille)
{
    return rng_next(rng) % 1000 < permille;
}

#endif
