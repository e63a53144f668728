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
        int64_t most_ns = process->handed[i].there ? lease_ns(process) / 4 : 2 * lease_ns(process);

        plan(process, i, rng_between(&process->rng, 0, most_ns));
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

/* When the program does something with the lock that it holds: at the end, or before. */
static void plan_holding(struct process *process, size_t number)
{
    struct slot *slot = &process->slots[number];
    int64_t left_ns = slot->held_until_ns - process->world->now_ns;
    int64_t next_ns = left_ns;

    if (process->config.watchdog.ns > 0) {
        next_ns = process->config.watchdog.ns / 3;
    } else if (left_ns > 0 && rng_chance(&process->rng, 200)) {
        next_ns = rng_between(&process->rng, 1, left_ns);
    }
    next_ns = next_ns < left_ns ? next_ns : left_ns;
    plan(process, number, next_ns > 0 ? next_ns : 0);
}

/* Takes on what was handed over, or leaves that to the next life of the process. False: there is
 * nothing, or nobody does. */
static bool goes_on_with_another(struct process *process, size_t number)
{
    struct handed *handed = &process->handed[number];

    if (!handed->there) {
        return false;
    }
    if (process->config.kind == DDBLOCK_FAIL_OPEN &&
        world_strikes(process->world, FAULT_FORGOTTEN, process->actor, 0, 0)) {
        handed->there = false;
        return false;
    }
    if (handed->life == process->life && process->slot_count == 1 &&
        rng_chance(&process->rng, 400)) {
        process_die(process, rng_between(&process->rng, 1, lease_ns(process) / 4));
        return true;
    }
    process->slots[number].state = SLOT_WAITING;
    sim_lock_adopt(process, number);
    return true;
}

static void give_back(struct process *process, size_t number)
{
    process->slots[number].state = SLOT_GIVING_BACK;
    sim_lock_release(process->slots[number].lock);
}

/* As ddblock_release_all: nothing of the process is wanted any more. */
static void give_all_back(struct process *process)
{
    for (size_t i = 0; i < process->slot_count; i++) {
        enum slot_state state = process->slots[i].state;

        if (loop_is_ready(&process->loop) && (state == SLOT_WAITING || state == SLOT_HOLDING)) {
            process->world->coverage.counts[COUNTER_TOGETHER]++;
            give_back(process, i);
        }
    }
}

/* The program does not need the lock any more, or does something with it. */
static void hold(struct process *process, size_t number)
{
    struct slot *slot = &process->slots[number];
    bool held = sim_lock_is_held(slot->lock);

    if (held && process->world->now_ns < slot->held_until_ns) {
        if (process->config.watchdog.ns > 0 &&
            !world_strikes(process->world, FAULT_STALL, process->actor, 0, 0)) {
            sim_lock_touch(slot->lock);
        }
        plan_holding(process, number);
        if (process->config.watchdog.ns == 0 || rng_chance(&process->rng, 200)) {
            sim_lock_ensure(slot->lock);
        }
    } else if (held && rng_chance(&process->rng, 120)) {
        slot->state = SLOT_HANDING_OVER;
        sim_lock_hand_over(slot->lock);
    } else if (process->slot_count > 1 && rng_chance(&process->rng, 150)) {
        give_all_back(process);
    } else {
        give_back(process, number);
    }
}

static void acquire(struct process *process, size_t number)
{
    struct machine_patience patience = choose_patience(process);

    if (goes_on_with_another(process, number) || process->world->closing) {
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
    sim_lock_start(process, number, &patience);
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
        give_back(process, number);
        break;
    case SLOT_HOLDING:
        hold(process, number);
        break;
    case SLOT_HANDING_OVER:
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
        slot->held_until_ns = process->world->now_ns + (process->world->closing ? 0 : hold_ns);
        plan_holding(process, number);
        break;
    case NOTICE_NOT_ACQUIRED:
        slot->state = SLOT_HOLDING; /* the handle is still to be given back */
        slot->held_until_ns = 0;
        plan(process, number, 0);
        break;
    case NOTICE_LOST:
        if (slot->state == SLOT_HANDING_OVER) { /* it came too late */
            slot->state = SLOT_HOLDING;
            plan(process, number, 0);
        } else if (slot->state == SLOT_HOLDING && rng_chance(rng, 700)) {
            plan(process, number, rng_between(rng, 0, lease_ns(process) / 2));
        }
        break;
    case NOTICE_HANDED_OVER:
        slot->lock = NULL;
        slot->state = SLOT_IDLE;
        plan(process, number,
             rng_between(rng, 0, rng_chance(rng, 900) ? lease_ns(process) / 4 : lease_ns(process)));
        break;
    case NOTICE_NONE:
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
        process->slots[i].held_until_ns = 0;
        plan(process, i, rng_between(&process->rng, 0, lease_ns(process)));
    }
}
