/* hold.c - while the lock is ours: heartbeats, the deadline, and its loss. */
#include <assert.h>

#include "core/machine_parts.h"

/* A lease runs from the moment before the attempt was sent that the engine accepted. The
 * margin makes the holder stop before any waiter may begin. docs/protocol.md, "Time". */
static struct instant deadline_from(const struct machine *machine, struct instant sent)
{
    struct duration lease = duration_from_ms(machine->config.lease_ms);

    return instant_add(sent, (struct duration){lease.ns - pace_margin(&machine->config).ns});
}

/* Heartbeats come a little early, by chance, so that locks acquired together drift apart. */
static struct instant heartbeat_from(const struct step *step, struct instant sent)
{
    const struct machine_config *config = &step->machine->config;

    if (config->heartbeat.ns == 0 || config->kind == DDBLOCK_FAIL_CLOSED) {
        return INSTANT_NEVER;
    }
    return instant_add(sent, pace_jitter(config->heartbeat, 90, 100, step->event->random));
}

/* The lock is at risk when less than a third of the lease is left. */
struct instant hold_risk_at(const struct machine *machine)
{
    if (instant_is_never(machine->deadline)) {
        return INSTANT_NEVER;
    }
    return (struct instant){machine->deadline.ns -
                            duration_from_ms(machine->config.lease_ms).ns / 3};
}

/* A program that was not told of the lock cannot show that it is alive: its own limits run from
 * here. */
static void announce(const struct step *step)
{
    step->machine->announced = true;
    step->machine->told_at = step->event->now;
    step->effects->notice = NOTICE_ACQUIRED;
}

/* Begins to hold the lock by a write of ours that was applied. False: its lease is over. */
bool hold_begin(const struct step *step, const struct guid_sent *written, uint64_t token)
{
    struct machine *machine = step->machine;
    struct instant sent = written->sent;
    bool took_over = written->took_over;

    if (machine->config.kind == DDBLOCK_FAIL_OPEN) {
        struct instant deadline = deadline_from(machine, sent);

        if (!instant_before(step->event->now, deadline)) {
            return false;
        }
        machine->deadline = deadline;
        machine->token = token;
        guid_set_settle(&machine->mine, written);
    } /* fail-closed: all are kept, for what a ghost may write after the release */
    machine->origin = took_over ? ORIGIN_TAKEN_OVER : token > 1 ? ORIGIN_RELEASED : ORIGIN_FRESH;
    machine->heartbeat_at = heartbeat_from(step, sent);
    machine->failures = 0;
    machine->last_failure = DDBLOCK_OK;
    machine_move(machine, STATE_HELD);
    if (took_over && machine->config.settle.ns > 0) {
        machine->announce_at = instant_add(step->event->now, machine->config.settle);
    } else {
        announce(step);
    }
    return true;
}

/* Begins to hold what was handed over, if there is still time. */
void hold_adopted(const struct step *step)
{
    struct machine *machine = step->machine;

    if (!instant_before(step->event->now, machine->deadline)) {
        step->effects->notice = NOTICE_NOT_ACQUIRED;
        step->effects->status = DDBLOCK_LOST;
        machine_move(machine, STATE_ENDED);
        return;
    }
    machine->heartbeat_at = heartbeat_from(step, guid_set_newest(&machine->mine)->sent);
    machine_move(machine, STATE_HELD);
    announce(step);
}

/* Ends, the lock being held still: another process goes on. */
void hold_hand_over(const struct step *step)
{
    step->effects->notice = NOTICE_HANDED_OVER;
    machine_move(step->machine, STATE_ENDED);
}

/* Whether a heartbeat may be sent: a program that has stalled, or holds for too long, is to lose
 * the lock, although this thread is alive. */
static enum withheld withheld_now(const struct step *step)
{
    const struct machine *machine = step->machine;
    const struct machine_config *config = &machine->config;
    struct instant now = step->event->now;
    struct instant heard = step->event->touched;

    if (!machine->announced) {
        return WITHHELD_NOT;
    }
    if (instant_before(heard, machine->told_at)) {
        heard = machine->told_at;
    }
    if (config->max_hold.ns > 0 &&
        !instant_before(now, instant_add(machine->told_at, config->max_hold))) {
        return WITHHELD_MAX_HOLD;
    }
    if (config->watchdog.ns > 0 && !instant_before(now, instant_add(heard, config->watchdog))) {
        return WITHHELD_WATCHDOG;
    }
    return WITHHELD_NOT;
}

/* Sends the heartbeat that is due, or holds it back. A program that was not heard of may be yet:
 * then it looks again a little later, and often enough before the deadline. */
static void beat(const struct step *step)
{
    struct machine *machine = step->machine;
    struct duration pause;

    machine->withheld = withheld_now(step);
    if (machine->withheld == WITHHELD_NOT) {
        send_renew(step);
        return;
    }
    machine->withheld_count++;
    machine->heartbeat_at = INSTANT_NEVER;
    if (machine->withheld == WITHHELD_WATCHDOG && machine->config.heartbeat.ns > 0) {
        pause = duration_scale(instant_until(step->event->now, machine->deadline), 1, 4);
        pause = duration_min(pause, duration_scale(machine->config.watchdog, 1, 8));
        machine->heartbeat_at = instant_add(step->event->now, pace_at_least_1_ms(pause));
    }
}

void hold_tick(const struct step *step)
{
    struct machine *machine = step->machine;
    struct instant now = step->event->now;

    if (!machine->announced) {
        if (!instant_before(now, machine->announce_at)) {
            announce(step);
        }
    } else if (!machine->at_risk && !instant_before(now, hold_risk_at(machine))) {
        machine->at_risk = true;
        step->effects->notice = NOTICE_AT_RISK;
    }
    if (machine->state == STATE_HELD && !instant_before(now, machine->heartbeat_at)) {
        beat(step);
    }
}

/* A heartbeat is wanted now. */
void hold_renew(const struct step *step)
{
    if (step->machine->state == STATE_HELD && step->machine->config.kind == DDBLOCK_FAIL_OPEN) {
        beat(step);
    }
}

/* The program lets go of a lock that it was not told of yet: an acquisition given up. */
void hold_give_back(const struct step *step, ddblock_status status)
{
    struct machine *machine = step->machine;

    assert(!machine->announced);
    machine->giving_back = true;
    machine->announce_at = INSTANT_NEVER;
    machine->result = status;
    machine->release_wanted = true;
    if (machine->under_way == REQUEST_NONE) {
        release_start(step);
    }
}

void hold_lose(const struct step *step, enum loss loss)
{
    struct machine *machine = step->machine;

    machine->loss = loss;
    machine_move(machine, STATE_LOST);
    if (!machine->announced && !machine->giving_back) {
        hold_give_back(step, loss == LOSS_LEASE_ENDED ? DDBLOCK_UNAVAILABLE : DDBLOCK_NOT_ACQUIRED);
        return;
    }
    step->effects->notice = machine->announced ? NOTICE_LOST : NOTICE_NONE;
    if (machine->release_wanted && machine->under_way == REQUEST_NONE) {
        release_start(step);
    }
}

/* Back to holding: nothing is under way. */
static void hold_on(const struct step *step)
{
    machine_move(step->machine, STATE_HELD);
    if (step->machine->release_wanted) {
        release_start(step);
    } else if (step->machine->hand_over_wanted) {
        hold_hand_over(step);
    }
}

/* A heartbeat that failed for another reason than a refusal is sent again until the deadline. */
static void not_renewed(const struct step *step, ddblock_status status)
{
    struct machine *machine = step->machine;
    struct duration left = instant_until(step->event->now, machine->deadline);
    struct duration pause;

    machine->failures++;
    machine->last_failure = status;
    pause = duration_min(backoff(step), duration_scale(left, 1, 4));
    machine->heartbeat_at = instant_add(step->event->now, pace_at_least_1_ms(pause));
    hold_on(step);
}

static void renewed(const struct step *step, const struct guid_sent *written)
{
    struct machine *machine = step->machine;
    struct instant sent = written->sent;
    struct instant deadline = deadline_from(machine, sent);

    guid_set_settle(&machine->mine, written);
    if (!instant_before(machine->deadline, deadline)) {
        /* The renewal was refused by what it renews: no reason to send the next one at once. */
        not_renewed(step, DDBLOCK_UNAVAILABLE);
        return;
    }
    machine->deadline = deadline;
    machine->heartbeat_at = heartbeat_from(step, sent);
    machine->failures = 0;
    machine->last_failure = DDBLOCK_OK;
    if (machine->at_risk && instant_before(step->event->now, hold_risk_at(machine))) {
        machine->at_risk = false;
        step->effects->notice = NOTICE_RENEWED;
    }
    hold_on(step);
}

/* How the lock was lost, by an item that is not ours any more. */
enum loss hold_loss(const struct machine *machine, const struct record *record)
{
    if (record->kind == RECORD_ABSENT) {
        return LOSS_GONE;
    }
    if (record_is_released(record) && record->token == machine->token) {
        return LOSS_BROKEN;
    }
    return LOSS_TAKEN;
}

/* A renewal was refused: is the item still ours? */
static void judge(const struct step *step, const struct record *record)
{
    struct machine *machine = step->machine;
    const struct guid_sent *own = guid_set_find(&machine->mine, &record->guid);

    machine_note(machine, record);
    if (own == NULL || record->kind != RECORD_FAIL_OPEN || record_is_released(record)) {
        hold_lose(step, hold_loss(machine, record));
    } else {
        renewed(step, own); /* our own write, dated from the attempt that carried it */
    }
}

/* Replies to RENEW, and to the READ_LATEST after a refusal without an item. */
void hold_reply(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;

    switch (outcome->kind) {
    case OUTCOME_APPLIED:
        renewed(step, guid_set_newest(&machine->mine));
        break;
    case OUTCOME_REFUSED:
    case OUTCOME_FOUND:
        if (outcome->record.kind == RECORD_UNKNOWN) {
            send_read(step, REQUEST_READ_LATEST, STATE_CHECKING);
        } else {
            judge(step, &outcome->record);
        }
        break;
    case OUTCOME_FAILED:
    case OUTCOME_IN_DOUBT:
        if (outcome->kind == OUTCOME_FAILED && machine->state == STATE_RENEWING) {
            guid_set_drop_newest(&machine->mine);
        } else { /* no reply, or a refusal that could not be explained */
            guid_set_newest(&machine->mine)->in_doubt = true;
        }
        not_renewed(step, outcome->status);
        break;
    }
}
