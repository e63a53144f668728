/* npm_rules.c - the rules of the npm package, step by step as its index.js has them. */
#include "sim/npm_peer.h"

#include "sim/world.h"

static void tell(struct npm_peer *peer, struct history_event event)
{
    event.actor = peer->actor;
    event.acquisition = peer->acquisition;
    world_tell(peer->world, event);
}

static void tell_notice(struct npm_peer *peer, enum notice notice, ddblock_status status)
{
    tell(peer,
         (struct history_event){
             .kind = HISTORY_NOTICE, .notice = notice, .status = status, .token = peer->token});
}

static void tell_belief(struct npm_peer *peer, int64_t until_ns)
{
    tell(peer, (struct history_event){.kind = HISTORY_BELIEF, .until_ns = until_ns});
}

/* Timers: one of the program or the acquisition, one of the heartbeat. */
void npm_plan(struct npm_peer *peer, int64_t in_ns)
{
    peer->generation++;
    agenda_add(&peer->world->agenda, peer->world->now_ns + in_ns, AGENDA_NPM, peer->actor,
               peer->generation * 2);
}

static void plan_heartbeat(struct npm_peer *peer)
{
    peer->heartbeat_generation++;
    agenda_add(&peer->world->agenda, peer->world->now_ns + peer->heartbeat_ms * MS_NS, AGENDA_NPM,
               peer->actor, peer->heartbeat_generation * 2 + 1);
}

static struct foreign_guid fresh_guid(struct npm_peer *peer)
{
    struct foreign_guid guid = {.type = 'B', .size = GUID_SIZE};

    for (size_t i = 0; i < GUID_SIZE; i++) {
        guid.bytes[i] = (uint8_t)rng_next(&peer->rng);
    }
    return guid;
}

static int64_t wall_ms(const struct npm_peer *peer)
{
    return clock_wall_at_ms(&peer->clock, peer->world->now_ns);
}

/* A whole item, with the time only where it trusts times. */
static struct npm_ask whole_item(const struct npm_peer *peer, enum npm_kind kind)
{
    return (struct npm_ask){
        .kind = kind,
        .guid = peer->guid,
        .token = peer->token,
        .lease_ms = peer->lease_ms,
        .wall_ms = peer->trusts ? wall_ms(peer) : -1,
    };
}

void npm_rest(struct npm_peer *peer)
{
    peer->state = NPM_STATE_IDLE;
    npm_plan(peer, rng_between(&peer->rng, 0, 2 * peer->lease_ms * MS_NS));
}

static void not_acquired(struct npm_peer *peer, ddblock_status status)
{
    tell_notice(peer, NOTICE_NOT_ACQUIRED, status);
    npm_rest(peer);
}

static void read_lock(struct npm_peer *peer)
{
    struct npm_ask ask = {.kind = NPM_GET};

    peer->state = NPM_STATE_READING;
    npm_send(peer, &ask, WRITE_NONE);
}

static void put_lock(struct npm_peer *peer, enum npm_kind kind)
{
    struct npm_ask ask = whole_item(peer, kind);

    peer->state = NPM_STATE_PUTTING;
    ask.read = peer->read_guid;
    ask.read_token = peer->read_token;
    npm_send(peer, &ask, kind == NPM_PUT_EXISTING ? WRITE_TAKE_OVER : WRITE_ACQUIRE);
}

static void acquire(struct npm_peer *peer)
{
    if (peer->world->closing) {
        return;
    }
    peer->acquisition = world_acquisition(peer->world);
    peer->retries = (uint64_t)rng_between(&peer->rng, 0, 3);
    peer->guid = fresh_guid(peer);
    peer->token = 0;
    peer->by_wall_clocks = false;
    peer->released = false;
    tell(peer,
         (struct history_event){.kind = HISTORY_ACQUIRE, .closed = peer->closed, .npm = true});
    if (peer->closed) {
        put_lock(peer, NPM_CLOSED_PUT);
    } else {
        read_lock(peer);
    }
}

/* "check for existing lock": sleeps for the lease that it read, or for what is left of it by two
 * wall clocks. NaN, from an item that lacks the time, becomes 1 ms (D4). */
static void existing_lock(struct npm_peer *peer, const struct record *record)
{
    int64_t timeout_ms = record->lease_ms;

    peer->blind = record->kind != RECORD_FAIL_OPEN;
    peer->read_guid = record->guid;
    peer->read_token = record->token;
    peer->token = record->token + 1;
    if (peer->trusts && record->acquired_time_unix_ms < 0) {
        timeout_ms = 1;
        peer->by_wall_clocks = true;
    } else if (peer->trusts) {
        timeout_ms = record->lease_ms - (wall_ms(peer) - record->acquired_time_unix_ms);
        peer->by_wall_clocks = peer->world->walls_differ || peer->world->drift_ppm > 0;
    }
    if (timeout_ms < 1 || timeout_ms > INT32_MAX || peer->blind) {
        timeout_ms = 1; /* setTimeout takes 32 bits (D1) */
    }
    peer->state = NPM_STATE_SLEEPING;
    npm_plan(peer,
             clock_world_ns(&peer->clock, instant_add(clock_at(&peer->clock, peer->world->now_ns),
                                                      duration_from_ms(timeout_ms))) -
                 peer->world->now_ns);
}

static void found(struct npm_peer *peer, const struct outcome *outcome)
{
    if (outcome->kind != OUTCOME_FOUND) {
        not_acquired(peer, DDBLOCK_UNAVAILABLE);
    } else if (outcome->record.kind == RECORD_ABSENT) {
        peer->token = 1;
        put_lock(peer, NPM_PUT_NEW);
    } else {
        existing_lock(peer, &outcome->record);
    }
}

static int64_t hold_ns(struct npm_peer *peer)
{
    return rng_between(&peer->rng, 0, 3 * peer->lease_ms * MS_NS);
}

static void put_answered(struct npm_peer *peer, const struct npm_call *call,
                         const struct outcome *outcome)
{
    if (outcome->kind == OUTCOME_APPLIED) {
        peer->state = NPM_STATE_HOLDING;
        peer->world->coverage.counts[COUNTER_NPM_ACQUIRED]++;
        tell_notice(peer, NOTICE_ACQUIRED, DDBLOCK_OK);
        tell_belief(peer, call->good_until_ns);
        if (peer->heartbeat_ms > 0) {
            plan_heartbeat(peer);
        }
        npm_plan(peer, peer->world->closing ? 0 : hold_ns(peer));
    } else if (outcome->kind == OUTCOME_REFUSED && peer->retries > 0) {
        peer->retries--;
        if (peer->closed) {
            peer->state = NPM_STATE_SLEEPING;
            npm_plan(peer, peer->period_ms * MS_NS);
        } else {
            read_lock(peer);
        }
    } else { /* an own write is not recognised, and left behind (D8) */
        not_acquired(peer, DDBLOCK_NOT_ACQUIRED);
    }
}

static void heartbeat(struct npm_peer *peer)
{
    struct npm_ask ask = whole_item(peer, NPM_HEARTBEAT);

    ask.read = peer->guid;
    ask.guid = fresh_guid(peer);
    npm_send(peer, &ask, WRITE_RENEW);
}

static void heartbeat_answered(struct npm_peer *peer, const struct npm_call *call,
                               const struct outcome *outcome)
{
    if (call->acquisition != peer->acquisition) {
        return; /* of a lock object that its program has let go */
    }
    if (outcome->kind != OUTCOME_APPLIED) {
        if (peer->dies) { /* an "error" event without a listener (D9b) */
            npm_die(peer, peer->lease_ms * MS_NS);
        }
        return; /* it is never sent again (D9) */
    }
    peer->guid = call->ask.guid;
    if (!peer->released) {
        tell_belief(peer, call->good_until_ns);
        plan_heartbeat(peer);
    }
}

static void release(struct npm_peer *peer)
{
    struct npm_ask ask = whole_item(peer, peer->closed ? NPM_CLOSED_DELETE : NPM_RELEASE);

    tell(peer, (struct history_event){.kind = HISTORY_RELEASE});
    peer->released = true;
    peer->heartbeat_generation++;
    peer->state = NPM_STATE_RELEASING;
    ask.read = peer->guid; /* though a heartbeat under way may replace it (D7) */
    ask.lease_ms = 1;
    tell_belief(peer, -1);
    npm_send(peer, &ask, WRITE_RELEASE);
}

void npm_answered(struct npm_peer *peer, const struct npm_call *call, const struct outcome *outcome)
{
    switch (call->ask.kind) {
    case NPM_GET:
        found(peer, outcome);
        break;
    case NPM_PUT_NEW:
    case NPM_PUT_EXISTING:
    case NPM_CLOSED_PUT:
        put_answered(peer, call, outcome);
        break;
    case NPM_HEARTBEAT:
        heartbeat_answered(peer, call, outcome);
        break;
    case NPM_RELEASE:
    case NPM_CLOSED_DELETE:
        tell_notice(peer, NOTICE_RELEASED, DDBLOCK_OK);
        npm_rest(peer);
        break;
    }
}

static void go_on(struct npm_peer *peer)
{
    switch (peer->state) {
    case NPM_STATE_IDLE:
        acquire(peer);
        break;
    case NPM_STATE_SLEEPING:
        if (peer->closed) {
            put_lock(peer, NPM_CLOSED_PUT);
        } else if (peer->blind) { /* "N": "NaN" is not a number to the engine */
            not_acquired(peer, DDBLOCK_BAD_ITEM);
        } else {
            put_lock(peer, NPM_PUT_EXISTING);
        }
        break;
    case NPM_STATE_HOLDING:
        release(peer);
        break;
    case NPM_STATE_READING:
    case NPM_STATE_PUTTING:
    case NPM_STATE_RELEASING:
        break;
    }
}

void npm_timer(struct npm_peer *peer, uint64_t item)
{
    bool beats = item % 2 == 1;

    if (!peer->alive || item / 2 != (beats ? peer->heartbeat_generation : peer->generation)) {
        return;
    }
    if (peer->asleep) {
        agenda_add(&peer->world->agenda, peer->world->now_ns + 20 * MS_NS, AGENDA_NPM, peer->actor,
                   item);
    } else if (beats) {
        heartbeat(peer);
    } else {
        go_on(peer);
    }
}
