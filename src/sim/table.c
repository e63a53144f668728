/* table.c - the one item that a world contends for. */
#include "sim/table.h"

#include "base/text.h"
#include "sim/world.h"
#include "store/transition.h"

static const struct record absent = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

void table_init(struct table *table)
{
    *table = (struct table){.record = absent};
}

static void replace(struct world *world, const struct record *record)
{
    struct table *table = &world->table;
    struct version *version = &table->versions[table->next_version];

    *version = (struct version){table->record, world->now_ns};
    table->next_version = (table->next_version + 1) % VERSIONS_MAX;
    table->version_count += table->version_count < VERSIONS_MAX ? 1 : 0;
    table->record = *record;
}

/* What an eventually consistent read may still see. */
static struct record old_record(struct world *world)
{
    struct table *table = &world->table;
    int64_t age = rng_between(&world->rng, 0, (int64_t)table->version_count);

    if (age == 0) {
        return table->record;
    }
    return table->versions[(table->next_version + VERSIONS_MAX - (size_t)age) % VERSIONS_MAX]
        .record;
}

static bool npm_allowed(const struct npm_ask *ask, const struct record *record)
{
    bool stands = foreign_guid_equal(&record->guid, &ask->read) && record->guid.type != 0;

    switch (ask->kind) {
    case NPM_PUT_NEW:
    case NPM_CLOSED_PUT:
        return record->kind == RECORD_ABSENT;
    case NPM_PUT_EXISTING:
        return record->kind == RECORD_ABSENT ||
               (record->kind == RECORD_FAIL_OPEN && stands && record->token == ask->read_token);
    case NPM_HEARTBEAT:
    case NPM_RELEASE:
    case NPM_CLOSED_DELETE:
        return record->kind != RECORD_ABSENT && stands;
    case NPM_GET:
        break;
    }
    assert(!"a read has no condition");
    return false;
}

static void npm_execute(const struct message *message, struct record *record,
                        struct outcome *ret_outcome)
{
    const struct npm_ask *ask = &message->peer;
    struct record put = {
        .kind = ask->kind == NPM_CLOSED_PUT ? RECORD_FAIL_CLOSED : RECORD_FAIL_OPEN,
        .guid = ask->guid,
        .token = ask->token,
        .lease_ms = ask->lease_ms,
        .acquired_time_unix_ms = ask->wall_ms,
    };

    if (ask->kind == NPM_GET) {
        ret_outcome->kind = OUTCOME_FOUND;
        ret_outcome->record = *record;
    } else if (!npm_allowed(ask, record)) {
        ret_outcome->kind = OUTCOME_REFUSED;
        ret_outcome->record = *record;
    } else {
        text_copy(put.owner, sizeof(put.owner), bytes_from_string(message->owner));
        ret_outcome->kind = OUTCOME_APPLIED;
        *record = ask->kind == NPM_CLOSED_DELETE ? absent : put;
    }
}

static void tell_write(struct world *world, const struct message *message)
{
    const struct record *record = &world->table.record;
    struct history_event event = {
        .kind = HISTORY_WRITE,
        .actor = message->actor,
        .acquisition = message->acquisition,
        .write = message->write,
        .guid = guid_name(&record->guid),
        .token = record->token,
        .lease_ns = record->lease_ms > LEASE_RELEASED_MS ? record->lease_ms * MS_NS : 0,
        .by_wall_clocks = message->by_wall_clocks && message->write == WRITE_TAKE_OVER,
    };

    if (record->kind == RECORD_FAIL_CLOSED) {
        event.lease_ns = NEVER_NS;
    }
    world->coverage.counts[COUNTER_GHOSTS_LANDED] += message->late;
    world->coverage.counts[COUNTER_RENEWED] += message->write == WRITE_RENEW;
    world->coverage.counts[COUNTER_TAKE_OVERS] +=
        message->write == WRITE_TAKE_OVER && !message->npm;
    world->coverage.counts[COUNTER_NPM_TAKE_OVERS] +=
        message->write == WRITE_TAKE_OVER && message->npm;
    world_tell(world, event);
}

void table_execute(struct world *world, struct message *message)
{
    struct table *table = &world->table;
    struct record record = table->record;
    struct outcome *outcome = &message->outcome;

    *outcome = (struct outcome){0};
    if (message->npm) {
        npm_execute(message, &record, outcome);
    } else if (message->ask.kind == REQUEST_READ &&
               world_strikes(world, FAULT_STALE, message->actor, message->acquisition, 0)) {
        outcome->kind = OUTCOME_FOUND;
        outcome->record = old_record(world);
    } else {
        transition_apply(&message->ask, message->owner, &record, outcome);
    }
    if (outcome->kind == OUTCOME_APPLIED) {
        replace(world, &record);
        table->acquisition = message->acquisition;
        table->actor = message->actor;
        table->life = message->life;
        tell_write(world, message);
    } else if (outcome->kind == OUTCOME_REFUSED) {
        world_tell(world, (struct history_event){.kind = HISTORY_REFUSAL,
                                                 .actor = message->actor,
                                                 .acquisition = message->acquisition,
                                                 .write = message->write});
    }
}

static void intervene(struct world *world, const struct record *record, enum write_kind write)
{
    struct message message = {.actor = NOBODY, .write = write};

    replace(world, record);
    world->table.acquisition = 0;
    tell_write(world, &message);
}

void table_break(struct world *world)
{
    struct record record = world->table.record;
    bool closed = record.kind == RECORD_FAIL_CLOSED;
    struct request ask = {
        .kind = closed ? REQUEST_BREAK_CLOSED : REQUEST_BREAK,
        .observed = record.guid,
        .observed_token = record.token,
        .wall_ms = WALL_START_NS / MS_NS,
    };
    struct outcome outcome = {0};

    if (record.kind != RECORD_FAIL_OPEN && !closed) {
        return;
    }
    for (size_t i = 0; i < sizeof(ask.fresh.bytes); i++) {
        ask.fresh.bytes[i] = (uint8_t)rng_next(&world->rng);
    }
    transition_apply(&ask, "", &record, &outcome);
    assert(outcome.kind == OUTCOME_APPLIED);
    intervene(world, &record, closed ? WRITE_DELETE : WRITE_BREAK);
}

void table_delete(struct world *world)
{
    if (world->table.record.kind != RECORD_ABSENT) {
        intervene(world, &absent, WRITE_DELETE);
    }
}

void table_spoil(struct world *world)
{
    struct record record = {
        .kind = RECORD_BAD, .acquired_time_unix_ms = -1, .defect = "a person has edited it"};

    intervene(world, &record, WRITE_SPOIL);
}
