/* sim_store.c - a store whose network and table are those of a simulated world. */
#include <string.h>

#include "sim/process.h"
#include "sim/world.h"

static struct sim_store *from_store(struct store *store)
{
    return (struct sim_store *)store;
}

static enum write_kind write_of(enum request_kind kind)
{
    switch (kind) {
    case REQUEST_ACQUIRE:
    case REQUEST_ACQUIRE_CLOSED:
        return WRITE_ACQUIRE;
    case REQUEST_TAKE_OVER:
        return WRITE_TAKE_OVER;
    case REQUEST_RENEW:
        return WRITE_RENEW;
    case REQUEST_RELEASE:
    case REQUEST_RELEASE_CLOSED:
        return WRITE_RELEASE;
    default:
        return WRITE_NONE;
    }
}

/* So long the sender may believe by this write: docs/protocol.md, "Time". Written anew here, so
 * that the checker does not rely on the code that it checks. */
static int64_t good_until(const struct process *process, const struct sim_lock *lock,
                          bool with_margin)
{
    int64_t lease_ns = process->config.lease_ms * MS_NS;
    int64_t margin_ns = lease_ns / 1000000 * 2 * process->config.drift_ppm;
    struct instant sent = clock_at(&process->clock, lock->asked_ns);

    if (process->config.kind == DDBLOCK_FAIL_CLOSED) {
        return NEVER_NS;
    }
    if (margin_ns < MS_NS) {
        margin_ns = MS_NS;
    }
    sent.ns += lease_ns - (with_margin ? margin_ns : 0);
    return clock_world_ns(&process->clock, sent);
}

static struct call *free_call(struct sim_store *store)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        if (!store->calls[i].open) {
            return &store->calls[i];
        }
    }
    assert(!"the loop sends no more than the store has room for");
    return NULL;
}

static void tell_sent(struct process *process, const struct message *message)
{
    bool fresh = message->write != WRITE_NONE && message->write != WRITE_RELEASE;
    struct foreign_guid guid = foreign_guid_from(&message->ask.fresh);

    world_tell(process->world, (struct history_event){
                                   .kind = HISTORY_SENT,
                                   .actor = process->actor,
                                   .acquisition = message->acquisition,
                                   .write = message->write,
                                   .guid = fresh ? guid_name(&guid) : 0,
                                   .good_until_ns = message->good_until_ns,
                                   .over_at_ns = message->over_at_ns,
                               });
}

static void submit(struct store *base, const struct store_request *request)
{
    struct sim_store *store = from_store(base);
    struct process *process = store->process;
    struct world *world = process->world;
    struct sim_lock *lock = (struct sim_lock *)(uintptr_t)request->tag;
    struct call *call = free_call(store);
    struct message message = {
        .actor = process->actor,
        .life = process->life,
        .serial = store->next_serial++,
        .acquisition = lock->acquisition,
        .write = write_of(request->ask->kind),
        .ask = *request->ask,
        .sent_ns = world->now_ns,
        .give_up_ns = process_world_ns(process, request->ask->give_up_at),
        .good_until_ns = good_until(process, lock, true),
        .over_at_ns = good_until(process, lock, false),
        .by_wall_clocks =
            process->config.trust_local_time && (world->walls_differ || world->drift_ppm > 0),
    };

    memcpy(message.owner, process->owner, sizeof(message.owner));
    *call = (struct call){true, message.serial, request->tag, message.give_up_ns};
    lock->write = message.write;
    lock->fresh = request->ask->fresh;
    tell_sent(process, &message);
    agenda_add(&world->agenda, message.give_up_ns, AGENDA_TIMEOUT, process->actor, message.serial);
    network_send(world, &message);
}

static const struct store_reply *take_reply(struct store *base)
{
    struct sim_store *store = from_store(base);

    if (store->reply_count == 0) {
        return NULL;
    }
    store->taken = store->replies[0];
    store->reply_count--;
    memmove(store->replies, store->replies + 1, store->reply_count * sizeof(struct store_reply));
    return &store->taken;
}

/* The loop never waits in here: the world has its time. */
static const struct store_operations operations = {.submit = submit, .take_reply = take_reply};

void sim_store_init(struct sim_store *store, struct process *process, size_t capacity)
{
    uint64_t serial = store->next_serial; /* of all its lives: late replies find no call */

    *store = (struct sim_store){
        .store = {&operations, capacity}, .process = process, .next_serial = serial};
}

static void reply(struct process *process, struct call *call, const struct outcome *outcome)
{
    struct sim_store *store = &process->store;

    assert(store->reply_count < CALLS_MAX);
    call->open = false;
    store->replies[store->reply_count++] =
        (struct store_reply){.tag = call->tag, .outcome = *outcome};
}

static struct call *find_call(struct process *process, uint64_t serial)
{
    for (size_t i = 0; i < CALLS_MAX && process->alive; i++) {
        struct call *call = &process->store.calls[i];

        if (call->open && call->serial == serial) {
            return call;
        }
    }
    return NULL;
}

void process_deliver(struct process *process, const struct message *message)
{
    struct call *call = find_call(process, message->serial);

    if (call != NULL) {
        reply(process, call, &message->outcome);
        process_turn(process);
    }
}

static void time_out(struct process *process, struct call *call)
{
    struct outcome outcome = {.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE};

    reply(process, call, &outcome);
}

void process_timeout(struct process *process, uint64_t serial)
{
    struct call *call = find_call(process, serial);

    if (call != NULL && !process->asleep) {
        time_out(process, call);
        process_turn(process);
    }
}

void process_timeouts_due(struct process *process)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct call *call = &process->store.calls[i];

        if (call->open && call->give_up_ns <= process->world->now_ns) {
            time_out(process, call);
        }
    }
}
