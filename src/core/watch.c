/* watch.c - while somebody else holds the lock: what was seen, and for how long. */
#include <assert.h>

#include "core/machine_parts.h"

void watch_pause_for(const struct step *step, struct duration duration)
{
    step->machine->resume_at = instant_add(step->event->now, duration);
    machine_move(step->machine, STATE_PAUSING);
}

static void next_attempt(const struct step *step)
{
    struct machine *machine = step->machine;

    if (!machine->patience.by_time && machine->attempts_left == 0) {
        acquire_give_up(step, DDBLOCK_NOT_ACQUIRED);
        return;
    }
    machine->attempts_left--;
    machine->attempt_end = INSTANT_NEVER;
    if (machine->config.kind == DDBLOCK_FAIL_CLOSED) {
        watch_pause_for(step, machine->config.acquire_period);
    } else {
        send_acquire(step);
    }
}

void watch_continue(const struct step *step)
{
    struct machine *machine = step->machine;
    struct instant now = step->event->now;

    assert(machine->watched);
    if (!instant_before(now, machine->take_over_at)) {
        send_take_over(step);
    } else if (!instant_before(now, machine->limit)) {
        acquire_give_up(step, DDBLOCK_NOT_ACQUIRED);
    } else if (!instant_before(now, machine->attempt_end)) {
        next_attempt(step);
    } else if (!instant_before(now, machine->poll_at)) {
        send_read(step, REQUEST_READ, STATE_POLLING);
    }
}

/* Somebody holds it, fail-open. The lease is watched from the receipt of the item: how old it
 * was then is unknown. It runs on while guid and token stay the same. */
static void watch_lease(const struct step *step, bool same)
{
    struct machine *machine = step->machine;
    struct instant now = step->event->now;
    struct duration lease = duration_from_ms(machine_seen(machine)->lease_ms);

    if (!same) {
        machine->take_over_at = instant_add(now, lease);
        if (machine->config.trust_local_time) {
            machine->take_over_at =
                instant_add(now, pace_trusted_wait(machine_seen(machine), step->event->wall_ms));
        }
    }
    if (!machine->patience.by_time && instant_is_never(machine->attempt_end)) {
        machine->attempt_end = instant_add(now, lease);
    }
    machine->watched = true;
    machine->poll_at =
        instant_add(now, pace_jitter(machine->config.poll, 75, 125, step->event->random));
    machine_move(machine, STATE_WATCHING);
    watch_continue(step);
}

/* Nobody holds it: acquired at once, if there is time left. */
static void watch_free(const struct step *step)
{
    step->machine->watched = false;
    if (instant_before(step->event->now, step->machine->limit)) {
        send_acquire(step);
    } else {
        acquire_give_up(step, DDBLOCK_NOT_ACQUIRED);
    }
}

/* Somebody holds it, fail-closed. */
static void watch_closed(const struct step *step)
{
    if (instant_before(step->event->now, step->machine->limit)) {
        next_attempt(step);
    } else {
        acquire_give_up(step, DDBLOCK_NOT_ACQUIRED);
    }
}

static bool is_same_holder(const struct machine *machine, const struct record *record)
{
    return machine->watched && machine_seen(machine)->token == record->token &&
           foreign_guid_equal(&machine_seen(machine)->guid, &record->guid);
}

/* There is no token after the last: the lock can be released, but never acquired again. */
static void watch_used_up(const struct step *step)
{
    struct record used_up = *machine_seen(step->machine);

    used_up.kind = RECORD_BAD;
    used_up.defect = "its fencingToken is the last one that there is";
    machine_note(step->machine, &used_up);
    acquire_give_up(step, DDBLOCK_BAD_ITEM);
}

/* The item was received. */
void watch_item(const struct step *step, const struct record *record)
{
    struct machine *machine = step->machine;
    bool closed = machine->config.kind == DDBLOCK_FAIL_CLOSED;
    bool free = record->kind == RECORD_ABSENT || record_is_released(record);
    bool same = is_same_holder(machine, record);
    const struct guid_sent *own = guid_set_find(&machine->mine, &record->guid);

    if (machine->aside == NULL) {
        acquire_give_up(step, DDBLOCK_NO_MEMORY); /* nothing can be watched */
        return;
    }
    machine_note(machine, record);
    if (record->kind == RECORD_BAD) {
        acquire_give_up(step, DDBLOCK_BAD_ITEM);
    } else if (record->kind != RECORD_ABSENT && (record->kind == RECORD_FAIL_CLOSED) != closed) {
        acquire_give_up(step, DDBLOCK_WRONG_KIND);
    } else if (own != NULL && !free) {
        acquire_written(step, own, record->token); /* a refusal by our own write is a success */
    } else if (record->token >= TOKEN_MAX) {
        watch_used_up(step);
    } else if (free) {
        watch_free(step);
    } else if (closed) {
        watch_closed(step);
    } else {
        watch_lease(step, same);
    }
}
