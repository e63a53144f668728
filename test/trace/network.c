/* network.c - the requests that are on their way, and what befalls them. */
#include "trace/network.h"

#include "support/testing.h"

#include "store/transition.h"

#define MS_NS INT64_C(1000000)

static struct fault take_fault(struct actor *actor)
{
    struct fault fault = {0};

    if (actor->faults_count > 0) {
        fault = actor->faults[0];
        actor->faults_count--;
        memmove(actor->faults, actor->faults + 1, actor->faults_count * sizeof(actor->faults[0]));
    }
    return fault;
}

static struct flight *free_flight(struct world *world)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        if (!world->flights[i].used) {
            return &world->flights[i];
        }
    }
    fail_msg("%s", "too many requests on their way");
    return NULL;
}

/* A copy that nobody waits for. */
static void send_copy(struct world *world, size_t actor, const struct request *ask,
                      int64_t arrives_ns)
{
    *free_flight(world) = (struct flight){
        .used = true,
        .actor = actor,
        .ask = *ask,
        .arrives_ns = arrives_ns,
        .replies_ns = INT64_MAX,
        .gives_up_ns = INT64_MAX,
    };
}

void network_send(struct world *world, size_t actor, const struct request *ask, int64_t gives_up_ns)
{
    struct fault fault = take_fault(&world->actors[actor]);
    int64_t arrives_ns = world->now_ns + (world->latency_ms + fault.request_ms) * MS_NS;
    struct flight *flight;

    world->requests++;
    if (fault.doubled) {
        send_copy(world, actor, ask, arrives_ns);
    }
    if (fault.copy_ms > 0) {
        send_copy(world, actor, ask, arrives_ns + fault.copy_ms * MS_NS);
    }
    flight = free_flight(world);
    *flight = (struct flight){
        .used = true,
        .awaited = true,
        .actor = actor,
        .ask = *ask,
        .fault = fault,
        .arrives_ns = fault.lose_request || fault.failed != DDBLOCK_OK ? INT64_MAX : arrives_ns,
        .replies_ns = INT64_MAX,
        .gives_up_ns = fault.reset ? world->now_ns : gives_up_ns + fault.tardy_ms * MS_NS,
        .outcome = {.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE},
    };
    if (fault.failed != DDBLOCK_OK) {
        flight->outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = fault.failed};
        flight->replies_ns = arrives_ns + (world->latency_ms + fault.reply_ms) * MS_NS;
    }
}

bool network_arrive(struct world *world, struct flight *flight, const char *owner)
{
    bool ghost = !flight->awaited;

    flight->arrives_ns = INT64_MAX;
    if (flight->fault.stale && flight->ask.kind == REQUEST_READ) {
        flight->outcome = (struct outcome){.kind = OUTCOME_FOUND, .record = world->item_before};
    } else if (flight->fault.stubborn) {
        flight->outcome = (struct outcome){.kind = OUTCOME_REFUSED, .record = world->item};
    } else {
        transition_apply(&flight->ask, owner, &world->item, &flight->outcome);
    }
    if (flight->outcome.kind == OUTCOME_REFUSED && (flight->fault.bare || world->bare)) {
        flight->outcome.record = (struct record){.kind = RECORD_UNKNOWN};
    }
    if (!ghost && !flight->fault.lose_reply) {
        flight->replies_ns = world->now_ns + (world->latency_ms + flight->fault.reply_ms) * MS_NS;
    }
    if (flight->fault.no_token) {
        flight->outcome.token = 0;
    }
    flight->used = flight->awaited;
    return ghost;
}

struct outcome network_reply(struct flight *flight)
{
    struct outcome outcome = flight->outcome;

    if (flight->replies_ns > flight->gives_up_ns) {
        outcome = (struct outcome){.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE};
    }
    flight->awaited = false;
    flight->used = flight->arrives_ns != INT64_MAX;
    return outcome;
}
