/* pace.c - how long to wait. */
#include <assert.h>

#include "core/machine_parts.h"

/* Full jitter, with the base delays of the AWS SDKs for DynamoDB ("Retry behavior", AWS SDKs
 * and Tools Reference Guide): 25 ms, and 1 s when throttled. Their limit is 20 s; ours is
 * shorter, since a lock that is waited for should be noticed. A pause is never nothing, so that
 * a store that fails at once is not asked without end while no time passes. */
enum { BACKOFF_MS = 25, BACKOFF_THROTTLED_MS = 1000, BACKOFF_LIMIT_MS = 5000 };
enum { RETRY_AFTER_MORE_MS = 5000 };

struct duration pace_at_least_1_ms(struct duration duration)
{
    struct duration least = duration_from_ms(1);

    return duration.ns < least.ns ? least : duration;
}

struct duration pace_backoff(uint32_t failures, ddblock_status last_failure, uint32_t random)
{
    int64_t window_ms = last_failure == DDBLOCK_THROTTLED ? BACKOFF_THROTTLED_MS : BACKOFF_MS;

    for (uint32_t i = 1; i < failures && window_ms < BACKOFF_LIMIT_MS; i++) {
        window_ms *= 2;
    }
    if (window_ms > BACKOFF_LIMIT_MS) {
        window_ms = BACKOFF_LIMIT_MS;
    }
    return pace_at_least_1_ms(pace_jitter(duration_from_ms(window_ms), 0, 100, random));
}

/* The pause before the next try, after the reply of this event. A store may ask for a longer one,
 * but for 5 s more at the most, as the AWS SDKs do it with x-amz-retry-after. */
struct duration pace_retry(uint32_t failures, ddblock_status last_failure,
                           const struct event *event)
{
    struct duration least =
        pace_backoff(event->spent ? UINT32_MAX : failures, last_failure, event->random);
    struct duration most = {least.ns + duration_from_ms(RETRY_AFTER_MORE_MS).ns};
    struct duration asked = event->outcome != NULL ? event->outcome->retry_after : least;

    return duration_min(asked.ns < least.ns ? least : asked, most);
}

/* True if there is another try for who has so many; none while too much fails. */
bool pace_may_retry(uint32_t failures, uint32_t tries, const struct event *event)
{
    return failures < (tries > 0 ? tries : TRIES_DEFAULT) && !event->spent;
}

struct duration pace_jitter(struct duration duration, uint32_t low_percent, uint32_t high_percent,
                            uint32_t random)
{
    uint32_t spread_permille = (high_percent - low_percent) * 10;
    uint32_t share = (uint32_t)(((uint64_t)spread_permille * random) >> 32);

    assert(low_percent <= high_percent);
    return duration_scale(duration, low_percent * 10 + share, 1000);
}

/* Twice the error of a clock's rate: the holder's may run slow while the waiter's runs
 * fast. docs/protocol.md, "Time". */
struct duration pace_margin(const struct machine_config *config)
{
    return pace_at_least_1_ms(
        duration_scale(duration_from_ms(config->lease_ms), 2 * config->drift_ppm, 1000000));
}

/* What is left of the lease by the two wall clocks, never more than the lease: the whole of it
 * where the time is missing or lies in the future. */
struct duration pace_trusted_wait(const struct record *record, int64_t wall_ms)
{
    int64_t age_ms;

    if (record->acquired_time_unix_ms < 0 || record->acquired_time_unix_ms > wall_ms) {
        return duration_from_ms(record->lease_ms);
    }
    age_ms = wall_ms - record->acquired_time_unix_ms;
    return duration_from_ms(age_ms < record->lease_ms ? record->lease_ms - age_ms : 0);
}

/* "A request must reach AWS within five minutes of the time stamp in the request" (Signature
 * Version 4): what is older cannot be applied any more. The rest is for wall clocks that differ,
 * and for one of ours that runs fast. */
struct duration pace_ghost_life(const struct machine_config *config)
{
    struct duration life = duration_from_ms(5 * 60 * 1000 + 15 * 1000);

    return duration_scale(life, 1000000 + config->drift_ppm, 1000000);
}
