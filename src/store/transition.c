/* transition.c - the rules of docs/protocol.md, section "Transitions", on a record in hand. */
#include "store/transition.h"

#include <assert.h>

#include "base/text.h"

static bool guid_is_mine(const struct request *ask, const struct record *record)
{
    assert(ask->mine_count > 0 && ask->mine_count <= GUIDS_MAX);
    for (size_t i = 0; i < ask->mine_count; i++) {
        if (foreign_guid_is(&record->guid, &ask->mine[i])) {
            return true;
        }
    }
    return false;
}

static bool guid_is_observed(const struct request *ask, const struct record *record)
{
    return foreign_guid_equal(&record->guid, &ask->observed);
}

/* The condition of a write. */
static bool transition_allowed(const struct request *ask, const struct record *record)
{
    bool open = record->kind == RECORD_FAIL_OPEN;
    bool closed = record->kind == RECORD_FAIL_CLOSED;

    switch (ask->kind) {
    case REQUEST_ACQUIRE:
        return record->kind == RECORD_ABSENT ||
               (record_is_released(record) && record->token < TOKEN_MAX);
    case REQUEST_TAKE_OVER:
        return open && guid_is_observed(ask, record) && record->token == ask->observed_token;
    case REQUEST_RENEW:
        return open && guid_is_mine(ask, record) && record->lease_ms > LEASE_RELEASED_MS;
    case REQUEST_RELEASE:
        return open && guid_is_mine(ask, record);
    case REQUEST_ACQUIRE_CLOSED:
        return record->kind == RECORD_ABSENT;
    case REQUEST_RELEASE_CLOSED:
        return closed && guid_is_mine(ask, record);
    case REQUEST_BREAK:
        return open && guid_is_observed(ask, record) && record->token == ask->observed_token;
    case REQUEST_BREAK_CLOSED:
        return closed && guid_is_observed(ask, record);
    case REQUEST_READ:
    case REQUEST_READ_LATEST:
    case REQUEST_LIST:
    case REQUEST_NONE:
    case REQUEST_KINDS:
        break;
    }
    assert(false && "a request that is no write has no condition");
    return false;
}

/* A fail-open holder's record: the token counts on from what stood, 0 for nothing. */
static struct record record_held(const struct request *ask, const char *owner, uint64_t token)
{
    struct record record = {
        .kind = RECORD_FAIL_OPEN,
        .guid = foreign_guid_from(&ask->fresh),
        .token = token + 1,
        .lease_ms = ask->lease_ms,
        .acquired_time_unix_ms = ask->wall_ms,
    };

    assert(ask->lease_ms >= LEASE_MIN_MS && ask->lease_ms <= LEASE_MAX_MS);
    text_copy(record.owner, sizeof(record.owner), bytes_from_string(owner));
    return record;
}

static struct record record_held_closed(const struct request *ask, const char *owner)
{
    struct record record = {
        .kind = RECORD_FAIL_CLOSED,
        .guid = foreign_guid_from(&ask->fresh),
        .acquired_time_unix_ms = -1,
    };

    text_copy(record.owner, sizeof(record.owner), bytes_from_string(owner));
    return record;
}

/* The effect of a write whose condition holds. */
static void transition_effect(const struct request *ask, const char *owner, struct record *record)
{
    switch (ask->kind) {
    case REQUEST_ACQUIRE:
    case REQUEST_TAKE_OVER:
        *record = record_held(ask, owner, record->token);
        return;
    case REQUEST_RENEW:
        record->guid = foreign_guid_from(&ask->fresh);
        record->acquired_time_unix_ms = ask->wall_ms;
        return;
    case REQUEST_RELEASE:
        record->lease_ms = LEASE_RELEASED_MS;
        record->acquired_time_unix_ms = ask->wall_ms;
        return;
    case REQUEST_BREAK:
        record->guid = foreign_guid_from(&ask->fresh);
        record->lease_ms = LEASE_RELEASED_MS;
        record->acquired_time_unix_ms = ask->wall_ms;
        return;
    case REQUEST_ACQUIRE_CLOSED:
        *record = record_held_closed(ask, owner);
        return;
    case REQUEST_RELEASE_CLOSED:
    case REQUEST_BREAK_CLOSED:
        *record = (struct record){.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};
        return;
    case REQUEST_READ:
    case REQUEST_READ_LATEST:
    case REQUEST_LIST:
    case REQUEST_NONE:
    case REQUEST_KINDS:
        break;
    }
    assert(false && "a request that is no write has no effect");
}

void transition_apply(const struct request *ask, const char *owner, struct record *record,
                      struct outcome *ret_outcome)
{
    struct outcome outcome = {0};

    assert(record->kind != RECORD_UNKNOWN);
    assert(record->kind != RECORD_ABSENT || record->token == 0);
    if (ask->kind == REQUEST_TAKE_OVER && ask->observed_token >= TOKEN_MAX) {
        /* A token after the last is none: docs/protocol.md bounds it at 2^53−1. */
        outcome.kind = OUTCOME_FAILED;
        outcome.status = DDBLOCK_BAD_ITEM;
    } else if (!request_is_write(ask->kind)) {
        outcome.kind = OUTCOME_FOUND;
        outcome.record = *record;
    } else if (!transition_allowed(ask, record)) {
        outcome.kind = OUTCOME_REFUSED;
        outcome.record = *record;
    } else {
        transition_effect(ask, owner, record);
        outcome.kind = OUTCOME_APPLIED;
        if (ask->kind == REQUEST_ACQUIRE || ask->kind == REQUEST_TAKE_OVER) {
            outcome.token = record->token;
        }
    }
    *ret_outcome = outcome;
}
