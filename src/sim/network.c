/* network.c - carries requests and replies, and loses, delays and doubles them. */
#include "sim/network.h"

#include "sim/memory.h"
#include "sim/world.h"

/* "A request must reach AWS within five minutes of the time stamp in the request" (Signature
 * Version 4). */
#define SIGNATURE_NS (INT64_C(300000) * MS_NS)

void network_finish(struct network *network)
{
    free(network->messages);
    *network = (struct network){0};
}

static uint32_t put(struct network *network, const struct message *message)
{
    uint32_t index = network->first_free;

    if (index != 0) {
        network->first_free = network->messages[index - 1].next_free;
    } else {
        network->messages = memory_room(network->messages, network->count, &network->capacity,
                                        sizeof(struct message));
        index = (uint32_t)++network->count;
    }
    network->messages[index - 1] = *message;
    return index;
}

static void drop(struct network *network, uint32_t index)
{
    network->messages[index - 1].next_free = network->first_free;
    network->first_free = index;
}

static int64_t latency(struct world *world)
{
    int64_t most_ns = world->network.latency_ns;

    return rng_between(&world->rng, most_ns / 10, most_ns);
}

/* What is lost so hinders its sender until it gives the request up. */
static bool is_cut_off(struct world *world, const struct message *message)
{
    int64_t until_ns = message->npm
                           ? world->peers[message->actor - world->process_count].cut_off_until_ns
                           : world->processes[message->actor].cut_off_until_ns;

    if (world->now_ns >= until_ns) {
        return false;
    }
    world_tell(world, (struct history_event){.kind = HISTORY_FAULT,
                                             .actor = message->actor,
                                             .acquisition = message->acquisition,
                                             .fault = FAULT_PARTITION,
                                             .until_ns = message->give_up_ns});
    return true;
}

/* How late a ghost comes: mostly within a few leases, and fail-closed up to the last moment at
 * which it is let in. */
static int64_t ghost_delay(struct world *world, const struct message *message)
{
    bool closed =
        message->ask.kind == REQUEST_ACQUIRE_CLOSED || message->ask.kind == REQUEST_RELEASE_CLOSED;

    if (closed && rng_chance(&world->rng, 300)) {
        return rng_between(
            &world->rng, rng_chance(&world->rng, 500) ? 1000 * MS_NS : SIGNATURE_NS - 15000 * MS_NS,
            SIGNATURE_NS + 1000 * MS_NS);
    }
    return rng_between(&world->rng, world->lease_ms * MS_NS / 4, 4 * world->lease_ms * MS_NS);
}

static bool strikes(struct world *world, enum fault fault, const struct message *message)
{
    return world_strikes(world, fault, message->actor, message->acquisition, message->give_up_ns);
}

/* One that hinders nobody, though it may confuse. */
static bool strikes_gently(struct world *world, enum fault fault, const struct message *message)
{
    return world_strikes(world, fault, message->actor, message->acquisition, 0);
}

static void travel(struct world *world, const struct message *message, int64_t delay_ns)
{
    agenda_add(&world->agenda, world->now_ns + delay_ns, AGENDA_ARRIVE, message->actor,
               put(&world->network, message));
}

static void answer(struct world *world, const struct message *message, int64_t delay_ns)
{
    agenda_add(&world->agenda, world->now_ns + delay_ns, AGENDA_REPLY, message->actor,
               put(&world->network, message));
}

/* The engine, or what is before it, answers without carrying anything out. */
static bool fail_at_once(struct world *world, const struct message *message)
{
    struct message reply = *message;
    ddblock_status status = DDBLOCK_OK;

    if (strikes(world, FAULT_THROTTLED, message)) {
        status = DDBLOCK_THROTTLED;
    } else if (strikes(world, FAULT_FAILED, message)) {
        status = DDBLOCK_UNAVAILABLE;
    } else if (strikes(world, FAULT_DENIED, message)) {
        status = DDBLOCK_DENIED;
    } else {
        return false;
    }
    reply.outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = status};
    answer(world, &reply, 2 * latency(world));
    return true;
}

static void in_doubt(struct message *message)
{
    message->outcome = (struct outcome){.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE};
}

/* The copy comes whenever it likes; but that of a fail-closed acquisition comes with its original,
 * and true is returned. If it came after its original was answered, nothing in the protocol could
 * tell (docs/verification.md, "What is not proved"). */
static bool double_up(struct world *world, const struct message *message, int64_t delay_ns)
{
    bool closed = message->ask.kind == REQUEST_ACQUIRE_CLOSED ||
                  (message->npm && message->peer.kind == NPM_CLOSED_PUT);

    if (closed) {
        travel(world, message, delay_ns);
        travel(world, message, delay_ns);
    } else {
        int64_t copy_ns = latency(world);

        copy_ns += rng_chance(&world->rng, 500) ? ghost_delay(world, message) : 0;
        travel(world, message, copy_ns);
    }
    return closed;
}

void network_send(struct world *world, const struct message *message)
{
    int64_t delay_ns = latency(world);
    int64_t patience_ns = message->give_up_ns - world->now_ns;

    world->coverage.counts[COUNTER_REQUESTS]++;
    if (is_cut_off(world, message)) {
        return;
    }
    if (fail_at_once(world, message)) {
        return;
    }
    if (strikes(world, FAULT_RESET, message)) {
        struct message reply = *message;

        in_doubt(&reply);
        answer(world, &reply, delay_ns);
    }
    if (strikes_gently(world, FAULT_REORDERED, message)) {
        delay_ns = latency(world) / 10;
    }
    if (strikes(world, FAULT_DELAYED, message)) {
        delay_ns += rng_between(&world->rng, 0, patience_ns);
    }
    if (strikes(world, FAULT_GHOST, message)) {
        delay_ns += ghost_delay(world, message);
    }
    if (strikes_gently(world, FAULT_DOUBLED, message) && double_up(world, message, delay_ns)) {
        return;
    }
    if (!strikes(world, FAULT_REQUEST_LOST, message)) {
        travel(world, message, delay_ns);
    }
}

void network_arrive(struct world *world, uint32_t index)
{
    struct message message = world->network.messages[index - 1];
    int64_t delay_ns = latency(world);

    drop(&world->network, index);
    if (world->now_ns - message.sent_ns > SIGNATURE_NS) {
        return;
    }
    message.late = world->now_ns >= message.give_up_ns;
    table_execute(world, &message);
    if (is_cut_off(world, &message) || strikes(world, FAULT_REPLY_LOST, &message)) {
        return;
    }
    if (strikes(world, FAULT_ERROR, &message)) {
        in_doubt(&message);
    } else if (message.outcome.kind == OUTCOME_REFUSED &&
               strikes_gently(world, FAULT_BARE, &message)) {
        message.outcome.record = (struct record){.kind = RECORD_UNKNOWN};
    }
    if (strikes(world, FAULT_DELAYED, &message)) {
        delay_ns += rng_between(&world->rng, 0, world->lease_ms * MS_NS);
    }
    answer(world, &message, delay_ns);
}

void network_reply(struct world *world, uint32_t index)
{
    struct message message = world->network.messages[index - 1];

    drop(&world->network, index);
    if (message.npm) {
        npm_deliver(&world->peers[message.actor - world->process_count], &message);
    } else {
        process_deliver(&world->processes[message.actor], &message);
    }
}
