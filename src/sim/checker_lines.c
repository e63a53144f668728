/* checker_lines.c - acquisitions that stand in line: one at a time, and each in its turn. */
#include "sim/checker_parts.h"

/* Whether those behind it may have to wait for it: until it is told that it does not hold. */
static bool may_be_in_the_way(const struct acquisition *acquisition, int64_t at_ns)
{
    (void)at_ns;
    return !acquisition->lost && !acquisition->answered && !acquisition->handed_over &&
           (acquisition->waiting || acquisition->until_ns >= 0 || acquisition->let_go);
}

/* Whether they have to. It may have held the lock and lost it before it was told of either. */
static bool is_in_the_way(const struct acquisition *acquisition, int64_t at_ns)
{
    bool over = acquisition->overwritten || acquisition->confirmed_ns <= at_ns ||
                (acquisition->waiting && acquisition->settle_ns > 0);

    return may_be_in_the_way(acquisition, at_ns) && !(acquisition->applied && over);
}

/* Whether one of those ahead of it is. */
static bool has_one_ahead(const struct checker *checker, size_t number, int64_t at_ns,
                          bool (*is_so)(const struct acquisition *acquisition, int64_t at_ns))
{
    const struct acquisition *own = &checker->acquisitions[number];

    for (size_t i = checker->oldest; i < number; i++) {
        const struct acquisition *other = &checker->acquisitions[i];

        if (other->lined && other->actor == own->actor && !other->adopted &&
            other->life == checker->lives[own->actor] && is_so(other, at_ns)) {
            return true;
        }
    }
    return false;
}

void check_turn(struct checker *checker, const struct history_event *event)
{
    if (checker_acquisition(checker, event->acquisition)->lined &&
        has_one_ahead(checker, event->acquisition - 1, event->at_ns, is_in_the_way)) {
        checker_broken(checker, event, 5, "it did not wait its turn");
    }
}

void check_lines(struct checker *checker, const struct history_event *event)
{
    for (size_t i = checker->oldest; i < checker->count; i++) {
        const struct acquisition *own = &checker->acquisitions[i];
        int64_t since_ns = checker->told_ns[own->actor];

        if (!own->lined || !own->waiting || own->first_sent_ns >= 0 ||
            checker->asleep[own->actor] ||
            has_one_ahead(checker, i, event->at_ns, may_be_in_the_way)) {
            continue;
        }
        since_ns = since_ns > checker->calm_ns ? since_ns : checker->calm_ns;
        since_ns = since_ns > own->started_ns ? since_ns : own->started_ns;
        if (event->at_ns - since_ns > 2 * checker->round_trip_ns) {
            checker_broken(checker, event, 5, "its turn never came");
        }
    }
}
