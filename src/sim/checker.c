/* checker.c - takes a history in, event by event. */
#include "sim/checker.h"

#include "sim/checker_parts.h"
#include "sim/memory.h"

void checker_init(struct checker *checker)
{
    *checker = (struct checker){0};
    for (int i = 0; i < ACTORS_MAX; i++) {
        checker->disturbed_until_ns[i] = -1;
    }
}

void checker_finish(struct checker *checker)
{
    free(checker->acquisitions);
    free(checker->sent);
    *checker = (struct checker){0};
}

void checker_broken(struct checker *checker, const struct history_event *event, int promise,
                    const char *what)
{
    if (checker->violation.promise == 0) {
        checker->violation = (struct violation){promise, event->at_ns, event->acquisition, what};
    }
}

struct acquisition *checker_acquisition(struct checker *checker, uint32_t number)
{
    assert(number > 0 && number <= checker->count);
    return &checker->acquisitions[number - 1];
}

static void begin(struct checker *checker, const struct history_event *event)
{
    assert(event->acquisition == checker->count + 1);
    checker->acquisitions = memory_room(checker->acquisitions, checker->count, &checker->capacity,
                                        sizeof(struct acquisition));
    checker->acquisitions[checker->count++] = (struct acquisition){
        .actor = event->actor,
        .closed = event->closed,
        .npm = event->npm,
        .heartbeats = event->heartbeats,
        .poll_ns = event->poll_ns,
        .lined = event->lined,
        .settle_ns = event->settle_ns,
        .max_hold_ns = event->max_hold_ns,
        .watchdog_ns = event->watchdog_ns,
        .heard_ns = -1,
        .stalled_ns = -1,
        .first_sent_ns = -1,
        .took_over_ns = -1,
        .started_ns = event->at_ns,
        .life = checker->lives[event->actor],
        .waiting = true,
        .until_ns = -1,
        .confirmed_ns = -1,
        .over_at_ns = -1,
        .release_at_ns = -1,
    };
}

static void disturb(struct checker *checker, uint32_t actor, int64_t until_ns)
{
    assert(actor < ACTORS_MAX);
    if (checker->disturbed_until_ns[actor] < until_ns) {
        checker->disturbed_until_ns[actor] = until_ns;
    }
}

static void suffer(struct checker *checker, const struct history_event *event)
{
    disturb(checker, event->actor, event->until_ns);
    if (event->fault == FAULT_DOUBLED && event->acquisition != 0) {
        checker_acquisition(checker, event->acquisition)->doubled = true;
    }
}

static void die(struct checker *checker, const struct history_event *event)
{
    checker->lives[event->actor]++;
    for (size_t i = checker->oldest; i < checker->count; i++) {
        struct acquisition *acquisition = &checker->acquisitions[i];

        if (acquisition->actor == event->actor) {
            acquisition->waiting = false;
            acquisition->until_ns = -1;
        }
    }
}

struct sent *checker_sent(struct checker *checker, uint64_t guid)
{
    for (size_t i = checker->sent_count; i > 0 && guid != 0; i--) {
        if (checker->sent[i - 1].guid == guid) {
            return &checker->sent[i - 1];
        }
    }
    return NULL;
}

static void send(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);

    if (acquisition->first_sent_ns < 0) {
        acquisition->first_sent_ns = event->at_ns;
        check_turn(checker, event);
    }
    if (event->write == WRITE_RELEASE) {
        acquisition->releases++;
    } else if (acquisition->waiting && acquisition->knows && !acquisition->npm &&
               acquisition->settle_ns == 0) { /* else it may hold and not have been told */
        checker_broken(checker, event, 5, "it was answered that it has the lock, and asks on");
    }
    if (event->guid != 0 && checker_sent(checker, event->guid) == NULL) {
        checker->sent = memory_room(checker->sent, checker->sent_count, &checker->sent_capacity,
                                    sizeof(struct sent));
        checker->sent[checker->sent_count++] = (struct sent){
            .guid = event->guid,
            .acquisition = event->acquisition,
            .good_until_ns = event->good_until_ns,
            .over_at_ns = event->over_at_ns,
        };
    }
}

/* What an answer shows of its own writes, its process knows from then on. */
static void learn(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);
    const struct sent *sent = checker_sent(checker, event->guid);

    if (sent != NULL && sent->acquisition == event->acquisition) {
        /* The copy of a request that was refused is nobody's doubt. */
        acquisition->knows = sent->good_until_ns > event->at_ns && !acquisition->doubled;
        if (acquisition->confirmed_ns < sent->good_until_ns) {
            acquisition->confirmed_ns = sent->good_until_ns;
            acquisition->over_at_ns = sent->over_at_ns;
        }
    }
}

static void refuse(struct checker *checker, const struct history_event *event)
{
    if (event->write == WRITE_RELEASE) {
        checker_acquisition(checker, event->acquisition)->release_at_ns = event->at_ns;
    }
}

/* The program says that it is alive: late, if its watchdog has barked. */
static void hear(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);

    if (checker_is_withheld(acquisition, event->at_ns)) {
        acquisition->stalled_ns = event->at_ns;
    }
    acquisition->heard_ns = event->at_ns;
}

/* Another handle goes on with what was handed over, maybe in the next life of the process. */
static void adopt(struct checker *checker, const struct history_event *event)
{
    struct acquisition *acquisition = checker_acquisition(checker, event->acquisition);

    if (!acquisition->handed_over) {
        checker_broken(checker, event, 4, "a lock is adopted that was not handed over");
    }
    acquisition->handed_over = false;
    acquisition->adopted = true;
    acquisition->life = checker->lives[event->actor];
    if (checker->oldest > event->acquisition - 1) {
        checker->oldest = event->acquisition - 1;
    }
}

static void pass_over(struct checker *checker)
{
    while (checker->oldest < checker->count && !checker->acquisitions[checker->oldest].waiting &&
           checker->acquisitions[checker->oldest].until_ns < 0 &&
           checker->item.acquisition != checker->oldest + 1) {
        checker->oldest++;
    }
}

bool checker_feed(struct checker *checker, const struct history_event *event)
{
    check_idle(checker, event);
    switch (event->kind) {
    case HISTORY_ACQUIRE:
        begin(checker, event);
        break;
    case HISTORY_SENT:
        send(checker, event);
        break;
    case HISTORY_WRITE:
        check_write(checker, event);
        break;
    case HISTORY_REFUSAL:
        refuse(checker, event);
        break;
    case HISTORY_ANSWER:
        learn(checker, event);
        break;
    case HISTORY_NOTICE:
        checker->told_ns[event->actor] = event->at_ns;
        check_notice(checker, event);
        if (event->notice != NOTICE_ACQUIRED) { /* what it believes is told next */
            pass_over(checker);
        }
        break;
    case HISTORY_TOUCH:
        hear(checker, event);
        break;
    case HISTORY_ADOPT:
        adopt(checker, event);
        break;
    case HISTORY_BELIEF:
        checker->told_ns[event->actor] = event->at_ns;
        check_belief(checker, event);
        break;
    case HISTORY_FAULT:
        suffer(checker, event);
        break;
    case HISTORY_ASLEEP:
    case HISTORY_AWAKE:
        disturb(checker, event->actor, event->at_ns);
        checker->asleep[event->actor] = event->kind == HISTORY_ASLEEP;
        break;
    case HISTORY_DEATH:
        die(checker, event);
        break;
    case HISTORY_CALM:
        checker->calm = true;
        checker->calm_ns = event->at_ns;
        checker->round_trip_ns = event->round_trip_ns;
        checker->drift_ppm = event->drift_ppm;
        break;
    case HISTORY_QUIET:
        check_quiet(checker, event);
        break;
    case HISTORY_RELEASE:
        checker_acquisition(checker, event->acquisition)->let_go = true;
        checker_acquisition(checker, event->acquisition)->let_go_ns = event->at_ns;
        break;
    case HISTORY_CANCEL:
    case HISTORY_CHECK:
    case HISTORY_KINDS:
        break;
    }
    return checker->violation.promise == 0;
}
