/* acquire.c - from the first request to the lock, or to giving it up. */
#include <assert.h>

#include "base/status.h"
#include "core/machine_parts.h"

/* How often a reply may come when the lease that it gave is over. */
enum { LATE_MAX = 4 };

/* How long an acquisition in doubt is given back before its caller is told: longer than one
 * lost request, short enough for a program that wants to exit. */
enum { GIVE_BACK_MS_MAX = 10000 };

/* When the patience of an acquisition that has to wait its turn ends: by count, after the time that
 * its attempts would have taken, a lease each or, fail-closed, a period between two. */
static struct instant queue_limit(const struct step *step)
{
    const struct machine *machine = step->machine;
    struct duration each = duration_from_ms(machine->config.lease_ms);
    uint32_t count = (uint32_t)machine->patience.retry_count + 1;

    if (machine->patience.by_time) {
        return machine->limit;
    }
    if (machine->config.kind == DDBLOCK_FAIL_CLOSED) {
        each = machine->config.acquire_period;
        count--;
    }
    return instant_add(step->event->now, duration_scale(each, count, 1));
}

/* The acquisition begins: at once, or behind another one. */
static void begin(const struct step *step)
{
    struct machine *machine = step->machine;

    machine->began = step->event->now;
    if (machine->patience.by_time) {
        machine->limit = instant_add(step->event->now, machine->patience.limit);
    }
    machine->attempts_left = machine->patience.retry_count;
}

void acquire_queue(const struct step *step)
{
    begin(step);
    step->machine->resume_at = queue_limit(step);
    machine_move(step->machine, STATE_QUEUED);
}

void acquire_start(const struct step *step)
{
    assert(step->machine->state == STATE_IDLE || step->machine->state == STATE_QUEUED);
    if (step->machine->state == STATE_IDLE) {
        begin(step);
    }
    machine_note(step->machine, &(struct record){0}); /* in line it was who stood ahead */
    send_acquire(step);
}

static bool limit_reached(const struct step *step)
{
    return !instant_before(step->event->now, step->machine->limit);
}

/* After a pause: what should be tried now? */
void acquire_proceed(const struct step *step)
{
    struct machine *machine = step->machine;

    if (machine->watched && !instant_before(step->event->now, machine->take_over_at)) {
        send_take_over(step);
    } else if (limit_reached(step)) {
        bool unanswered = machine->failures > 0 && machine_seen(machine)->kind == RECORD_UNKNOWN;

        acquire_give_up(step, unanswered ? machine->last_failure : DDBLOCK_NOT_ACQUIRED);
    } else if (machine->watched) {
        send_read(step, REQUEST_READ, STATE_POLLING);
    } else {
        send_acquire(step);
    }
}

void acquire_failed(const struct step *step, ddblock_status status)
{
    struct machine *machine = step->machine;
    bool patient = machine->patience.by_time && machine->contacted; /* rides out outages */

    machine->failures++;
    machine->last_failure = status;
    if (!patient && !pace_may_retry(machine->failures, machine->config.tries, step->event)) {
        acquire_give_up(step, status);
    } else if (limit_reached(step)) {
        acquire_give_up(step, machine_seen(machine)->kind == RECORD_UNKNOWN ? status
                                                                            : DDBLOCK_NOT_ACQUIRED);
    } else {
        watch_pause_for(step, backoff(step));
    }
}

/* The item is ours, by the write of this entry. If the reply came when that lease was over, it
 * is taken over from ourselves, as from anyone: the lease of nobody is running. */
void acquire_written(const struct step *step, const struct guid_sent *written, uint64_t token)
{
    struct machine *machine = step->machine;

    if (hold_begin(step, written, token)) {
        return;
    }
    machine_note(machine, &(struct record){
                              .kind = RECORD_FAIL_OPEN,
                              .guid = foreign_guid_from(&written->guid),
                              .token = token,
                              .lease_ms = machine->config.lease_ms,
                          });
    machine->watched = true;
    machine->take_over_at = step->event->now;
    guid_set_confirm(&machine->mine, written);
    machine->late++;
    if (machine->aside == NULL) {
        acquire_give_up(step, DDBLOCK_NO_MEMORY); /* to tell what is taken over */
    } else if (machine->late >= LATE_MAX || limit_reached(step)) {
        acquire_give_up(step, DDBLOCK_UNAVAILABLE);
    } else {
        send_take_over(step);
    }
}

/* The write was carried out. */
static void acquire_applied(const struct step *step)
{
    struct machine *machine = step->machine;
    bool closed = machine->config.kind == DDBLOCK_FAIL_CLOSED;

    if (!closed && step->event->outcome->token == 0) {
        acquire_give_up(step, DDBLOCK_BAD_ITEM); /* ours, but its token orders nothing */
        return;
    }
    acquire_written(step, guid_set_newest(&machine->mine), step->event->outcome->token);
}

/* What the reply tells of the guid that was sent last. */
static void note_guid(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;
    bool told = outcome->kind == OUTCOME_REFUSED || outcome->kind == OUTCOME_FOUND;

    if (machine->state == STATE_POLLING || outcome->kind == OUTCOME_APPLIED) {
        return;
    }
    if (told && outcome->record.kind == RECORD_UNKNOWN) {
        return; /* it is read back first */
    }
    if (told || (outcome->kind == OUTCOME_FAILED && machine->state == STATE_ACQUIRING)) {
        if (!foreign_guid_is(&outcome->record.guid, &guid_set_newest(&machine->mine)->guid)) {
            guid_set_drop_newest(&machine->mine);
        }
        return;
    }
    guid_set_newest(&machine->mine)->in_doubt = true;
    machine->ghosts_until = instant_add(step->event->now, pace_ghost_life(&machine->config));
}

static void acquire_unanswered(const struct step *step)
{
    const struct outcome *outcome = step->event->outcome;

    if (outcome->kind == OUTCOME_IN_DOUBT || status_is_retryable(outcome->status)) {
        acquire_failed(step, outcome->status);
    } else {
        acquire_give_up(step, outcome->status);
    }
}

void acquire_reply(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct outcome *outcome = step->event->outcome;

    note_guid(step);
    if (machine->cancelled) {
        acquire_give_up(step, DDBLOCK_CANCELLED);
        return;
    }
    if (outcome->kind == OUTCOME_IN_DOUBT || outcome->kind == OUTCOME_FAILED) {
        acquire_unanswered(step);
        return;
    }
    machine->contacted = true;
    machine->failures = 0;
    if (outcome->kind == OUTCOME_REFUSED && step->answered == REQUEST_TAKE_OVER) {
        machine->watched = false; /* what was observed stands no more: observe anew */
    }
    if (outcome->kind == OUTCOME_APPLIED) {
        acquire_applied(step);
    } else if (outcome->record.kind == RECORD_UNKNOWN) {
        send_read(step, REQUEST_READ_LATEST, STATE_READING_BACK);
    } else {
        watch_item(step, &outcome->record);
    }
}

void acquire_give_up(const struct step *step, ddblock_status status)
{
    struct machine *machine = step->machine;

    machine->result = status;
    if (machine->mine.count == 0) {
        step->effects->notice = NOTICE_NOT_ACQUIRED;
        step->effects->status = status;
        machine_move(machine, STATE_ENDED);
        return;
    }
    machine->giving_back = true;
    machine->failures = 0;
    machine->release_until = instant_add(step->event->now, duration_from_ms(GIVE_BACK_MS_MAX));
    send_release(step, STATE_RELEASING);
}
