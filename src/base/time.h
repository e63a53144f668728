/* time.h - instants and durations, which do not mix.
 *
 * Both saturate: no sum of hostile numbers wraps around into the past. */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* A point on a clock that counts suspend, in nanoseconds from some start. */
struct instant {
    int64_t ns;
};

/* A length of time, never negative. */
struct duration {
    int64_t ns;
};

#define INSTANT_NEVER    ((struct instant){INT64_MAX})
#define DURATION_FOREVER ((struct duration){INT64_MAX})

/* Negative counts as zero. */
struct duration duration_from_ms(int64_t ms);

/* Rounded down: who has 0 ms left has less than one. */
int64_t duration_to_ms(struct duration duration);

struct duration duration_min(struct duration a, struct duration b);

/* duration × numerator ÷ denominator, rounded up. */
struct duration duration_scale(struct duration duration, uint32_t numerator, uint32_t denominator);

/* INSTANT_NEVER stays never. */
struct instant instant_add(struct instant instant, struct duration duration);

struct instant instant_min(struct instant a, struct instant b);

/* The time from a to b; zero if b does not lie after a; for ever if b is never. */
struct duration instant_until(struct instant a, struct instant b);

static inline bool instant_before(struct instant a, struct instant b)
{
    return a.ns < b.ns;
}

static inline bool instant_is_never(struct instant instant)
{
    return instant.ns == INT64_MAX;
}

#endif
