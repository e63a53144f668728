/* machine.c - one step of the protocol: which part of it handles the event. */
#include "core/machine.h"

#include <assert.h>

#include "core/machine_parts.h"

void machine_init(struct machine *machine, const struct machine_config *config,
                  const struct machine_patience *patience, struct machine_aside *aside)
{
    *machine = (struct machine){
        .config = *config,
        .patience = *patience,
        .state = STATE_IDLE,
        .limit = INSTANT_NEVER,
        .attempt_end = INSTANT_NEVER,
        .deadline = INSTANT_NEVER,
    };
    machine_lend(machine, aside);
}

void machine_init_adopted(struct machine *machine, const struct machine_config *config,
                          const struct machine_grant *grant, struct machine_aside *aside)
{
    struct machine_patience none = {0};

    assert(grant->kind == config->kind && grant->lease_ms == config->lease_ms);
    assert(grant->mine_count > 0 && grant->mine_count <= GUIDS_MAX);
    machine_init(machine, config, &none, aside);
    machine->adopted = true;
    machine->token = grant->token;
    machine->deadline = grant->deadline;
    machine->ghosts_until = grant->ghosts_until;
    for (size_t i = 0; i < grant->mine_count; i++) {
        guid_set_restore(&machine->mine, &grant->mine[i]);
    }
}

struct machine_grant machine_grant_of(const struct machine *machine)
{
    struct machine_grant grant = {
        .kind = machine->config.kind,
        .lease_ms = machine->config.lease_ms,
        .token = machine->token,
        .deadline = machine->deadline,
        .ghosts_until = machine->ghosts_until,
        .mine_count = machine->mine.count,
    };

    assert(machine->hand_over_wanted && machine->state == STATE_ENDED);
    for (size_t i = 0; i < grant.mine_count; i++) {
        grant.mine[i] = *guid_set_at(&machine->mine, i);
    }
    return grant;
}

void machine_grant_restart_clock(struct machine_grant *grant, struct instant now)
{
    /* By how much this clock may be wrong is not told yet: as much as the options allow. */
    static const struct machine_config config = {.drift_ppm = 100000};

    assert(grant->kind == DDBLOCK_FAIL_CLOSED);
    if (grant->ghosts_until.ns != 0) {
        grant->ghosts_until = instant_add(now, pace_ghost_life(&config));
    }
}

static bool is_held(enum machine_state state)
{
    return state == STATE_HELD || state == STATE_RENEWING || state == STATE_CHECKING;
}

static bool is_acquiring(enum machine_state state)
{
    return state == STATE_QUEUED || state == STATE_ACQUIRING || state == STATE_READING_BACK ||
           state == STATE_WATCHING || state == STATE_POLLING || state == STATE_PAUSING;
}

bool machine_wants_aside(const struct machine *machine, const struct event *event)
{
    bool reply = event->kind == EVENT_REPLY;
    bool renewed = reply && event->outcome->kind == OUTCOME_APPLIED && is_held(machine->state);

    return machine->aside == NULL && !renewed && (reply || machine->mine.count == GUIDS_CALM);
}

void machine_lend(struct machine *machine, struct machine_aside *aside)
{
    machine->aside = aside;
    machine->mine.more = aside != NULL ? &aside->guids : NULL;
    if (aside != NULL) {
        aside->seen = (struct record){0};
    }
}

struct machine_aside *machine_give_back(struct machine *machine)
{
    struct machine_aside *aside = machine->aside;

    if (!is_held(machine->state) || machine->mine.count > GUIDS_CALM) {
        return NULL;
    }
    machine_lend(machine, NULL);
    return aside;
}

const struct record *machine_seen(const struct machine *machine)
{
    static const struct record nothing = {.kind = RECORD_UNKNOWN};

    return machine->aside != NULL ? &machine->aside->seen : &nothing;
}

void machine_note(struct machine *machine, const struct record *record)
{
    if (machine->aside != NULL) {
        machine->aside->seen = *record;
    }
}

struct instant machine_deadline(const struct machine *machine)
{
    return is_held(machine->state) && machine->announced ? machine->deadline
                                                         : (struct instant){INT64_MIN};
}

bool machine_is_out_of_the_way(const struct machine *machine)
{
    return machine->state == STATE_LOST || machine->state == STATE_SWEEPING ||
           machine->state == STATE_SWEEP_WAIT || machine->state == STATE_ENDED;
}

/* An acquisition that waits is given up at once; one with a request under way, at its reply. */
static void cancel(const struct step *step)
{
    struct machine *machine = step->machine;

    if (is_held(machine->state) && !machine->announced && !machine->giving_back) {
        hold_give_back(step, DDBLOCK_CANCELLED);
    }
    if (!is_acquiring(machine->state)) {
        return;
    }
    machine->cancelled = true;
    if (machine->under_way == REQUEST_NONE) {
        acquire_give_up(step, DDBLOCK_CANCELLED);
    }
}

static void release(const struct step *step)
{
    struct machine *machine = step->machine;

    if (machine->state == STATE_IDLE) {
        machine_move(machine, STATE_ENDED);
    } else if (is_acquiring(machine->state) || (is_held(machine->state) && !machine->announced)) {
        cancel(step);
    } else if (machine->state == STATE_LOST || is_held(machine->state)) {
        machine->release_wanted = true;
        if (machine->under_way == REQUEST_NONE) {
            release_start(step);
        }
    }
}

/* Not while a renewal is under way: what it comes to must go along. */
static void hand_over(const struct step *step)
{
    struct machine *machine = step->machine;

    if (is_held(machine->state) && machine->announced) {
        machine->hand_over_wanted = true;
        if (machine->under_way == REQUEST_NONE) {
            hold_hand_over(step);
        }
    }
}

static void tick(const struct step *step)
{
    switch (step->machine->state) {
    case STATE_QUEUED:
        if (!instant_before(step->event->now, step->machine->resume_at)) {
            acquire_give_up(step, DDBLOCK_NOT_ACQUIRED);
        }
        break;
    case STATE_WATCHING:
        watch_continue(step);
        break;
    case STATE_PAUSING:
        if (!instant_before(step->event->now, step->machine->resume_at) ||
            !instant_before(step->event->now, step->machine->limit)) {
            acquire_proceed(step);
        }
        break;
    case STATE_HELD:
    case STATE_RENEWING:
    case STATE_CHECKING:
        hold_tick(step);
        break;
    case STATE_RELEASE_WAIT:
    case STATE_SWEEP_WAIT:
        release_tick(step);
        break;
    default:
        break; /* nothing is due while only a reply is awaited */
    }
}

static void reply(const struct step *step)
{
    struct machine *machine = step->machine;

    assert(machine->under_way != REQUEST_NONE);
    machine->under_way = REQUEST_NONE;
    switch (machine->state) {
    case STATE_ACQUIRING:
    case STATE_READING_BACK:
    case STATE_POLLING:
        acquire_reply(step);
        break;
    case STATE_RENEWING:
    case STATE_CHECKING:
        hold_reply(step);
        break;
    case STATE_LOST: /* a last renewal: whatever it says, the lock stays lost */
        if (machine->release_wanted) {
            release_start(step);
        }
        break;
    case STATE_RELEASING:
    case STATE_CONFIRMING:
        release_reply(step);
        break;
    case STATE_SWEEPING:
        sweep_reply(step);
        break;
    default:
        assert(false && "a state without a request under way");
    }
}

static struct instant wake_at(const struct machine *machine)
{
    struct instant at = INSTANT_NEVER;

    switch (machine->state) {
    case STATE_WATCHING:
        at = instant_min(machine->poll_at, machine->take_over_at);
        return instant_min(at, instant_min(machine->attempt_end, machine->limit));
    case STATE_PAUSING:
        return instant_min(machine->resume_at, machine->limit);
    case STATE_HELD:
        at = machine->heartbeat_at;
        break;
    case STATE_RELEASE_WAIT:
        return instant_min(machine->resume_at, machine->release_until);
    case STATE_QUEUED:
    case STATE_SWEEP_WAIT:
        return machine->resume_at;
    default:
        break;
    }
    if (is_held(machine->state)) {
        at = instant_min(at, !machine->announced ? machine->announce_at
                             : machine->at_risk  ? machine->deadline
                                                 : hold_risk_at(machine));
        at = instant_min(at, machine->deadline);
    }
    return at;
}

struct effects machine_step(struct machine *machine, const struct event *event)
{
    struct effects effects = {.wake_at = INSTANT_NEVER};
    struct step step = {machine, event, &effects, machine->under_way};

    assert(machine->state != STATE_ENDED);
    /* Whatever woke us, the deadline is compared first: time may have been spent suspended. */
    if (is_held(machine->state) && !instant_before(event->now, machine->deadline)) {
        hold_lose(&step, LOSS_LEASE_ENDED);
    }
    switch (event->kind) {
    case EVENT_ACQUIRE:
        if (machine->adopted) {
            hold_adopted(&step);
        } else {
            acquire_start(&step);
        }
        break;
    case EVENT_QUEUE:
        acquire_queue(&step);
        break;
    case EVENT_RENEW:
        hold_renew(&step);
        break;
    case EVENT_CANCEL:
        cancel(&step);
        break;
    case EVENT_RELEASE:
        release(&step);
        break;
    case EVENT_HAND_OVER:
        hand_over(&step);
        break;
    case EVENT_TICK:
        tick(&step);
        break;
    case EVENT_REPLY:
        reply(&step);
        break;
    }
    effects.wake_at = wake_at(machine);
    effects.ended = machine->state == STATE_ENDED;
    return effects;
}
