/* app.c - the program of a process: acquires, holds, releases, now and then gives up. */
#include "sim/process.h"
#include "sim/world.h"

/* Without random bytes the engine does not step; the program comes again. */
#define AGAIN_NS (10 * MS_NS)

static int64_t lease_ns(const struct process *process)
{
    return process->config.lease_ms * MS_NS;
}

static void plan(struct process *process, size_t number, int64_t in_ns)
{
    struct slot *slot = &process->slots[number];

    slot->generation++;
    slot->missed = false;
    agenda_add(&process->world->agenda, process->world->now_ns + in_ns, AGENDA_APP, process->actor,
               slot->generation * SLOTS_MAX + number);
}

void app_begin(struct process *process)
{
    for (size_t i = 0; i < process->slot_count; i++) {
        plan(process, i, rng_between(&process->rng, 0, 2 * lease_ns(process)));
    }
}

static struct machine_patience choose_patience(struct process *process)
{
    struct rng *rng = &process->rng;
    struct machine_patience patience = {0};

    patience.by_time = rng_chance(rng, 500);
    patience.retry_count = rng_between(rng, 0, 3);
    if (patience.by_time && rng_chance(rng, 300)) {
        patience.limit = DURATION_FOREVER;
    } else if (patience.by_time && !rng_chance(rng, 150)) {
        patience.limit = (struct duration){rng_between(rng, 1, 6 * lease_ns(process))};
    }
    return patience;
}

static void acquire(struct process *process, size_t number)
{
    struct machine_patience patience = choose_patience(process);

    if (process->world->closing) {
        return;
    }
    if (process->world->now_ns < process->world->resumes_ns &&
        process->world->now_ns >= process->world->storm_ends_ns) {
        plan(process, number,
             process->world->resumes_ns - process->world->now_ns +
                 rng_between(&process->rng, 0, lease_ns(process)));
        return;
    }
    process->slots[number].state = SLOT_WAITING;
    if (rng_chance(&process->rng, 120)) {
        plan(process, number, rng_between(&process->rng, 1, 3 * lease_ns(process)));
    }
    (void)sim_lock_start(process, number, &patience);
}

static void go_on(struct process *process, size_t number)
{
    struct slot *slot = &process->slots[number];

    if (!loop_is_ready(&process->loop)) {
        process_turn(process);
        plan(process, number, AGAIN_NS);
        return;
    }
    switch (slot->state) {
    case SLOT_IDLE:
        acquire(process, number);
        break;
    case SLOT_WAITING: /* it has waited long enough */
        if (rng_chance(&process->rng, 500)) {
            sim_lock_cancel(slot->lock);
            break;
        }
        slot->state = SLOT_GIVING_BACK;
        sim_lock_release(slot->lock);
        break;
    case SLOT_HOLDING:
        slot->state = SLOT_GIVING_BACK;
        sim_lock_release(slot->lock);
        break;
    case SLOT_GIVING_BACK:
        break;
    }
}

void app_go_on(struct process *process, uint64_t item)
{
    size_t number = item % SLOTS_MAX;
    struct slot *slot = &process->slots[number];

    if (!process->alive || slot->generation != item / SLOTS_MAX) {
        return;
    }
    if (process->asleep) {
        slot->missed = true;
        return;
    }
    go_on(process, number);
}

void app_missed(struct process *process)
{
    for (size_t i = 0; i < process->slot_count; i++) {
        if (process->slots[i].missed) {
            process->slots[i].missed = false;
            go_on(process, i);
        }
    }
}

void app_told(struct process *process, size_t number, enum notice notice)
{
    struct slot *slot = &process->slots[number];
    struct rng *rng = &process->rng;
    int64_t hold_ns =
        rng_between(rng, 0, rng_chance(rng, 300) ? 4 * lease_ns(process) : lease_ns(process));

    switch (notice) {
    case NOTICE_ACQUIRED:
        slot->state = SLOT_HOLDING;
        plan(process, number, process->world->closing ? 0 : hold_ns);
        break;
    case NOTICE_NOT_ACQUIRED:
        slot->state = SLOT_HOLDING; /* the handle is still to be given back */
        plan(process, number, 0);
        break;
    case NOTICE_LOST:
        if (slot->state == SLOT_HOLDING && rng_chance(rng, 700)) {
            plan(process, number, rng_between(rng, 0, lease_ns(process) / 2));
        }
        break;
    case NOTICE_NONE:
    case NOTICE_HANDED_OVER: /* no process of this world hands a lock on */
    case NOTICE_AT_RISK:
    case NOTICE_RENEWED:
    case NOTICE_RELEASED:
        break;
    }
}

void app_free(struct process *process, size_t number)
{
    struct slot *slot = &process->slots[number];
    int64_t idle_ns = rng_between(&process->rng, 0, lease_ns(process));

    slot->lock = NULL;
    slot->state = SLOT_IDLE;
    plan(process, number, rng_chance(&process->rng, 300) ? 0 : idle_ns);
}

void app_close(struct process *process)
{
    for (size_t i = 0; i < process->slot_count && process->alive; i++) {
        plan(process, i, rng_between(&process->rng, 0, lease_ns(process)));
    }
}
