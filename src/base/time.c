/* time.c - saturating arithmetic on instants and durations. */
#include "base/time.h"

#include <assert.h>
#include <stddef.h>

enum { NS_PER_MS = 1000000 };

struct duration duration_from_ms(int64_t ms)
{
    if (ms <= 0) {
        return (struct duration){0};
    }
    if (ms > INT64_MAX / NS_PER_MS) {
        return DURATION_FOREVER;
    }
    return (struct duration){ms * NS_PER_MS};
}

int64_t duration_to_ms(struct duration duration)
{
    if (duration.ns == INT64_MAX) {
        return INT64_MAX;
    }
    return duration.ns / NS_PER_MS;
}

struct duration duration_min(struct duration a, struct duration b)
{
    return a.ns < b.ns ? a : b;
}

struct duration duration_scale(struct duration duration, uint32_t numerator, uint32_t denominator)
{
    int64_t whole;
    int64_t rest;
    int64_t scaled;

    assert(denominator > 0);
    assert(duration.ns >= 0);
    if (duration.ns == INT64_MAX) {
        return DURATION_FOREVER;
    }
    /* Split, so that the product of the remainder fits 64 bits. */
    whole = duration.ns / denominator;
    rest = duration.ns % denominator;
    if (__builtin_mul_overflow(whole, (int64_t)numerator, &scaled)) {
        return DURATION_FOREVER;
    }
    rest = (rest * numerator + denominator - 1) / denominator;
    if (__builtin_add_overflow(scaled, rest, &scaled)) {
        return DURATION_FOREVER;
    }
    return (struct duration){scaled};
}

struct instant instant_add(struct instant instant, struct duration duration)
{
    int64_t sum;

    if (__builtin_add_overflow(instant.ns, duration.ns, &sum)) {
        return INSTANT_NEVER;
    }
    return (struct instant){sum};
}

struct instant instant_min(struct instant a, struct instant b)
{
    return a.ns < b.ns ? a : b;
}

struct duration instant_until(struct instant a, struct instant b)
{
    int64_t difference;

    if (b.ns <= a.ns) {
        return (struct duration){0};
    }
    if (instant_is_never(b) || __builtin_sub_overflow(b.ns, a.ns, &difference)) {
        return DURATION_FOREVER;
    }
    return (struct duration){difference};
}
