/* sim_lock.c - a real lock, and what the history sees of it.
 *
 * The functions stand for those of engine/lock.c, which do the same between threads. */
#include "base/clock.h"
#include "sim/memory.h"
#include "sim/process.h"
#include "sim/world.h"

static struct sim_lock *from_task(struct task *task)
{
    return (struct sim_lock *)task;
}

static void tell(struct sim_lock *lock, struct history_event event)
{
    event.actor = lock->process->actor;
    event.acquisition = lock->acquisition;
    world_tell(lock->process->world, event);
}

/* What a program that asks ddblock_remaining_ms would find from now on. */
static void tell_belief(struct sim_lock *lock)
{
    struct instant deadline = {atomic_load_explicit(&lock->lock.deadline_ns, memory_order_acquire)};
    int64_t until_ns = process_world_ns(lock->process, deadline);

    if (until_ns <= lock->process->world->now_ns) {
        until_ns = 0;
    }
    if (until_ns == lock->told_ns) {
        return;
    }
    lock->told_ns = until_ns;
    tell(lock, (struct history_event){.kind = HISTORY_BELIEF, .until_ns = until_ns});
}

/* Its process has been standing still: has its clock, too? */
void sim_lock_awake(struct sim_lock *lock)
{
    if (lock->told_ns > lock->process->world->now_ns) {
        tell_belief(lock);
    }
}

static void count_notice(struct sim_lock *lock, const struct effects *effects)
{
    uint64_t *counts = lock->process->world->coverage.counts;

    switch (effects->notice) {
    case NOTICE_ACQUIRED:
        counts[COUNTER_ACQUIRED]++;
        break;
    case NOTICE_NOT_ACQUIRED:
        counts[COUNTER_NOT_ACQUIRED]++;
        counts[COUNTER_CANCELLED] += effects->status == DDBLOCK_CANCELLED;
        break;
    case NOTICE_LOST:
        counts[COUNTER_LOST_LEASE] += lock->lock.machine.loss == LOSS_LEASE_ENDED;
        counts[COUNTER_LOST_TAKEN] += lock->lock.machine.loss == LOSS_TAKEN;
        counts[COUNTER_LOST_BROKEN] += lock->lock.machine.loss == LOSS_BROKEN;
        counts[COUNTER_LOST_GONE] += lock->lock.machine.loss == LOSS_GONE;
        break;
    case NOTICE_RELEASED:
        counts[effects->status == DDBLOCK_OK         ? COUNTER_RELEASED_OK
               : effects->status == DDBLOCK_LOST     ? COUNTER_RELEASED_LOST
               : effects->status == DDBLOCK_IN_DOUBT ? COUNTER_RELEASED_IN_DOUBT
                                                     : COUNTER_RELEASED_FAILED]++;
        break;
    default:
        break;
    }
}

static void count_reply(struct sim_lock *lock, const struct effects *effects,
                        const struct outcome *outcome)
{
    uint64_t *counts = lock->process->world->coverage.counts;
    bool told = outcome->kind == OUTCOME_REFUSED || outcome->kind == OUTCOME_FOUND;
    bool held = lock->lock.machine.state == STATE_HELD;

    if (outcome->kind == OUTCOME_IN_DOUBT) {
        counts[COUNTER_DOUBTS_RENEW] += lock->write == WRITE_RENEW;
        counts[COUNTER_DOUBTS_RELEASE] += lock->write == WRITE_RELEASE;
        counts[COUNTER_DOUBTS_ACQUIRE] +=
            lock->write == WRITE_ACQUIRE || lock->write == WRITE_TAKE_OVER;
    }
    counts[COUNTER_RECOGNISED] += told && effects->notice == NOTICE_ACQUIRED;
    counts[COUNTER_RENEWED_AFTER_DOUBT] += told && held && effects->notice != NOTICE_ACQUIRED;
    counts[COUNTER_SWEPT] += outcome->kind == OUTCOME_APPLIED &&
                             lock->lock.machine.state == STATE_SWEEP_WAIT &&
                             effects->notice == NOTICE_NONE;
}

static void tell_answer(struct sim_lock *lock, const struct outcome *outcome)
{
    struct foreign_guid fresh = foreign_guid_from(&lock->fresh);
    struct history_event event = {.kind = HISTORY_ANSWER, .write = lock->write};

    if (outcome->kind == OUTCOME_APPLIED && lock->write != WRITE_RELEASE) {
        event.guid = guid_name(&fresh);
    } else if (outcome->kind == OUTCOME_REFUSED || outcome->kind == OUTCOME_FOUND) {
        event.guid = guid_name(&outcome->record.guid);
    }
    tell(lock, event);
}

static struct effects step(struct task *task, const struct event *event)
{
    return lock_operations.step(task, event);
}

static void publish(struct task *task, const struct effects *effects,
                    const struct store_reply *reply)
{
    struct sim_lock *lock = from_task(task);

    if (reply != NULL) {
        tell_answer(lock, &reply->outcome);
        count_reply(lock, effects, &reply->outcome);
    }
    if (effects->request.kind != REQUEST_NONE) {
        lock->asked_ns = lock->process->world->now_ns;
    }
    lock_operations.publish(task, effects, reply);
    if (effects->notice != NOTICE_NONE) {
        count_notice(lock, effects);
        tell(lock, (struct history_event){
                       .kind = HISTORY_NOTICE,
                       .notice = effects->notice,
                       .status = effects->status,
                       .loss = lock->lock.machine.loss,
                       .token = atomic_load_explicit(&lock->lock.token, memory_order_acquire),
                   });
    }
    tell_belief(lock);
    if (lock->lock.releasing && lock->lock.answered && !lock->lock.detached) {
        lock->lock.detached = true; /* now the loop's, which frees it */
        app_free(lock->process, lock->slot);
    } else if (effects->notice != NOTICE_NONE && !lock->lock.releasing) {
        app_told(lock->process, lock->slot, effects->notice);
    }
}

static void ended(struct task *task, ddblock_status status)
{
    lock_operations.ended(task, status);
}

/* Without lines: here the locks of one process contend in the table. */
static const struct task_operations operations = {
    .step = step,
    .publish = publish,
    .ended = ended,
};

struct sim_lock *sim_lock_start(struct process *process, size_t slot,
                                const struct machine_patience *patience)
{
    struct sim_lock *lock = memory_got(calloc(1, sizeof(*lock)));
    struct world *world = process->world;
    struct ddblock_lock *real = &lock->lock;
    ddblock_id id = ddblock_id_string("lock");
    bool closed = process->config.kind == DDBLOCK_FAIL_CLOSED;

    if (lock_id_create(&id, &real->id, NULL) != DDBLOCK_OK) {
        memory_got(NULL);
    }
    real->engine = &process->engine;
    real->client = &process->client;
    real->muted = ~0U; /* the history has the notices */
    real->acquired = DDBLOCK_PENDING;
    real->event_fd = -1;
    atomic_init(&real->deadline_ns, INT64_MIN);
    atomic_init(&real->touched_ns, INT64_MIN);
    machine_init(&real->machine, &process->config, patience, NULL);
    real->task.operations = &operations;
    real->task.id = real->id;
    real->task.owner = process->owner;
    lock->process = process;
    lock->slot = slot;
    lock->acquisition = world_acquisition(world);
    process->slots[slot].lock = lock;
    tell(lock, (struct history_event){
                   .kind = HISTORY_ACQUIRE,
                   .closed = closed,
                   .heartbeats = process->config.heartbeat.ns > 0,
                   .poll_ns =
                       closed ? process->config.acquire_period.ns : process->config.poll.ns / 4 * 5,
               });
    (void)clock_use(&process->clock);
    (void)loop_start(&process->loop, &real->task);
    (void)clock_use(NULL);
    process_turn(process);
    return lock;
}

void sim_lock_cancel(struct sim_lock *lock)
{
    struct process *process = lock->process;

    if (lock->lock.ended) {
        return;
    }
    tell(lock, (struct history_event){.kind = HISTORY_CANCEL});
    (void)clock_use(&process->clock);
    (void)loop_post(&process->loop, &lock->lock.task, EVENT_CANCEL);
    (void)clock_use(NULL);
    process_turn(process);
}

void sim_lock_release(struct sim_lock *lock)
{
    struct process *process = lock->process;

    tell(lock, (struct history_event){.kind = HISTORY_RELEASE});
    lock->lock.releasing = true;
    atomic_store_explicit(&lock->lock.deadline_ns, INT64_MIN, memory_order_release);
    tell_belief(lock);
    if (!lock->lock.answered) {
        clock_use(&process->clock);
        (void)loop_post(&process->loop, &lock->lock.task, EVENT_RELEASE);
        clock_use(NULL);
        process_turn(process);
        return;
    }
    app_free(process, lock->slot);
    if (lock->lock.ended) {
        lock_free(&lock->lock);
    } else {
        lock->lock.detached = true;
    }
}
