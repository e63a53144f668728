/* metrics.c - what a store's thread counts. */
#include "engine/metrics.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { US_PER_NS = 1000 };

_Static_assert(sizeof(ddblock_metrics) % sizeof(uint64_t) == 0, "it is copied number by number");

void metrics_init(ddblock_metrics *metrics)
{
    memset(metrics, 0, sizeof(*metrics));
    metrics->heartbeat_margin_min_us = UINT64_MAX;
}

static void set(uint64_t *number, uint64_t value)
{
    __atomic_store_n(number, value, __ATOMIC_RELAXED);
}

/* Only this thread writes: the plain read is of its own last write. */
void metrics_add(uint64_t *counter)
{
    set(counter, *counter + 1);
}

uint64_t metrics_bucket_us(size_t bucket)
{
    return bucket + 1 < DDBLOCK_HISTOGRAM_BUCKETS ? DDBLOCK_HISTOGRAM_FIRST_US << bucket : 0;
}

static void observe(ddblock_histogram *histogram, struct duration duration)
{
    uint64_t us = (uint64_t)duration.ns / US_PER_NS;
    size_t bucket = 0;

    while (bucket + 1 < DDBLOCK_HISTOGRAM_BUCKETS && us > metrics_bucket_us(bucket)) {
        bucket++;
    }
    metrics_add(&histogram->buckets[bucket]);
    set(&histogram->sum_us, histogram->sum_us + us);
}

void metrics_request(ddblock_metrics *metrics, enum request_kind kind)
{
    static const size_t offsets[REQUEST_KINDS] = {
        [REQUEST_ACQUIRE] = offsetof(ddblock_metrics, requests_acquire),
        [REQUEST_ACQUIRE_CLOSED] = offsetof(ddblock_metrics, requests_acquire),
        [REQUEST_TAKE_OVER] = offsetof(ddblock_metrics, requests_take_over),
        [REQUEST_RENEW] = offsetof(ddblock_metrics, requests_renew),
        [REQUEST_RELEASE] = offsetof(ddblock_metrics, requests_release),
        [REQUEST_RELEASE_CLOSED] = offsetof(ddblock_metrics, requests_release),
        [REQUEST_READ] = offsetof(ddblock_metrics, requests_read),
        [REQUEST_READ_LATEST] = offsetof(ddblock_metrics, requests_read_latest),
        [REQUEST_BREAK] = offsetof(ddblock_metrics, requests_break),
        [REQUEST_BREAK_CLOSED] = offsetof(ddblock_metrics, requests_break),
        [REQUEST_LIST] = offsetof(ddblock_metrics, requests_list),
    };

    assert(offsets[kind] > 0); /* a kind without a line above would count as something else */
    metrics_add((uint64_t *)(void *)((char *)metrics + offsets[kind]));
}

void metrics_reply(ddblock_metrics *metrics, const struct outcome *outcome)
{
    switch (outcome->kind) {
    case OUTCOME_APPLIED:
    case OUTCOME_FOUND:
        break;
    case OUTCOME_REFUSED:
        metrics_add(&metrics->requests_refused);
        break;
    case OUTCOME_IN_DOUBT:
        metrics_add(&metrics->requests_in_doubt);
        break;
    case OUTCOME_FAILED:
        metrics_add(&metrics->requests_failed);
        if (outcome->status == DDBLOCK_THROTTLED) {
            metrics_add(&metrics->requests_throttled);
        }
        break;
    }
}

struct metrics_before metrics_before(const struct machine *machine)
{
    return (struct metrics_before){machine->state, machine->loss, machine->deadline,
                                   machine->withheld_count};
}

static void count_acquired(ddblock_metrics *metrics, const struct machine *machine)
{
    switch (machine->origin) {
    case ORIGIN_FRESH:
        metrics_add(&metrics->acquired_fresh);
        break;
    case ORIGIN_RELEASED:
        metrics_add(&metrics->acquired_released);
        break;
    case ORIGIN_TAKEN_OVER:
        metrics_add(&metrics->acquired_taken_over);
        break;
    }
}

static void count_not_acquired(ddblock_metrics *metrics, ddblock_status status)
{
    if (status == DDBLOCK_NOT_ACQUIRED) {
        metrics_add(&metrics->not_acquired);
    } else if (status == DDBLOCK_CANCELLED) {
        metrics_add(&metrics->acquisitions_cancelled);
    } else {
        metrics_add(&metrics->acquisitions_failed);
    }
}

static void count_loss(ddblock_metrics *metrics, enum loss loss)
{
    switch (loss) {
    case LOSS_NONE:
        break;
    case LOSS_LEASE_ENDED:
        metrics_add(&metrics->lost_lease_ended);
        break;
    case LOSS_TAKEN:
        metrics_add(&metrics->lost_taken);
        break;
    case LOSS_BROKEN:
        metrics_add(&metrics->lost_broken);
        break;
    case LOSS_GONE:
        metrics_add(&metrics->lost_gone);
        break;
    }
}

static void count_released(ddblock_metrics *metrics, ddblock_status status)
{
    if (status == DDBLOCK_OK) {
        metrics_add(&metrics->released);
    } else if (status == DDBLOCK_IN_DOUBT) {
        metrics_add(&metrics->releases_in_doubt);
    } else if (status != DDBLOCK_LOST) { /* which was counted with its cause */
        metrics_add(&metrics->releases_failed);
    }
}

/* A heartbeat was answered in time. What stands first among our guids is the one that it
 * confirmed. */
static void count_heartbeat(ddblock_metrics *metrics, const struct metrics_before *before,
                            const struct machine *machine, struct instant now)
{
    uint64_t margin_us = (uint64_t)instant_until(now, before->deadline).ns / US_PER_NS;

    observe(&metrics->heartbeat, instant_until(guid_set_at(&machine->mine, 0)->sent, now));
    if (margin_us < metrics->heartbeat_margin_min_us) {
        set(&metrics->heartbeat_margin_min_us, margin_us);
    }
}

static void count_notice(ddblock_metrics *metrics, const struct machine *machine,
                         struct instant now, const struct effects *effects)
{
    switch (effects->notice) {
    case NOTICE_NONE:
    case NOTICE_RENEWED:
    case NOTICE_LOST:        /* counted by its cause */
    case NOTICE_HANDED_OVER: /* held still, by another process */
        break;
    case NOTICE_ACQUIRED:
        count_acquired(metrics, machine);
        observe(&metrics->wait, instant_until(machine->began, now));
        break;
    case NOTICE_NOT_ACQUIRED:
        count_not_acquired(metrics, effects->status);
        break;
    case NOTICE_AT_RISK:
        metrics_add(&metrics->at_risk);
        break;
    case NOTICE_RELEASED:
        count_released(metrics, effects->status);
        break;
    }
}

void metrics_step(ddblock_metrics *metrics, const struct metrics_before *before,
                  const struct machine *machine, const struct event *event,
                  const struct effects *effects)
{
    bool lost = machine->announced && before->loss == LOSS_NONE && machine->loss != LOSS_NONE;
    bool released = effects->notice == NOTICE_RELEASED && machine->loss == LOSS_NONE;

    if (before->state == STATE_IDLE && machine->state != STATE_ENDED) {
        metrics_add(&metrics->acquisitions);
    }
    if (machine->withheld_count != before->withheld_count) {
        metrics_add(&metrics->heartbeats_withheld);
    }
    if (effects->request.kind != REQUEST_NONE && machine->failures > 0) {
        metrics_add(&metrics->requests_retried);
    }
    if (event->kind == EVENT_REPLY && before->state == STATE_RENEWING &&
        event->outcome->kind == OUTCOME_APPLIED && machine->loss == LOSS_NONE) {
        count_heartbeat(metrics, before, machine, event->now);
    }
    if (lost) {
        count_loss(metrics, machine->loss);
    }
    if (lost || released) {
        observe(&metrics->hold, instant_until(machine->told_at, event->now));
    }
    count_notice(metrics, machine, event->now, effects);
}

/* "One write request unit represents one write for an item up to 1 KB in size"; a write whose
 * condition is refused costs the same. "One read request unit represents one strongly consistent
 * read request, or two eventually consistent read requests, for an item up to 4 KB in size" (Amazon
 * DynamoDB Developer Guide, on-demand capacity; "DynamoDB read and write operations"). */
static void estimate_capacity(ddblock_metrics *metrics)
{
    metrics->write_units = metrics->requests_acquire + metrics->requests_take_over +
                           metrics->requests_renew + metrics->requests_release +
                           metrics->requests_break;
    metrics->read_half_units = metrics->requests_read + 2 * metrics->requests_read_latest;
}

void metrics_copy(const ddblock_metrics *metrics, ddblock_metrics *ret_metrics)
{
    const uint64_t *from = (const uint64_t *)metrics;
    uint64_t *to = (uint64_t *)ret_metrics;

    for (size_t i = 0; i < sizeof(*metrics) / sizeof(uint64_t); i++) {
        to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
    }
    estimate_capacity(ret_metrics);
}
