/* terms.c - how a lock is acquired and held. */
#include "terms.h"

#include "duration.h"
#include "message.h"
#include "number.h"

/* The bounds of the library. */
enum { RETRIES_MAX = 1000000, DRIFT_PPM_MAX = 100000 };

void terms_init(struct terms *terms)
{
    *terms = (struct terms){.wait_ms = DDBLOCK_FOREVER, .conflict_status = EXIT_NOT_ACQUIRED};
    ddblock_client_options_init(&terms->client);
}

/* Of the three only one counts: one from a stronger source replaces the others. */
static ddblock_status set_wait(struct terms *terms, enum options_source source, int id,
                               const char *value, ddblock_error *error)
{
    if (terms->wait_id != 0 && terms->wait_id != id && terms->wait_source == source) {
        return usage_error(error,
                           "--wait, --no-wait and --retries exclude each other: give one of them");
    }
    terms->wait_id = id;
    terms->wait_source = source;
    switch (id) {
    case TERMS_WAIT:
        return duration_parse_or_forever("--wait", value, &terms->wait_ms, error);
    case TERMS_NO_WAIT:
        terms->wait_ms = 0;
        return DDBLOCK_OK;
    default:
        terms->wait_ms = DDBLOCK_AUTO;
        return number_parse("--retries", value, 0, RETRIES_MAX, &terms->client.retry_count, error);
    }
}

static ddblock_status set_timing(struct terms *terms, enum options_source source, int id,
                                 const char *value, ddblock_error *error)
{
    ddblock_client_options *client = &terms->client;

    terms->timing_source = source;
    switch (id) {
    case TERMS_LEASE:
        return duration_parse("--lease", value, &client->lease_duration_ms, error);
    case TERMS_HEARTBEAT:
        return duration_parse("--heartbeat", value, &client->heartbeat_period_ms, error);
    case TERMS_POLL:
        return duration_parse("--poll", value, &client->poll_period_ms, error);
    case TERMS_SETTLE:
        return duration_parse("--settle", value, &client->settle_ms, error);
    case TERMS_DRIFT:
        return number_parse("--drift-ppm", value, 0, DRIFT_PPM_MAX, &client->drift_ppm, error);
    default:
        client->trust_local_time = 1;
        return DDBLOCK_OK;
    }
}

static ddblock_status set_conflict(struct terms *terms, const char *value, ddblock_error *error)
{
    int64_t number = 0;
    ddblock_status status = number_parse("--conflict-exit-code", value, 0, 255, &number, error);

    if (status == DDBLOCK_OK) {
        terms->conflict_status = (int)number;
    }
    return status;
}

static ddblock_status set_owner(struct terms *terms, const char *value, ddblock_error *error)
{
    terms->client.owner = value;
    return value[0] != '\0' ? DDBLOCK_OK : usage_error(error, "--owner: the value is empty");
}

ddblock_status terms_set(struct terms *terms, const struct options *options, int id,
                         const char *value, bool *ret_taken, ddblock_error *error)
{
    *ret_taken = true;
    switch (id) {
    case TERMS_LEASE:
    case TERMS_HEARTBEAT:
    case TERMS_POLL:
    case TERMS_DRIFT:
    case TERMS_SETTLE:
    case TERMS_TRUST_LOCAL_TIME:
        return set_timing(terms, options->source, id, value, error);
    case TERMS_WAIT:
    case TERMS_NO_WAIT:
    case TERMS_RETRIES:
        return set_wait(terms, options->source, id, value, error);
    case TERMS_FAIL_CLOSED:
        terms->client.kind = DDBLOCK_FAIL_CLOSED;
        terms->closed_source = options->source;
        return DDBLOCK_OK;
    case TERMS_ACQUIRE_PERIOD:
        terms->period_source = options->source;
        return duration_parse("--acquire-period", value, &terms->client.acquire_period_ms, error);
    case TERMS_OWNER:
        return set_owner(terms, value, error);
    case TERMS_CONFLICT_STATUS:
        return set_conflict(terms, value, error);
    case TERMS_VERBOSE:
        terms->verbose = true;
        return DDBLOCK_OK;
    case TERMS_QUIET:
        terms->quiet = true;
        return DDBLOCK_OK;
    case TERMS_JSON_LOG:
        terms->json = true;
        message_setup(&(struct message_options){.json = true}); /* also for what is wrong below */
        return DDBLOCK_OK;
    default:
        *ret_taken = false;
        return DDBLOCK_OK;
    }
}

ddblock_status terms_complete(struct terms *terms, ddblock_error *error)
{
    bool closed = terms->client.kind == DDBLOCK_FAIL_CLOSED;

    /* What a weaker source says of other locks is no mistake. */
    if (closed && terms->timing_source >= terms->closed_source) {
        return usage_error(error, "--fail-closed locks never expire: they have no --lease, "
                                  "--heartbeat, --poll, --drift-ppm, --settle and "
                                  "--trust-local-time");
    }
    if (!closed && terms->period_source == OPTIONS_FROM_LINE) {
        return usage_error(error, "--acquire-period is for --fail-closed; here it is --poll");
    }
    return DDBLOCK_OK;
}

int64_t terms_heartbeat_ms(const struct terms *terms)
{
    const ddblock_client_options *client = &terms->client;

    if (client->kind == DDBLOCK_FAIL_CLOSED) {
        return 0;
    }
    return client->heartbeat_period_ms != DDBLOCK_AUTO ? client->heartbeat_period_ms
                                                       : client->lease_duration_ms / 3;
}
