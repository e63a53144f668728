/* process.c - a process of ours: begins, runs, stands still, dies. */
#include "sim/process.h"

#include <stdio.h>

#include "base/clock.h"
#include "sim/memory.h"
#include "sim/world.h"

static struct instant host_now(void *user)
{
    (void)user;
    return clock_now();
}

static int64_t host_wall_ms(void *user)
{
    (void)user;
    return clock_wall_ms();
}

static bool host_random_fill(void *user, void *data, size_t size)
{
    struct process *process = user;
    uint8_t *bytes = data;

    if (process->world->now_ns < process->entropy_from_ns) {
        return false;
    }
    for (size_t i = 0; i < size; i += 8) {
        uint64_t bits = rng_next(&process->rng);

        for (size_t j = i; j < size && j < i + 8; j++) {
            bytes[j] = (uint8_t)(bits >> (8 * (j - i)));
        }
    }
    return true;
}

static void start(struct process *process)
{
    struct loop_host host = {host_now, host_wall_ms, host_random_fill, process};

    process->alive = true;
    process->asleep = false;
    process->wake_at_ns = NEVER_NS;
    process->entropy_from_ns = 0;
    sim_store_init(&process->store, process, (size_t)rng_between(&process->rng, 1, CALLS_MAX));
    (void)clock_use(&process->clock);
    if (!loop_init(&process->loop, &process->store.store, &host)) {
        assert(!"random bytes are there at the start");
    }
    (void)clock_use(NULL);
    app_begin(process);
}

/* What a user may set, within the bounds of ddblock_client_options. */
static void configure(struct process *process)
{
    struct world *world = process->world;
    struct rng *rng = &process->rng;
    struct machine_config *config = &process->config;
    bool other = world->mixed && rng_chance(rng, 400);
    bool closed = (world->kind == DDBLOCK_FAIL_CLOSED) != other;
    int64_t poll_ms;

    config->kind = closed ? DDBLOCK_FAIL_CLOSED : DDBLOCK_FAIL_OPEN;
    config->lease_ms = world->lease_ms << rng_between(rng, 0, 1);
    poll_ms = config->lease_ms / rng_between(rng, 4, 12);
    config->heartbeat = duration_from_ms(config->lease_ms / rng_between(rng, 2, 4));
    if (rng_chance(rng, 150)) {
        config->heartbeat = (struct duration){0};
    }
    config->poll = duration_from_ms(poll_ms < 20 ? 20 : poll_ms);
    config->acquire_period = duration_from_ms(rng_between(rng, 300, 2000));
    if (rng_chance(rng, 400)) {
        config->tries = (uint32_t)rng_between(rng, 1, 12);
    }
    if (rng_chance(rng, 250)) {
        config->settle = duration_from_ms(rng_between(rng, 1, config->lease_ms / 2));
    }
    if (rng_chance(rng, 150)) {
        config->max_hold = duration_from_ms(rng_between(rng, 1, 3 * config->lease_ms));
    }
    if (rng_chance(rng, 150)) {
        config->watchdog = duration_from_ms(config->lease_ms / rng_between(rng, 1, 4));
    }
    config->drift_ppm = world->drift_ppm;
    config->trust_local_time = fault_rules(&world->faults, FAULT_TRUST);
}

static void set_clock(struct process *process)
{
    struct world *world = process->world;
    struct rng *rng = &process->rng;
    int32_t most_ppm = (int32_t)world->drift_ppm;

    process->clock.world_ns = &world->now_ns;
    process->clock.offset_ns = rng_between(rng, 1, 1000000) * MS_NS;
    if (world->walls_differ) {
        process->clock.wall_offset_ns =
            rng_between(rng, -3 * world->lease_ms, 3 * world->lease_ms) * MS_NS;
    }
    if (fault_rules(&world->faults, FAULT_DRIFT)) {
        /* As fast or as slow as is allowed, half the time. */
        process->clock.rate_ppm = rng_chance(rng, 500) ? most_ppm : -most_ppm;
        if (rng_chance(rng, 500)) {
            process->clock.rate_ppm = (int32_t)rng_between(rng, -most_ppm, most_ppm);
        }
    }
}

void process_init(struct process *process, struct world *world, uint32_t actor, struct rng rng)
{
    process->world = world;
    process->actor = actor;
    process->rng = rng;
    (void)snprintf(process->owner, sizeof(process->owner), "client-%u", actor);
    (void)pthread_mutex_init(&process->engine.mutex, NULL);
    (void)pthread_cond_init(&process->client.answered, NULL);
    process->client.engine = &process->engine;
    process->client.event_fd = -1;
    configure(process);
    set_clock(process);
    process->slot_count =
        rng_chance(&process->rng, 300) ? (size_t)rng_between(&process->rng, 2, 3) : 1;
    process->lines = rng_chance(&process->rng, 600);
    start(process);
}

/* As the kernel ends it: nothing is given back. */
static void end(struct process *process)
{
    process->alive = false;
    loop_drop_tasks(&process->loop);
    loop_finish(&process->loop);
    for (size_t i = 0; i < SLOTS_MAX; i++) {
        struct slot *slot = &process->slots[i];

        if (slot->lock != NULL) {
            lock_free(&slot->lock->lock);
        }
        *slot = (struct slot){.generation = slot->generation + 1};
    }
}

void process_finish(struct process *process)
{
    if (process->alive) {
        end(process);
    }
    (void)pthread_cond_destroy(&process->client.answered);
    (void)pthread_mutex_destroy(&process->engine.mutex);
}

int64_t process_world_ns(const struct process *process, struct instant instant)
{
    int64_t world_ns = process->world->now_ns;
    const struct machine_clock *before;
    struct instant now;

    if (instant_is_never(instant)) {
        return NEVER_NS;
    }
    before = clock_use(&process->clock);
    now = clock_now();
    (void)clock_use(before);
    if (!instant_before(now, instant)) {
        return world_ns;
    }
    return clock_world_ns(&process->clock, instant_add(clock_at(&process->clock, world_ns),
                                                       instant_until(now, instant)));
}

void process_turn(struct process *process)
{
    struct instant next;
    int64_t at_ns;

    if (!process->alive || process->asleep) {
        return;
    }
    (void)clock_use(&process->clock);
    next = loop_turn(&process->loop);
    (void)clock_use(NULL);
    at_ns = process_world_ns(process, next);
    if (at_ns != process->wake_at_ns && at_ns != NEVER_NS) {
        agenda_add(&process->world->agenda, at_ns, AGENDA_WAKE, process->actor, 0);
    }
    process->wake_at_ns = at_ns;
}

void process_wake(struct process *process)
{
    if (process->wake_at_ns == process->world->now_ns) {
        process->wake_at_ns = NEVER_NS;
        process_turn(process);
    }
}

void process_sleep(struct process *process, int64_t for_ns, bool suspended)
{
    struct world *world = process->world;

    process->asleep = true;
    process->suspended = suspended;
    process->asleep_since_ns = world->now_ns;
    process->naps++;
    world_tell(world, (struct history_event){.kind = HISTORY_ASLEEP, .actor = process->actor});
    agenda_add(&world->agenda, world->now_ns + for_ns, AGENDA_RESUME, process->actor,
               process->naps);
}

void process_resume(struct process *process, uint64_t nap)
{
    struct world *world = process->world;

    if (!process->alive || !process->asleep || process->naps != nap) {
        return;
    }
    process->asleep = false;
    if (process->suspended) {
        process->clock.suspended_ns += world->now_ns - process->asleep_since_ns;
    }
    world_tell(world, (struct history_event){.kind = HISTORY_AWAKE, .actor = process->actor});
    process_timeouts_due(process);
    for (size_t i = 0; i < process->slot_count; i++) {
        if (process->slots[i].lock != NULL) {
            sim_lock_awake(process->slots[i].lock);
        }
    }
    if (rng_chance(&process->rng, 500)) { /* which of its threads is first? */
        process_turn(process);
        app_missed(process);
    } else {
        app_missed(process);
    }
    process_turn(process);
}

void process_die(struct process *process, int64_t for_ns)
{
    struct world *world = process->world;

    end(process);
    process->life++;
    world_tell(world, (struct history_event){.kind = HISTORY_DEATH, .actor = process->actor});
    agenda_add(&world->agenda, world->now_ns + for_ns, AGENDA_RESTART, process->actor, 0);
}

void process_restart(struct process *process)
{
    if (!process->alive) {
        start(process);
    }
}
