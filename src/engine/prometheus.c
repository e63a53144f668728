/* prometheus.c - the metrics in Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). */
#include "engine/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Rows of one name stand together; its help is that of the first. */
struct counter {
    const char *name;
    const char *label; /* what stands in braces; NULL: nothing */
    size_t offset;
    const char *help;
};

#define COUNTER(name, label, field, help)                                                          \
    {                                                                                              \
        "ddblock_" name "_total", label, offsetof(ddblock_metrics, field), help                    \
    }

static const struct counter counters[] = {
    COUNTER("acquisitions", NULL, acquisitions, "Acquisitions started."),
    COUNTER("acquired", "origin=\"fresh\"", acquired_fresh,
            "Locks acquired, by what their last holder had done."),
    COUNTER("acquired", "origin=\"released\"", acquired_released, NULL),
    COUNTER("acquired", "origin=\"taken_over\"", acquired_taken_over, NULL),
    COUNTER("not_acquired", "reason=\"held\"", not_acquired,
            "Acquisitions that ended without the lock."),
    COUNTER("not_acquired", "reason=\"cancelled\"", acquisitions_cancelled, NULL),
    COUNTER("not_acquired", "reason=\"failed\"", acquisitions_failed, NULL),
    COUNTER("at_risk", NULL, at_risk, "Times that less than a third of a lease was left."),
    COUNTER("lost", "cause=\"lease_ended\"", lost_lease_ended, "Locks lost while they were held."),
    COUNTER("lost", "cause=\"taken\"", lost_taken, NULL),
    COUNTER("lost", "cause=\"broken\"", lost_broken, NULL),
    COUNTER("lost", "cause=\"gone\"", lost_gone, NULL),
    COUNTER("released", "outcome=\"released\"", released, "Locks released that were not lost."),
    COUNTER("released", "outcome=\"in_doubt\"", releases_in_doubt, NULL),
    COUNTER("released", "outcome=\"failed\"", releases_failed, NULL),
    COUNTER("heartbeats_withheld", NULL, heartbeats_withheld,
            "Times that max_hold_ms or the watchdog withheld a heartbeat."),
    COUNTER("requests", "kind=\"acquire\"", requests_acquire, "Requests given to the store."),
    COUNTER("requests", "kind=\"take_over\"", requests_take_over, NULL),
    COUNTER("requests", "kind=\"renew\"", requests_renew, NULL),
    COUNTER("requests", "kind=\"release\"", requests_release, NULL),
    COUNTER("requests", "kind=\"read\"", requests_read, NULL),
    COUNTER("requests", "kind=\"read_latest\"", requests_read_latest, NULL),
    COUNTER("requests", "kind=\"break\"", requests_break, NULL),
    COUNTER("requests", "kind=\"list\"", requests_list, NULL),
    COUNTER("requests_refused", NULL, requests_refused, "Writes whose condition did not hold."),
    COUNTER("requests_in_doubt", NULL, requests_in_doubt, "Requests without a reply."),
    COUNTER("requests_failed", NULL, requests_failed, "Requests that the store did not carry out."),
    COUNTER("requests_throttled", NULL, requests_throttled,
            "Requests that failed since the store asks for fewer."),
    COUNTER("requests_retried", NULL, requests_retried,
            "Requests made since the one before got no answer."),
    COUNTER("requests_unsent", NULL, requests_unsent,
            "Requests that were not sent, for want of a connection or of memory."),
    COUNTER("write_units", NULL, write_units, "Write request units consumed, an estimate."),
};

static const struct {
    const char *name;
    size_t offset;
    const char *help;
} histograms[] = {
    {"ddblock_wait_seconds", offsetof(ddblock_metrics, wait),
     "From the start of an acquisition until the lock was acquired."},
    {"ddblock_hold_seconds", offsetof(ddblock_metrics, hold),
     "From the acquisition of a lock to the end of its release, or to its loss."},
    {"ddblock_heartbeat_seconds", offsetof(ddblock_metrics, heartbeat),
     "From a heartbeat that was applied to its answer."},
};

/* Text that may not fit: size counts on. */
struct text {
    char *buffer;
    size_t capacity;
    size_t size;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
    size_t left = text->size < text->capacity ? text->capacity - text->size : 0;
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(left > 0 ? text->buffer + text->size : NULL, left, format, arguments);
    va_end(arguments);
    text->size += size > 0 ? (size_t)size : 0;
}

static void add_head(struct text *text, const char *name, const char *type, const char *help)
{
    add(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static uint64_t number_at(const ddblock_metrics *metrics, size_t offset)
{
    uint64_t number;

    memcpy(&number, (const char *)metrics + offset, sizeof(number));
    return number;
}

static void add_counter(struct text *text, const ddblock_metrics *metrics,
                        const struct counter *counter)
{
    if (counter->help != NULL) {
        add_head(text, counter->name, "counter", counter->help);
    }
    add(text, "%s", counter->name);
    if (counter->label != NULL) {
        add(text, "{%s}", counter->label);
    }
    add(text, " %" PRIu64 "\n", number_at(metrics, counter->offset));
}

/* Prometheus' durations are in seconds. */
static void add_seconds(struct text *text, uint64_t us)
{
    add(text, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);
}

/* Its buckets count all that is in those before, too. */
static void add_histogram(struct text *text, const char *name, const ddblock_histogram *histogram)
{
    uint64_t count = 0;

    for (size_t i = 0; i < DDBLOCK_HISTOGRAM_BUCKETS; i++) {
        uint64_t limit_us = metrics_bucket_us(i);

        count += histogram->buckets[i];
        add(text, "%s_bucket{le=\"", name);
        if (limit_us > 0) {
            add_seconds(text, limit_us);
        } else {
            add(text, "+Inf");
        }
        add(text, "\"} %" PRIu64 "\n", count);
    }
    add(text, "%s_sum ", name);
    add_seconds(text, histogram->sum_us);
    add(text, "\n%s_count %" PRIu64 "\n", name, count);
}

static void add_reads(struct text *text, const ddblock_metrics *metrics)
{
    static const char name[] = "ddblock_read_units_total";

    add_head(text, name, "counter", "Read request units consumed, an estimate.");
    add(text, "%s %" PRIu64 ".%d\n", name, metrics->read_half_units / 2,
        metrics->read_half_units % 2 == 0 ? 0 : 5);
}

static void add_margin(struct text *text, const ddblock_metrics *metrics)
{
    static const char name[] = "ddblock_heartbeat_margin_least_seconds";

    add_head(text, name, "gauge",
             "The least that was left of a lease when a heartbeat was answered.");
    add(text, "%s ", name);
    if (metrics->heartbeat_margin_min_us == UINT64_MAX) {
        add(text, "+Inf");
    } else {
        add_seconds(text, metrics->heartbeat_margin_min_us);
    }
    add(text, "\n");
}

size_t metrics_prometheus(const ddblock_metrics *metrics, char *buffer, size_t size)
{
    struct text text = {.buffer = buffer, .capacity = size};

    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        add_counter(&text, metrics, &counters[i]);
    }
    add_reads(&text, metrics);
    add_margin(&text, metrics);
    for (size_t i = 0; i < sizeof(histograms) / sizeof(histograms[0]); i++) {
        ddblock_histogram histogram;

        memcpy(&histogram, (const char *)metrics + histograms[i].offset, sizeof(histogram));
        add_head(&text, histograms[i].name, "histogram", histograms[i].help);
        add_histogram(&text, histograms[i].name, &histogram);
    }
    return text.size + 1; /* and the NUL */
}
