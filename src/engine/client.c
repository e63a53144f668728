/* client.c - the options of a client, checked and turned into those of the protocol. */
#include "engine/client.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"

/* Retries and drift: limits against slips of the keyboard. */
#define RETRY_COUNT_MAX ((int64_t)1000000)
#define DRIFT_PPM_MAX   ((int64_t)100000)

/* A poll costs half a read unit: forty in a lease notice a release early and cost little. */
enum { POLLS_PER_LEASE = 40, POLL_MS_MIN = 20, POLL_MS_MAX = 5000 };

/* A passwd entry that is longer is treated as none. */
enum { PASSWD_SIZE_MAX = 4096 };

static ddblock_status check_range(const char *name, int64_t value, int64_t low, int64_t high,
                                  ddblock_error *error)
{
    if (value >= low && value <= high) {
        return DDBLOCK_OK;
    }
    return status_set(error, DDBLOCK_INVALID,
                      "%s is %" PRId64 ", but must lie between %" PRId64 " and %" PRId64, name,
                      value, low, high);
}

/* The heartbeat at most half the lease, as the Java and Go clients ask: one may get lost. */
static ddblock_status check_heartbeat(const ddblock_client_options *options, ddblock_error *error)
{
    int64_t heartbeat_ms = options->heartbeat_period_ms;
    int64_t half_ms = options->lease_duration_ms / 2;

    if (heartbeat_ms == DDBLOCK_AUTO || (heartbeat_ms >= 0 && heartbeat_ms <= half_ms)) {
        return DDBLOCK_OK;
    }
    return status_set(error, DDBLOCK_INVALID,
                      "heartbeat_period_ms is %" PRId64
                      ", but must be 0 (no heartbeats) or at most half of lease_duration_ms, "
                      "which is %" PRId64,
                      heartbeat_ms, half_ms);
}

/* The lease must outlast the settling, or no take-over would ever end in an acquisition. */
static ddblock_status check_settle(const ddblock_client_options *options, ddblock_error *error)
{
    ddblock_status status = check_range("settle_ms", options->settle_ms, 0, INT32_MAX, error);

    if (status != DDBLOCK_OK || options->heartbeat_period_ms != 0 ||
        options->settle_ms < options->lease_duration_ms) {
        return status;
    }
    return status_set(error, DDBLOCK_INVALID,
                      "settle_ms is %" PRId64
                      ", but must be less than lease_duration_ms, which is %" PRId64
                      ", as there are no heartbeats: the lease would end first",
                      options->settle_ms, options->lease_duration_ms);
}

static ddblock_status check_owner(const char *owner, ddblock_error *error)
{
    struct bytes bytes;

    if (owner == NULL) {
        return DDBLOCK_OK;
    }
    bytes = bytes_from_string(owner);
    if (bytes.size < 1 || bytes.size > OWNER_SIZE_MAX) {
        return status_set(error, DDBLOCK_INVALID,
                          "owner has %zu bytes, but must have between 1 and %d", bytes.size,
                          OWNER_SIZE_MAX);
    }
    if (!text_is_utf8(bytes)) {
        return status_set(error, DDBLOCK_INVALID, "owner is not valid UTF-8");
    }
    return DDBLOCK_OK;
}

static ddblock_status check_options(const ddblock_client_options *options, ddblock_error *error)
{
    ddblock_status status = check_owner(options->owner, error);

    if (status == DDBLOCK_OK) {
        status = check_range("retry_count", options->retry_count, 0, RETRY_COUNT_MAX, error);
    }
    if (status == DDBLOCK_OK && options->kind == DDBLOCK_FAIL_CLOSED) {
        return check_range("acquire_period_ms", options->acquire_period_ms, 1, INT32_MAX, error);
    }
    if (status == DDBLOCK_OK && options->kind != DDBLOCK_FAIL_OPEN) {
        return status_set(error, DDBLOCK_INVALID,
                          "kind is %d, but must be DDBLOCK_FAIL_OPEN or DDBLOCK_FAIL_CLOSED",
                          (int)options->kind);
    }
    if (status == DDBLOCK_OK) {
        status = check_range("lease_duration_ms", options->lease_duration_ms, LEASE_MIN_MS,
                             LEASE_MAX_MS, error);
    }
    if (status == DDBLOCK_OK) {
        status = check_heartbeat(options, error);
    }
    if (status == DDBLOCK_OK && options->poll_period_ms != DDBLOCK_AUTO) {
        status = check_range("poll_period_ms", options->poll_period_ms, 1, INT32_MAX, error);
    }
    if (status == DDBLOCK_OK) {
        status = check_range("drift_ppm", options->drift_ppm, 0, DRIFT_PPM_MAX, error);
    }
    if (status == DDBLOCK_OK) {
        status = check_range("max_hold_ms", options->max_hold_ms, 0, INT64_MAX, error);
    }
    if (status == DDBLOCK_OK) {
        status = check_range("watchdog_ms", options->watchdog_ms, 0, INT64_MAX, error);
    }
    if (status == DDBLOCK_OK) {
        status = check_settle(options, error);
    }
    return status;
}

/* "ddblock@VERSION_USER@HOST"; the numeric uid where the user has no name, as is common in
 * containers. */
static void default_owner(char *owner, size_t size)
{
    char storage[PASSWD_SIZE_MAX];
    char host[HOST_NAME_MAX + 1] = "localhost";
    char user[64];
    struct passwd entry;
    struct passwd *found = NULL;
    char text[OWNER_SIZE_MAX + 1];

    (void)snprintf(user, sizeof(user), "%lu", (unsigned long)geteuid());
    if (getpwuid_r(geteuid(), &entry, storage, sizeof(storage), &found) == 0 && found != NULL) {
        text_copy(user, sizeof(user), bytes_from_string(found->pw_name));
    }
    if (gethostname(host, sizeof(host)) != 0) {
        (void)snprintf(host, sizeof(host), "localhost");
    }
    host[sizeof(host) - 1] = '\0';
    (void)snprintf(text, sizeof(text), "ddblock@%s_%s@%s", DDBLOCK_VERSION, user, host);
    text_copy(owner, size,
              bytes_from_string(
                  text_is_utf8(bytes_from_string(text)) ? text : "ddblock@" DDBLOCK_VERSION));
}

static struct machine_config to_config(const ddblock_client_options *options, uint32_t tries)
{
    int64_t heartbeat_ms = options->heartbeat_period_ms;
    int64_t poll_ms = options->poll_period_ms;

    if (heartbeat_ms == DDBLOCK_AUTO) {
        heartbeat_ms = options->lease_duration_ms / 3 > 0 ? options->lease_duration_ms / 3 : 1;
    }
    if (poll_ms == DDBLOCK_AUTO) {
        poll_ms = options->lease_duration_ms / POLLS_PER_LEASE;
        poll_ms = poll_ms < POLL_MS_MIN ? POLL_MS_MIN : poll_ms;
        poll_ms = poll_ms > POLL_MS_MAX ? POLL_MS_MAX : poll_ms;
    }
    return (struct machine_config){
        .kind = options->kind,
        .lease_ms = options->lease_duration_ms,
        .heartbeat = duration_from_ms(heartbeat_ms),
        .poll = duration_from_ms(poll_ms),
        .acquire_period = duration_from_ms(options->acquire_period_ms),
        .drift_ppm = (uint32_t)options->drift_ppm,
        .max_hold = duration_from_ms(options->max_hold_ms),
        .watchdog = duration_from_ms(options->watchdog_ms),
        .settle = duration_from_ms(options->settle_ms),
        .trust_local_time = options->trust_local_time != 0,
        .tries = tries,
    };
}

/* What is allowed, but leaves little room for a heartbeat that fails. */
static void note_heartbeat(const struct ddblock_store *engine,
                           const ddblock_client_options *options)
{
    if (options->kind == DDBLOCK_FAIL_OPEN &&
        options->heartbeat_period_ms > options->lease_duration_ms / 3 + 1) {
        engine_log(engine, DDBLOCK_LOG_WARNING,
                   "heartbeat_period_ms is %" PRId64 ", more than a third of the lease of %" PRId64
                   " ms: one heartbeat that fails leaves little time for another",
                   options->heartbeat_period_ms, options->lease_duration_ms);
    }
}

ddblock_status client_open(struct ddblock_store *engine, const ddblock_client_options *options,
                           struct ddblock_client **ret_client, ddblock_error *error)
{
    struct ddblock_client *client;
    ddblock_status status = check_options(options, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a client");
    }
    client->engine = engine;
    client->config = to_config(options, engine->store->tries);
    client->retry_count = options->retry_count;
    atomic_init(&client->references, 1);
    client->event_fd = -1;
    condition_init(&client->answered);
    if (options->owner != NULL) {
        text_copy(client->owner, sizeof(client->owner), bytes_from_string(options->owner));
    } else {
        default_owner(client->owner, sizeof(client->owner));
    }
    engine_reference(engine);
    note_heartbeat(engine, options);
    *ret_client = client;
    return DDBLOCK_OK;
}

void client_reference(struct ddblock_client *client)
{
    atomic_fetch_add_explicit(&client->references, 1, memory_order_relaxed);
}

void client_release(struct ddblock_client *client)
{
    if (atomic_fetch_sub_explicit(&client->references, 1, memory_order_acq_rel) == 1) {
        if (!engine_is_forked(client->engine)) { /* it waits for who waits: in a child for ever */
            (void)pthread_cond_destroy(&client->answered);
        }
        engine_release(client->engine);
        if (client->event_fd >= 0) {
            (void)close(client->event_fd);
        }
        free(client);
    }
}
