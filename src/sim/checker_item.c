/* checker_item.c - what the writes that the table carried out must be like. */
#include "sim/checker_parts.h"

/* The item is no longer that of the acquisition whose it was. */
static void displace(struct checker *checker, bool robbed)
{
    if (checker->item.acquisition != 0) {
        struct acquisition *victim = checker_acquisition(checker, checker->item.acquisition);

        victim->overwritten = true;
        victim->displaced = true;
        victim->robbed = victim->robbed || robbed;
    }
}

static void check_acquired(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);
    struct item *item = &checker->item;
    struct sent *sent = checker_sent(checker, event->guid);

    if (!acquisition->closed && event->token <= checker->token_max) {
        checker_broken(checker, event, 1, "a fencing token does not exceed those before it");
    }
    if (acquisition->closed && item->present) {
        checker_broken(checker, event, 2, "a fail-closed lock was acquired over an item");
    }
    if (event->write == WRITE_ACQUIRE) {
        acquisition->took_over_ns = -1;
    } else if (item->acquisition != event->acquisition) {
        acquisition->took_over_ns = event->at_ns;
    }
    if (item->acquisition != event->acquisition) {
        displace(checker, event->by_wall_clocks);
    }
    checker->token_max = event->token;
    if (sent != NULL) {
        sent->first_token = sent->first_token != 0 ? sent->first_token : event->token;
        sent->last_token = event->token;
    }
    /* Its package tries again with the same guid. After a deletion the same token may go with it,
     * and who has watched the two before will not see that they went and came again. */
    acquisition->robbed = acquisition->robbed ||
                          (acquisition->npm && acquisition->applied && acquisition->overwritten);
    acquisition->applied = true;
    acquisition->overwritten = false;
    acquisition->lease_ns = event->lease_ns;
    item->acquisition = event->acquisition;
    item->closed = acquisition->closed;
}

static void check_renewed(struct checker *checker, const struct history_event *event)
{
    const struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);
    const struct item *item = &checker->item;

    if (item->acquisition != event->acquisition) {
        checker_broken(checker, event, 2, "a renewal was carried out on another's item");
    }
    /* Its package writes its own token with each heartbeat, with one guid for all its tries: after
     * a deletion that may be more than stands there, or less than its own ghost has put there. */
    if (event->token != item->token &&
        !(acquisition->npm && (event->token > checker->token_max || acquisition->robbed))) {
        checker_broken(checker, event, 1, "a renewal changed the fencing token");
    }
    /* The npm package's late heartbeat does that (D6), and nobody is harmed but by a wait.
     */
    if (!item->held && event->lease_ns > 0 && !acquisition->npm) {
        checker_broken(checker, event, 4, "a renewal brought a released lock back to life");
    }
    checker->token_max = event->token;
}

static void check_released(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);

    if (checker->item.acquisition != event->acquisition) {
        checker_broken(checker, event, 4, "a release was carried out on another's item");
    }
    if (event->lease_ns > 0) {
        checker_broken(checker, event, 4, "a release left the item held");
    }
    acquisition->released = true;
    acquisition->release_at_ns = event->at_ns;
    /* Its package writes its own token with its release, less than the copy of its take-over did.
     */
    if (acquisition->npm && event->token < checker->token_max) {
        checker->token_max = event->token;
    }
    if (acquisition->closed) {
        checker->item.acquisition = 0;
    }
}

static void check_intervention(struct checker *checker, const struct history_event *event)
{
    displace(checker, true);
    checker->item.acquisition = 0;
    checker->item.spoiled = event->write == WRITE_SPOIL;
    if (event->write != WRITE_BREAK) {
        checker->token_max = 0;
    }
}

void check_write(struct checker *checker, const struct history_event *event)
{
    struct item *item = &checker->item;

    switch (event->write) {
    case WRITE_ACQUIRE:
    case WRITE_TAKE_OVER:
        check_acquired(checker, event);
        break;
    case WRITE_RENEW:
        check_renewed(checker, event);
        break;
    case WRITE_RELEASE:
        check_released(checker, event);
        break;
    case WRITE_BREAK:
    case WRITE_DELETE:
    case WRITE_SPOIL:
        check_intervention(checker, event);
        break;
    case WRITE_NONE:
    case WRITE_KINDS:
        assert(!"a read writes nothing");
    }
    item->present = event->guid != 0 || event->write == WRITE_SPOIL;
    item->token = event->token;
    item->lease_ns = event->lease_ns;
    item->held = event->lease_ns > 0;
    item->changed_ns = event->at_ns;
}
