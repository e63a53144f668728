/* checker_belief.c - who may believe to hold the lock, and what programs may be told. */
#include "sim/checker_parts.h"

/* Of the clocks of the world. */
enum { ROUNDING_NS = 1000 };

/* Whether a guard has heartbeats withheld, or had when the last one was due. Its lease counts in
 * what the guard allows. */
bool checker_is_withheld(const struct acquisition *acquisition, int64_t at_ns)
{
    int64_t told_ns = acquisition->acquired_ns;
    int64_t heard_ns = acquisition->heard_ns > told_ns ? acquisition->heard_ns : told_ns;
    int64_t lease_ns =
        acquisition->closed ? 0 : acquisition->lease_ns / 8 * 9; /* by a slow clock */

    return (acquisition->max_hold_ns > 0 &&
            at_ns - told_ns + lease_ns > acquisition->max_hold_ns) ||
           (acquisition->watchdog_ns > 0 && at_ns - heard_ns + lease_ns > acquisition->watchdog_ns);
}

/* A program that stalls, or holds for too long, loses the lock a lease later. */
static void check_guards(struct checker *checker, const struct history_event *event)
{
    const struct acquisition *own = checker_acquisition(checker, event->acquisition);
    int64_t heard_ns = own->heard_ns > own->acquired_ns ? own->heard_ns : own->acquired_ns;

    if ((own->max_hold_ns > 0 && event->until_ns - own->acquired_ns > own->max_hold_ns) ||
        (own->watchdog_ns > 0 && event->until_ns - heard_ns > own->watchdog_ns)) {
        checker_broken(checker, event, 4, "a lock is believed in for longer than its guards allow");
    }
}

/* Promise 2: at no moment do two believe. */
void check_belief(struct checker *checker, const struct history_event *event)
{
    struct acquisition *own = checker_acquisition(checker, event->acquisition);

    if (event->until_ns <= event->at_ns) {
        own->until_ns = -1;
        return;
    }
    /* The npm package keeps no deadline, and is right again when a renewal is carried out. */
    if (!own->npm &&
        (own->lost || own->let_go || (own->until_ns >= 0 && own->until_ns <= event->at_ns))) {
        checker_broken(checker, event, 4,
                       "a lock that was lost or given back is believed in again");
    }
    if (own->handed_over) {
        checker_broken(checker, event, 4, "a lock that was handed over is believed in here too");
    }
    check_guards(checker, event);
    own->until_ns = event->until_ns;
    if (!own->applied) {
        checker_broken(checker, event, 2, "a lock is believed in that was never acquired");
    }
    for (size_t i = checker->oldest; i < checker->count && !own->robbed; i++) {
        const struct acquisition *other = &checker->acquisitions[i];

        if (other != own && other->until_ns > event->at_ns && !other->robbed) {
            checker_broken(checker, event, 2, "two believe to hold the lock");
        }
    }
}

/* True if one of its writes was given that token. */
static bool was_given(const struct checker *checker, uint32_t acquisition, uint64_t token)
{
    for (size_t i = checker->sent_count; i > 0; i--) {
        const struct sent *sent = &checker->sent[i - 1];

        if (sent->acquisition == acquisition &&
            (sent->first_token == token || sent->last_token == token)) {
            return true;
        }
    }
    return false;
}

static void check_acquired(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);

    acquisition->waiting = false;
    acquisition->acquired_ns = event->at_ns;
    if (!acquisition->applied) {
        checker_broken(checker, event, 2, "told acquired, and no write of its was carried out");
    } else if (acquisition->over_at_ns <= event->at_ns && !acquisition->npm) {
        checker_broken(checker, event, 4, "told acquired, and by no answer has it the lock");
    } else if (!acquisition->closed && !was_given(checker, event->acquisition, event->token)) {
        checker_broken(checker, event, 1, "told a fencing token that is not that of its item");
    } else if (acquisition->took_over_ns >= 0 && !acquisition->adopted &&
               event->at_ns - acquisition->took_over_ns < acquisition->settle_ns - 1000) {
        checker_broken(checker, event, 4, "told acquired before the lock has settled");
    }
}

/* After a fault the next renewal is sent when at most a quarter of what is left has passed, and
 * answered in a moment. */
static int64_t recovery_ns(const struct acquisition *acquisition)
{
    int64_t third_ns = acquisition->lease_ns / 3;

    return third_ns > 100000000 ? third_ns : 100000000;
}

/* Until when it was hindered, or did not yet know that it has the lock. */
static int64_t hindered_ns(const struct checker *checker, const struct acquisition *acquisition)
{
    int64_t disturbed_ns = checker->disturbed_until_ns[acquisition->actor];

    if (disturbed_ns < acquisition->stalled_ns) {
        disturbed_ns = acquisition->stalled_ns;
    }
    return disturbed_ns > acquisition->acquired_ns ? disturbed_ns : acquisition->acquired_ns;
}

/* Promise 3. Loss is just if the item went to somebody else, or if the lease ran out and no
 * renewal can be blamed: none that got through reaches up to now, and something hindered the
 * process when it could have been renewed at last. */
static void check_lost(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);
    bool ended = event->loss == LOSS_LEASE_ENDED;

    acquisition->lost = true;
    if (!ended && !acquisition->overwritten && !acquisition->robbed) {
        checker_broken(checker, event, 3, "told lost, and nobody took it");
    }
    if (ended && acquisition->confirmed_ns > event->at_ns && !acquisition->overwritten) {
        checker_broken(checker, event, 3, "told lost within a lease that was renewed");
    }
    if (ended && acquisition->heartbeats && !acquisition->overwritten &&
        !checker_is_withheld(acquisition, event->at_ns) &&
        event->at_ns - hindered_ns(checker, acquisition) > recovery_ns(acquisition)) {
        checker_broken(checker, event, 3, "told lost, and nothing hindered its renewals");
    }
}

/* Promise 4. */
static void check_released(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);
    /* After a doubt, a refusal before the deadline is taken for the work of the own release: nobody
     * else may write until then, but those who rob. */
    bool guessed = acquisition->robbed && acquisition->releases > 1;
    /* A release that comes twice may be refused the second time. */
    bool refused = acquisition->doubled && acquisition->released;

    acquisition->answered = true;
    if (acquisition->npm) {
        return; /* it says released whatever was the case (D7) */
    }
    if (event->status == DDBLOCK_OK && !acquisition->released && !guessed) {
        checker_broken(checker, event, 4, "told released, and no release was carried out");
    }
    if (event->status == DDBLOCK_LOST && !acquisition->lost && !acquisition->displaced &&
        !acquisition->robbed && !refused) {
        checker_broken(checker, event, 4, "told lost at the release, and nobody took it");
    }
}

/* For so long a give-back looks for a connection, ten seconds, by a clock that is 10 % fast. */
#define GIVE_BACK_NS_MIN (INT64_C(9) * 1000 * 1000 * 1000)

/* An acquisition that is given up leaves nothing behind, but what its releases could not reach
 * or what landed after them. docs/protocol.md, "In doubt", rules 3 and 5. */
static void check_given_up(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);
    const struct item *item = &checker->item;
    /* What was lost while it settled is given back as a courtesy, once; its lease is over. */
    bool courtesy = acquisition->settle_ns > 0 && acquisition->confirmed_ns >= 0 &&
                    acquisition->confirmed_ns <= event->at_ns;
    /* It was held while it settled, and released or lost. A ghost that lands then is an orphan. */
    bool orphan =
        acquisition->confirmed_ns >= 0 && (acquisition->released || acquisition->displaced);

    acquisition->waiting = false;
    acquisition->answered = true;
    if (item->acquisition != event->acquisition || !item->held || acquisition->npm || courtesy ||
        orphan || acquisition->adopted || /* too late: its lease was over */
        acquisition->doubled) { /* the copy of a request that was refused is nobody's doubt */
        return;
    }
    if (acquisition->releases == 0 &&
        !(acquisition->let_go && event->at_ns - acquisition->let_go_ns >= GIVE_BACK_NS_MIN)) {
        checker_broken(checker, event, 4, "told not acquired, and the item was not given back");
    } else if (acquisition->release_at_ns > item->changed_ns) {
        checker_broken(checker, event, 4, "told not acquired, and its release let the item be");
    }
}

void check_notice(struct checker *checker, const struct history_event *event)
{
    switch (event->notice) {
    case NOTICE_ACQUIRED:
        check_acquired(checker, event);
        break;
    case NOTICE_NOT_ACQUIRED:
        check_given_up(checker, event);
        break;
    case NOTICE_LOST:
        check_lost(checker, event);
        break;
    case NOTICE_RELEASED:
        check_released(checker, event);
        break;
    case NOTICE_HANDED_OVER:
        checker_acquisition(checker, event->acquisition)->handed_over = true;
        checker_acquisition(checker, event->acquisition)->until_ns = -1;
        break;
    case NOTICE_NONE:
    case NOTICE_AT_RISK:
    case NOTICE_RENEWED:
        break;
    }
}
