/* checker_calm.c - promise 5: when nothing fails, who waits gets the lock in time. */
#include "sim/checker_parts.h"

/* The waiter of ours that has waited longest, by a lock that it can get; NULL if there is none. */
static const struct acquisition *first_waiter(const struct checker *checker, int64_t at_ns)
{
    for (size_t i = checker->oldest; i < checker->count; i++) {
        const struct acquisition *acquisition = &checker->acquisitions[i];
        bool fits = !checker->item.present || checker->item.closed == acquisition->closed;
        bool begun = !acquisition->lined || acquisition->first_sent_ns >= 0;
        bool settles = acquisition->settle_ns > 0 && acquisition->confirmed_ns > at_ns;

        if (acquisition->waiting && !acquisition->npm && fits && begun && !settles &&
            !checker->asleep[acquisition->actor]) {
            return acquisition;
        }
    }
    return NULL;
}

/* How long the item may stay as it is while this one waits. */
static int64_t patience_ns(const struct checker *checker, const struct acquisition *waiter)
{
    const struct item *item = &checker->item;
    int64_t wait_ns = waiter->poll_ns;

    if (item->held && item->closed) {
        return NEVER_NS;
    }
    if (item->held) {
        wait_ns += item->lease_ns;
    }
    /* The waiter's clock may run slow. */
    return wait_ns / (1000000 - checker->drift_ppm) * 1000000 + 2 * checker->round_trip_ns;
}

void check_idle(struct checker *checker, const struct history_event *event)
{
    const struct acquisition *waiter;
    int64_t since_ns = checker->item.changed_ns;
    int64_t patience;

    if (!checker->calm || checker->item.spoiled) {
        return;
    }
    check_lines(checker, event);
    waiter = first_waiter(checker, event->at_ns);
    if (waiter == NULL) {
        return;
    }
    since_ns = since_ns > checker->calm_ns ? since_ns : checker->calm_ns;
    since_ns = since_ns > waiter->started_ns ? since_ns : waiter->started_ns;
    if (waiter->lined && since_ns < waiter->first_sent_ns) {
        since_ns = waiter->first_sent_ns; /* its turn */
    }
    patience = patience_ns(checker, waiter);
    if (patience != NEVER_NS && event->at_ns - since_ns > patience) {
        checker_broken(checker, event, 5,
                       "nobody acquired a lock that was free, or its lease over");
    }
}

void check_quiet(struct checker *checker, const struct history_event *event)
{
    const struct item *item = &checker->item;

    for (size_t i = 0; i < checker->count; i++) {
        const struct acquisition *acquisition = &checker->acquisitions[i];
        bool lives = acquisition->life == checker->lives[acquisition->actor];

        if (acquisition->waiting && !acquisition->npm) {
            checker_broken(checker, event, 5, "an acquisition was never answered");
        }
        if (acquisition->let_go && !acquisition->answered && !acquisition->npm && lives) {
            checker_broken(checker, event, 5, "a release was never answered");
        }
    }
    if (item->closed && item->held && item->acquisition != 0) {
        const struct acquisition *acquisition = checker_acquisition(checker, item->acquisition);

        /* Who dies may leave it locked for ever, and so does npm (D8). */
        if (acquisition->life == checker->lives[acquisition->actor] && !acquisition->npm &&
            acquisition->until_ns < 0 && !acquisition->handed_over) {
            checker_broken(checker, event, 5, "a fail-closed lock is left that nobody holds");
        }
    }
}
