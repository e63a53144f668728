/* release.c - giving the lock back: after holding it, after an acquisition that was given up in
 * doubt, and from ghosts. */
#include <assert.h>

#include "base/status.h"
#include "core/machine_parts.h"

/* A release that cannot be sent for this long is given up as in doubt: for a fail-open lock
 * no longer than its lease, since after that nothing is left to release. */
enum { RELEASE_MS_MAX = 30000, COURTESY_MS_MAX = 1000 };

/* Sweeps come at growing intervals, and once more when no ghost can come. */
enum { SWEEP_MS_FIRST = 1000, SWEEP_MS_MAX = 64000, SWEEPS_MAX = 20 };

static bool is_closed(const struct machine *machine)
{
    return machine->config.kind == DDBLOCK_FAIL_CLOSED;
}

static void wait_to_sweep(const struct step *step)
{
    struct machine *machine = step->machine;
    struct instant now = step->event->now;
    int64_t pause_ms = SWEEP_MS_MAX;

    if (machine->sweeps < 6) {
        pause_ms = SWEEP_MS_FIRST << machine->sweeps;
    }
    machine->sweeps++;
    machine->resume_at = instant_add(now, duration_from_ms(pause_ms));
    if (instant_before(now, machine->ghosts_until)) {
        machine->resume_at = instant_min(machine->resume_at, machine->ghosts_until);
    }
    machine_move(machine, STATE_SWEEP_WAIT);
}

/* The end of a release, or of giving back. Without a word from the store a fail-closed lock may
 * be ours for ever: the caller is told, and the sweep goes on trying. */
static void finish(const struct step *step, ddblock_status status)
{
    struct machine *machine = step->machine;
    bool answered = status == DDBLOCK_OK || status == DDBLOCK_LOST;

    step->effects->notice = machine->giving_back ? NOTICE_NOT_ACQUIRED : NOTICE_RELEASED;
    step->effects->status = machine->giving_back ? machine->result : status;
    if (is_closed(machine) && !answered) {
        machine->ghosts_until = instant_add(step->event->now, pace_ghost_life(&machine->config));
    }
    if (is_closed(machine) && instant_before(step->event->now, machine->ghosts_until)) {
        wait_to_sweep(step);
    } else {
        machine_move(machine, STATE_ENDED);
    }
}

/* Releases what is held, or answers for what was lost. */
void release_start(const struct step *step)
{
    struct machine *machine = step->machine;
    struct instant now = step->event->now;

    machine->failures = 0;
    machine->release_until = instant_add(now, duration_from_ms(RELEASE_MS_MAX));
    if (machine->state == STATE_HELD) {
        machine->release_until = instant_min(machine->release_until, machine->deadline);
        send_release(step, STATE_RELEASING);
    } else if (machine->loss == LOSS_LEASE_ENDED) {
        /* The item may still be ours, and who comes next would wait a whole lease for nobody. */
        machine->release_until = instant_add(now, duration_from_ms(COURTESY_MS_MAX));
        send_release(step, STATE_RELEASING);
    } else {
        finish(step, DDBLOCK_LOST);
    }
}

static void release_again(const struct step *step, ddblock_status status)
{
    struct machine *machine = step->machine;

    machine->failures++;
    machine->last_failure = status;
    if (!instant_before(step->event->now, machine->release_until)) {
        finish(step, machine->release_in_doubt ? DDBLOCK_IN_DOUBT : status);
        return;
    }
    machine->resume_at = instant_add(step->event->now, backoff(step));
    machine_move(machine, STATE_RELEASE_WAIT);
}

/* The release was refused. docs/protocol.md, "In doubt", rule 4. */
static void refused(const struct step *step, const struct record *record)
{
    struct machine *machine = step->machine;
    bool in_time = instant_before(step->event->now, machine->deadline);

    machine_note(machine, record);
    if (!machine->release_in_doubt) {
        machine->loss = hold_loss(machine, record);
        finish(step, DDBLOCK_LOST);
    } else if (is_closed(machine)) {
        finish(step, record->kind == RECORD_ABSENT ? DDBLOCK_OK : DDBLOCK_IN_DOUBT);
    } else {
        /* Before the deadline nobody else may write, so it was our release that did. */
        finish(step, in_time ? DDBLOCK_OK : DDBLOCK_IN_DOUBT);
    }
}

/* Replies to the first release of an acquisition given up, or of a lock lost: what they say
 * changes nothing for the caller. */
static void courtesy_reply(const struct step *step)
{
    const struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;
    bool answered = outcome->kind == OUTCOME_APPLIED || outcome->kind == OUTCOME_REFUSED;
    bool again = outcome->kind == OUTCOME_IN_DOUBT || status_is_retryable(outcome->status);

    if (machine->giving_back && !answered && again) {
        release_again(step, outcome->status);
    } else {
        finish(step, answered || !machine->giving_back ? DDBLOCK_LOST : outcome->status);
    }
}

static void release_unanswered(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;

    if (outcome->kind == OUTCOME_IN_DOUBT) {
        machine->release_in_doubt = true;
    }
    if (outcome->kind == OUTCOME_IN_DOUBT || status_is_retryable(outcome->status)) {
        release_again(step, outcome->status);
    } else {
        finish(step, machine->release_in_doubt ? DDBLOCK_IN_DOUBT : outcome->status);
    }
}

/* Replies to RELEASE, and to the READ_LATEST after a refusal without an item. */
void release_reply(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;

    if (machine->giving_back || machine->loss != LOSS_NONE) {
        courtesy_reply(step);
        return;
    }
    if (machine->state == STATE_CONFIRMING && outcome->kind != OUTCOME_FOUND) {
        refused(step, &(struct record){.kind = RECORD_UNKNOWN}); /* a read leaves no doubt behind */
        return;
    }
    switch (outcome->kind) {
    case OUTCOME_APPLIED:
        finish(step, DDBLOCK_OK);
        break;
    case OUTCOME_REFUSED:
    case OUTCOME_FOUND:
        if (outcome->kind == OUTCOME_REFUSED && outcome->record.kind == RECORD_UNKNOWN) {
            send_read(step, REQUEST_READ_LATEST, STATE_CONFIRMING);
        } else {
            refused(step, &outcome->record);
        }
        break;
    case OUTCOME_IN_DOUBT:
    case OUTCOME_FAILED:
        release_unanswered(step);
        break;
    }
}

void release_tick(const struct step *step)
{
    struct machine *machine = step->machine;
    struct instant now = step->event->now;

    if (machine->state == STATE_RELEASE_WAIT && !instant_before(now, machine->release_until)) {
        finish(step, machine->release_in_doubt ? DDBLOCK_IN_DOUBT : machine->last_failure);
    } else if (!instant_before(now, machine->resume_at)) {
        send_release(step, machine->state == STATE_RELEASE_WAIT ? STATE_RELEASING : STATE_SWEEPING);
    }
}

/* A delete of what a ghost may have written was answered, or not. */
void sweep_reply(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;
    bool answered = outcome->kind == OUTCOME_APPLIED || outcome->kind == OUTCOME_REFUSED;
    bool over = !instant_before(step->event->now, machine->ghosts_until);

    if (over && (answered || machine->sweeps >= SWEEPS_MAX)) {
        machine_move(machine, STATE_ENDED);
    } else {
        wait_to_sweep(step);
    }
}
