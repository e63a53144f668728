/* sim_lock.c - a real lock, and what the history sees of it.
 *
 * The functions stand for those of engine/lock.c, which do the same between threads. */
#include "base/clock.h"
#include "engine/lock.h"
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
        counts[COUNTER_ACQUIRED] += !lock->lock.machine.adopted;
        counts[COUNTER_ADOPTED] += lock->lock.machine.adopted;
        counts[COUNTER_ADOPTED_ANEW] += lock->anew;
        counts[COUNTER_SETTLED] += lock->settling;
        break;
    case NOTICE_NOT_ACQUIRED:
        counts[COUNTER_ADOPTED_TOO_LATE] += lock->lock.machine.adopted;
        counts[COUNTER_UNSETTLED] += lock->settling;
        counts[COUNTER_NOT_ACQUIRED]++;
        counts[COUNTER_CANCELLED] += effects->status == DDBLOCK_CANCELLED;
        break;
    case NOTICE_LOST:
        counts[COUNTER_LOST_LEASE] += lock->lock.machine.loss == LOSS_LEASE_ENDED;
        counts[COUNTER_LOST_TAKEN] += lock->lock.machine.loss == LOSS_TAKEN;
        counts[COUNTER_LOST_BROKEN] += lock->lock.machine.loss == LOSS_BROKEN;
        counts[COUNTER_LOST_GONE] += lock->lock.machine.loss == LOSS_GONE;
        break;
    case NOTICE_HANDED_OVER:
        counts[COUNTER_HANDED_OVER]++;
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
    struct sim_lock *lock = from_task(task);
    const struct machine *machine = &lock->lock.machine;
    uint64_t *counts = lock->process->world->coverage.counts;
    uint64_t withheld = machine->withheld_count;
    struct effects effects = lock_operations.step(task, event);

    lock->process->world->coverage.moves |= machine->moves;
    lock->process->world->coverage.under_way[machine->state] |= 1U << machine->under_way;
    counts[COUNTER_WITHHELD] += machine->withheld_count - withheld;
    counts[COUNTER_TURNS] += lock->queued && event->kind == EVENT_ACQUIRE;
    lock->queued = machine->state == STATE_QUEUED;
    lock->settling = lock->settling || (machine->state == STATE_HELD && !machine->announced);
    return effects;
}

/* Another lock of its client stands ahead of it. */
static void queued(struct task *task, const struct task *first)
{
    struct sim_lock *lock = from_task(task);

    lock->process->world->coverage.counts[COUNTER_QUEUED]++;
    lock_operations.queued(task, first);
}

static bool is_out_of_the_way(const struct task *task)
{
    return lock_operations.is_out_of_the_way(task);
}

/* As lock_export does. The file of the boot is left out: the text says whose it is. */
static void keep_text(struct sim_lock *lock)
{
    struct handed *handed = &lock->process->handed[lock->slot];
    struct machine_grant grant = machine_grant_of(&lock->lock.machine);
    struct boot_id boot = {{(uint8_t)(lock->process->actor + 1)}};
    struct buffer text;

    if (!grant_text_reserve(&text)) {
        memory_got(NULL);
    }
    grant_text_write(&grant, &boot, &text);
    *handed = (struct handed){true, lock->acquisition, lock->process->life, {0}};
    memcpy(handed->text, buffer_string(&text), text.size + 1);
    buffer_finish(&text);
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
    if (effects->notice == NOTICE_HANDED_OVER) {
        keep_text(lock);
        lock->lock.detached = true; /* now the loop's, which frees it */
    } else if (lock->lock.releasing && lock->lock.answered && !lock->lock.detached) {
        lock->lock.detached = true; /* now the loop's, which frees it */
        app_free(lock->process, lock->slot);
    }
    if (effects->notice != NOTICE_NONE && !lock->lock.releasing) {
        app_told(lock->process, lock->slot, effects->notice);
    }
}

static void ended(struct task *task, ddblock_status status)
{
    lock_operations.ended(task, status);
}

static const struct task_operations operations = {
    .step = step,
    .publish = publish,
    .queued = queued,
    .is_out_of_the_way = is_out_of_the_way,
    .ended = ended,
};

static struct sim_lock *create(struct process *process, size_t slot)
{
    struct sim_lock *lock = memory_got(calloc(1, sizeof(*lock)));
    struct ddblock_lock *real = &lock->lock;
    ddblock_id id = ddblock_id_string("lock");

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
    real->task.operations = &operations;
    real->task.id = real->id;
    real->task.owner = process->owner;
    lock->process = process;
    lock->slot = slot;
    process->slots[slot].lock = lock;
    return lock;
}

static void run(struct sim_lock *lock)
{
    struct process *process = lock->process;

    (void)clock_use(&process->clock);
    (void)loop_start(&process->loop, &lock->lock.task);
    (void)clock_use(NULL);
    process_turn(process);
}

/* How long a duration of the process's clock takes in the world. */
static int64_t in_world_ns(const struct process *process, int64_t own_ns)
{
    return own_ns * 1000000 / (1000000 + process->clock.rate_ppm);
}

/* A guard holds heartbeats back from then on: the last one may have been sent just before. */
static int64_t guard_ns(const struct process *process, struct duration guard)
{
    int64_t lease_ns = process->config.lease_ms * MS_NS;

    return guard.ns > 0 ? in_world_ns(process, guard.ns + lease_ns) + MS_NS : 0;
}

void sim_lock_start(struct process *process, size_t slot, const struct machine_patience *patience)
{
    struct sim_lock *lock = create(process, slot);
    const struct machine_config *config = &process->config;
    bool closed = config->kind == DDBLOCK_FAIL_CLOSED;

    machine_init(&lock->lock.machine, config, patience, NULL);
    lock->lock.task.scope = process->lines ? &process->client : NULL;
    lock->acquisition = world_acquisition(process->world);
    tell(lock, (struct history_event){
                   .kind = HISTORY_ACQUIRE,
                   .closed = closed,
                   .heartbeats = config->heartbeat.ns > 0,
                   .poll_ns = closed ? config->acquire_period.ns : config->poll.ns / 4 * 5,
                   .lined = process->lines,
                   .settle_ns = closed ? 0 : in_world_ns(process, config->settle.ns),
                   .max_hold_ns = closed ? 0 : guard_ns(process, config->max_hold),
                   .watchdog_ns = closed ? 0 : guard_ns(process, config->watchdog),
               });
    run(lock);
}

/* As lock_adopt does. */
void sim_lock_adopt(struct process *process, size_t slot)
{
    struct handed *handed = &process->handed[slot];
    struct sim_lock *lock = create(process, slot);
    struct machine_grant grant = {0};
    struct boot_id boot = {0};

    if (!grant_text_read(handed->text, &grant, &boot)) {
        assert(!"what was written can be read");
    }
    assert(boot.bytes[0] == process->actor + 1);
    machine_init_adopted(&lock->lock.machine, &process->config, &grant,
                         memory_got(malloc(sizeof(struct machine_aside))));
    lock->acquisition = handed->acquisition;
    lock->anew = handed->life != process->life;
    handed->there = false;
    tell(lock, (struct history_event){.kind = HISTORY_ADOPT});
    run(lock);
}

static void post(struct sim_lock *lock, enum event_kind kind)
{
    struct process *process = lock->process;

    (void)clock_use(&process->clock);
    (void)loop_post(&process->loop, &lock->lock.task, kind);
    (void)clock_use(NULL);
    process_turn(process);
}

bool sim_lock_is_held(const struct sim_lock *lock)
{
    return lock->lock.state == DDBLOCK_STATE_HELD || lock->lock.state == DDBLOCK_STATE_AT_RISK;
}

void sim_lock_touch(struct sim_lock *lock)
{
    (void)clock_use(&lock->process->clock);
    lock_touch(&lock->lock);
    (void)clock_use(NULL);
    tell(lock, (struct history_event){.kind = HISTORY_TOUCH});
}

/* What lock_ensure asks for when too little is left. */
void sim_lock_ensure(struct sim_lock *lock)
{
    lock->process->world->coverage.counts[COUNTER_ENSURED]++;
    post(lock, EVENT_RENEW);
}

void sim_lock_hand_over(struct sim_lock *lock)
{
    post(lock, EVENT_HAND_OVER);
}

void sim_lock_cancel(struct sim_lock *lock)
{
    if (!lock->lock.ended) {
        tell(lock, (struct history_event){.kind = HISTORY_CANCEL});
        post(lock, EVENT_CANCEL);
    }
}

void sim_lock_release(struct sim_lock *lock)
{
    struct process *process = lock->process;

    tell(lock, (struct history_event){.kind = HISTORY_RELEASE});
    lock->lock.releasing = true;
    atomic_store_explicit(&lock->lock.deadline_ns, INT64_MIN, memory_order_release);
    tell_belief(lock);
    if (!lock->lock.answered) {
        post(lock, EVENT_RELEASE);
        return;
    }
    app_free(process, lock->slot);
    if (lock->lock.ended) {
        lock_free(&lock->lock);
    } else {
        lock->lock.detached = true;
    }
}
