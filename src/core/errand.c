/* errand.c - reading a lock or a page of a list, or breaking a lock. */
#include "core/errand.h"

#include <assert.h>

#include "base/status.h"
#include "core/machine_parts.h"

/* A try is answered within five seconds or not at all. */
enum { REPLY_MS_MAX = 5000 };

static void ask(struct errand *errand, const struct event *event, struct effects *effects,
                enum request_kind kind)
{
    struct request *request = &effects->request;

    if (!errand->guid_chosen) {
        errand->guid = *event->fresh;
        errand->guid_chosen = true;
        effects->fresh_used = true;
    }
    request->kind = kind;
    request->fresh = errand->guid;
    request->observed = errand->observed;
    request->observed_token = errand->observed_token;
    request->wall_ms = event->wall_ms;
    request->give_up_at = instant_add(event->now, duration_from_ms(REPLY_MS_MAX));
    errand->under_way = kind;
}

static void end(struct errand *errand, ddblock_status status)
{
    errand->ended = true;
    errand->status = status;
}

/* What stands there now, after a break was refused. */
static void judge(struct errand *errand, const struct record *record)
{
    bool ours = foreign_guid_is(&record->guid, &errand->guid);
    bool gone = errand->kind == REQUEST_BREAK_CLOSED && record->kind == RECORD_ABSENT;
    /* A lock that was broken is held again only with another token. */
    bool renewed = record->kind == RECORD_FAIL_OPEN && !record_is_released(record) &&
                   record->token == errand->observed_token;

    errand->record = *record;
    if (errand->kind == REQUEST_READ_LATEST || ours || (gone && errand->in_doubt)) {
        end(errand, DDBLOCK_OK);
    } else if (errand->in_doubt && !renewed) {
        end(errand, DDBLOCK_IN_DOUBT); /* it may be ours that the next holder came after */
    } else {
        end(errand, DDBLOCK_NOT_ACQUIRED);
    }
}

static void failed(struct errand *errand, const struct event *event, enum request_kind kind)
{
    ddblock_status status = event->outcome->status;

    if (request_is_write(kind) && event->outcome->kind == OUTCOME_IN_DOUBT) {
        errand->in_doubt = true;
    }
    errand->failures++;
    if (!pace_may_retry(errand->failures, errand->tries, event) ||
        (event->outcome->kind == OUTCOME_FAILED && !status_is_retryable(status))) {
        end(errand, errand->in_doubt ? DDBLOCK_IN_DOUBT : status);
    } else {
        errand->resume_at = instant_add(event->now, pace_retry(errand->failures, status, event));
    }
}

static void reply(struct errand *errand, const struct event *event, struct effects *effects)
{
    const struct outcome *outcome = event->outcome;
    bool told = outcome->kind == OUTCOME_FOUND || outcome->kind == OUTCOME_REFUSED;
    enum request_kind answered = errand->under_way;

    errand->under_way = REQUEST_NONE;
    if (outcome->kind == OUTCOME_APPLIED ||
        (outcome->kind == OUTCOME_FOUND && answered == REQUEST_LIST)) {
        end(errand, DDBLOCK_OK);
    } else if (told && outcome->record.kind == RECORD_UNKNOWN) {
        ask(errand, event, effects, REQUEST_READ_LATEST);
    } else if (told) {
        judge(errand, &outcome->record);
    } else {
        failed(errand, event, answered);
    }
}

struct effects errand_step(struct errand *errand, const struct event *event)
{
    struct effects effects = {.wake_at = INSTANT_NEVER};

    assert(!errand->ended);
    if (event->kind == EVENT_REPLY) {
        assert(errand->under_way != REQUEST_NONE);
        reply(errand, event, &effects);
    } else if (errand->under_way == REQUEST_NONE &&
               !instant_before(event->now, errand->resume_at)) {
        ask(errand, event, &effects, errand->kind);
    }
    if (!errand->ended && errand->under_way == REQUEST_NONE) {
        effects.wake_at = errand->resume_at;
    }
    effects.ended = errand->ended;
    return effects;
}
