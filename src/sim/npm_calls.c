/* npm_calls.c - the AWS SDK under an npm peer: waits for replies, and sends again what got none. */
#include "sim/npm_peer.h"
#include "sim/world.h"

/* Its default is ten tries over two minutes; fewer and sooner shows the same. */
enum { TRIES_MAX = 3, REPLY_MS_MAX = 700 };

static struct npm_call *find_call(struct npm_peer *peer, uint64_t serial)
{
    for (size_t i = 0; i < NPM_CALLS_MAX && peer->alive; i++) {
        if (peer->calls[i].open && peer->calls[i].serial == serial) {
            return &peer->calls[i];
        }
    }
    return NULL;
}

static void transmit(struct npm_peer *peer, struct npm_call *call)
{
    struct world *world = peer->world;
    struct message message = {
        .actor = peer->actor,
        .life = peer->life,
        .serial = peer->next_serial++,
        .acquisition = call->acquisition,
        .write = call->write,
        .npm = true,
        .peer = call->ask,
        .owner = "npm",
        .sent_ns = world->now_ns,
        .give_up_ns = world->now_ns + REPLY_MS_MAX * MS_NS,
        .good_until_ns = call->good_until_ns,
        .by_wall_clocks = peer->by_wall_clocks,
    };

    call->serial = message.serial;
    call->tries++;
    world_tell(world, (struct history_event){.kind = HISTORY_SENT,
                                             .actor = peer->actor,
                                             .acquisition = call->acquisition,
                                             .write = call->write,
                                             .guid = guid_name(&call->ask.guid),
                                             .good_until_ns = call->good_until_ns});
    agenda_add(&world->agenda, message.give_up_ns, AGENDA_TIMEOUT, peer->actor, message.serial);
    network_send(world, &message);
}

/* As a careful holder would count its lease: the package itself never does (D16). */
static int64_t good_until(const struct npm_peer *peer)
{
    int64_t lease_ns = peer->lease_ms * MS_NS;
    int64_t margin_ns = lease_ns / 1000000 * 2 * peer->world->drift_ppm;
    struct instant now = clock_at(&peer->clock, peer->world->now_ns);

    if (peer->closed) {
        return NEVER_NS;
    }
    if (margin_ns < MS_NS) {
        margin_ns = MS_NS;
    }
    return clock_world_ns(&peer->clock, (struct instant){now.ns + lease_ns - margin_ns});
}

void npm_send(struct npm_peer *peer, const struct npm_ask *ask, enum write_kind write)
{
    for (size_t i = 0; i < NPM_CALLS_MAX; i++) {
        struct npm_call *call = &peer->calls[i];

        if (!call->open) {
            *call = (struct npm_call){.open = true,
                                      .ask = *ask,
                                      .write = write,
                                      .acquisition = peer->acquisition,
                                      .good_until_ns = good_until(peer)};
            transmit(peer, call);
            return;
        }
    }
    assert(!"it never has more than a heartbeat, a release and an acquisition under way");
}

static void settle(struct npm_peer *peer, struct npm_call *call, const struct outcome *outcome)
{
    struct npm_call answered = *call;
    bool silent = outcome->kind == OUTCOME_IN_DOUBT ||
                  (outcome->kind == OUTCOME_FAILED && outcome->status != DDBLOCK_DENIED);

    if (silent && call->tries < TRIES_MAX) {
        transmit(peer, call); /* the same request, with the same guid (D8) */
        return;
    }
    call->open = false;
    npm_answered(peer, &answered, outcome);
}

void npm_deliver(struct npm_peer *peer, const struct message *message)
{
    struct npm_call *call = find_call(peer, message->serial);

    if (call == NULL) {
        return;
    }
    if (peer->asleep) { /* it reads its sockets when it goes on: a little later */
        agenda_add(&peer->world->agenda, peer->world->now_ns + MS_NS, AGENDA_TIMEOUT, peer->actor,
                   message->serial);
        return;
    }
    settle(peer, call, &message->outcome);
}

void npm_timeout(struct npm_peer *peer, uint64_t serial)
{
    struct npm_call *call = find_call(peer, serial);
    struct outcome outcome = {.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE};

    if (call == NULL) {
        return;
    }
    if (peer->asleep) {
        agenda_add(&peer->world->agenda, peer->world->now_ns + 50 * MS_NS, AGENDA_TIMEOUT,
                   peer->actor, serial);
        return;
    }
    settle(peer, call, &outcome);
}

void npm_forget_calls(struct npm_peer *peer)
{
    for (size_t i = 0; i < NPM_CALLS_MAX; i++) {
        peer->calls[i].open = false;
    }
}
