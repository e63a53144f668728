/* metrics.h - what a store's thread counts.
 *
 * One thread counts, others read at any time: every number is written and read as a whole, and
 * nobody waits. */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include "core/machine.h"
#include "ddblock/ddblock.h"

void metrics_init(ddblock_metrics *metrics);

/* Of the counting thread alone. */
void metrics_add(uint64_t *counter);
void metrics_request(ddblock_metrics *metrics, enum request_kind kind); /* was given to the store */
void metrics_reply(ddblock_metrics *metrics, const struct outcome *outcome);

/* A machine before its step, as far as counting needs it. */
struct metrics_before {
    enum machine_state state;
    enum loss loss;
    struct instant deadline;
    uint64_t withheld_count;
};

struct metrics_before metrics_before(const struct machine *machine);

/* Counts what the step has brought. */
void metrics_step(ddblock_metrics *metrics, const struct metrics_before *before,
                  const struct machine *machine, const struct event *event,
                  const struct effects *effects);

/* From any thread. */
void metrics_copy(const ddblock_metrics *metrics, ddblock_metrics *ret_metrics);

/* As ddblock_metrics_prometheus. */
size_t metrics_prometheus(const ddblock_metrics *metrics, char *buffer, size_t size);

/* The most that a bucket of a histogram counts; 0 for the last one, which has no limit. */
uint64_t metrics_bucket_us(size_t bucket);

#endif
