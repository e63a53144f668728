/* The checker on histories made by hand: good ones pass, and every broken promise is found. */
#include "support/testing.h"

#include "sim/checker.h"

#define MS INT64_C(1000000)

enum { LEASE = 1000, POLL = 100, ROUND_TRIP = 10 };

/* Events of a history. Times are in milliseconds; acquisitions are numbered as they begin, and
 * each has its process, one less. */
#define ASKS(at, n)                                                                                \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_ACQUIRE, .acquisition = (n), .actor = (n)-1,             \
        .heartbeats = true, .poll_ns = POLL * MS                                                   \
    }
#define ASKS_CLOSED(at, n)                                                                         \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_ACQUIRE, .acquisition = (n), .actor = (n)-1,             \
        .closed = true, .poll_ns = POLL * MS                                                       \
    }
#define SENDS(at, n, what, name)                                                                   \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_SENT, .acquisition = (n), .actor = (n)-1,                \
        .write = (what), .guid = (name), .good_until_ns = ((at) + LEASE - 1) * MS,                 \
        .over_at_ns = ((at) + LEASE) * MS                                                          \
    }
#define SENDS_CLOSED(at, n, what, name)                                                            \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_SENT, .acquisition = (n), .actor = (n)-1,                \
        .write = (what), .guid = (name), .good_until_ns = NEVER_NS, .over_at_ns = NEVER_NS         \
    }
#define WRITES(at, n, what, name, number, lease)                                                   \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_WRITE, .acquisition = (n), .actor = (n)-1,               \
        .write = (what), .guid = (name), .token = (number), .lease_ns = (lease)                    \
    }
#define HELD     (LEASE * MS)
#define RELEASED 0
#define REFUSES(at, n, what)                                                                       \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_REFUSAL, .acquisition = (n), .actor = (n)-1,             \
        .write = (what)                                                                            \
    }
#define LEARNS(at, n, name)                                                                        \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_ANSWER, .acquisition = (n), .actor = (n)-1,              \
        .guid = (name)                                                                             \
    }
#define BELIEVES(at, n, until)                                                                     \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_BELIEF, .acquisition = (n), .actor = (n)-1,              \
        .until_ns = (until)*MS                                                                     \
    }
#define IS_TOLD(at, n, ...)                                                                        \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_NOTICE, .acquisition = (n), .actor = (n)-1, __VA_ARGS__  \
    }
#define ACQUIRED(number)  .notice = NOTICE_ACQUIRED, .token = (number)
#define NOT_ACQUIRED      .notice = NOTICE_NOT_ACQUIRED, .status = DDBLOCK_CANCELLED
#define LOST(how)         .notice = NOTICE_LOST, .loss = (how)
#define ANSWERED(outcome) .notice = NOTICE_RELEASED, .status = (outcome)
#define LETS_GO(at, n)                                                                             \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_RELEASE, .acquisition = (n), .actor = (n)-1              \
    }
#define SUFFERS(at, n, what, until)                                                                \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_FAULT, .acquisition = (n), .actor = (n)-1,               \
        .fault = (what), .until_ns = (until)*MS                                                    \
    }
#define DIES(at, n)                                                                                \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_DEATH, .actor = (n)-1                                    \
    }
#define PERSON(at, what, name, number)                                                             \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_WRITE, .actor = UINT32_MAX, .write = (what),             \
        .guid = (name), .token = (number)                                                          \
    }
#define CALM(at)                                                                                   \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_CALM, .round_trip_ns = ROUND_TRIP * MS                   \
    }
#define TIME(at)                                                                                   \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_CHECK                                                    \
    }
#define QUIET(at)                                                                                  \
    {                                                                                              \
        .at_ns = (at)*MS, .kind = HISTORY_QUIET                                                    \
    }

/* Acquires a lock from nobody, from at to at + 2. */
#define ACQUIRES(at, n, name, number)                                                              \
    ASKS(at, n), SENDS(at, n, WRITE_ACQUIRE, name),                                                \
        WRITES((at) + 1, n, WRITE_ACQUIRE, name, number, HELD), LEARNS((at) + 2, n, name),         \
        IS_TOLD((at) + 2, n, ACQUIRED(number)), BELIEVES((at) + 2, n, (at) + LEASE - 1)
#define ACQUIRES_CLOSED(at, n, name)                                                               \
    ASKS_CLOSED(at, n), SENDS_CLOSED(at, n, WRITE_ACQUIRE, name),                                  \
        WRITES((at) + 1, n, WRITE_ACQUIRE, name, 0, NEVER_NS), LEARNS((at) + 2, n, name),          \
        IS_TOLD((at) + 2, n, ACQUIRED(0)), BELIEVES((at) + 2, n, INT32_MAX)
#define RELEASES(at, n, name, number)                                                              \
    LETS_GO(at, n), BELIEVES(at, n, 0), SENDS(at, n, WRITE_RELEASE, 0),                            \
        WRITES((at) + 1, n, WRITE_RELEASE, name, number, RELEASED),                                \
        IS_TOLD((at) + 2, n, ANSWERED(DDBLOCK_OK))

static struct violation check(const struct history_event *events, size_t count)
{
    struct checker checker;
    struct violation violation;
    size_t i = 0;

    checker_init(&checker);
    while (i < count && checker_feed(&checker, &events[i])) {
        i++;
    }
    violation = checker.violation;
    checker_finish(&checker);
    return violation;
}

/* The history must break the promise, and only at its last event. */
static void expect(int promise, const char *what, const struct history_event *events, size_t count)
{
    struct violation before = check(events, count - 1);
    struct violation violation = check(events, count);

    if (before.promise != 0) {
        fail_msg("too early: %s", before.what);
    }
    if (violation.promise != promise) {
        fail_msg("promise %d, not %d: %s", violation.promise, promise,
                 violation.what != NULL ? violation.what : "all is well");
    }
    if (promise != 0) {
        assert_string_equal(violation.what, what);
    }
}

#define EXPECT(promise, what, ...)                                                                 \
    do {                                                                                           \
        const struct history_event events[] = {__VA_ARGS__};                                       \
        expect(promise, what, events, sizeof(events) / sizeof(events[0]));                         \
    } while (0)

static void good_histories_pass(void **state)
{
    (void)state;
    EXPECT(0, "", ACQUIRES(0, 1, 11, 1), RELEASES(50, 1, 11, 1), ACQUIRES(60, 2, 22, 2),
           RELEASES(70, 2, 22, 2), QUIET(9999));
    /* Renewed, then taken over when the last lease was over. */
    EXPECT(0, "", ACQUIRES(0, 1, 11, 1), SENDS(300, 1, WRITE_RENEW, 12),
           WRITES(301, 1, WRITE_RENEW, 12, 1, HELD), LEARNS(302, 1, 12), BELIEVES(302, 1, 1299),
           DIES(400, 1), ASKS(410, 2), SENDS(1400, 2, WRITE_TAKE_OVER, 22),
           WRITES(1401, 2, WRITE_TAKE_OVER, 22, 2, HELD), LEARNS(1402, 2, 22),
           IS_TOLD(1402, 2, ACQUIRED(2)), BELIEVES(1402, 2, 2399));
    /* Deleted by a person: tokens begin anew, and who was robbed may believe on. */
    EXPECT(0, "", ACQUIRES(0, 1, 11, 7), PERSON(100, WRITE_DELETE, 0, 0), ACQUIRES(200, 2, 22, 1));
    EXPECT(0, "", ACQUIRES_CLOSED(0, 1, 11), LETS_GO(10, 1), BELIEVES(10, 1, 0),
           SENDS_CLOSED(10, 1, WRITE_RELEASE, 0), WRITES(11, 1, WRITE_RELEASE, 0, 0, RELEASED),
           IS_TOLD(12, 1, ANSWERED(DDBLOCK_OK)), ACQUIRES_CLOSED(20, 2, 22), DIES(30, 2),
           QUIET(9999));
}

static void promise_1_rising_tokens(void **state)
{
    (void)state;
    EXPECT(1, "a fencing token does not exceed those before it", ACQUIRES(0, 1, 11, 5),
           RELEASES(50, 1, 11, 5), ASKS(60, 2), SENDS(60, 2, WRITE_ACQUIRE, 22),
           WRITES(61, 2, WRITE_ACQUIRE, 22, 5, HELD));
    EXPECT(1, "a renewal changed the fencing token", ACQUIRES(0, 1, 11, 5),
           SENDS(300, 1, WRITE_RENEW, 12), WRITES(301, 1, WRITE_RENEW, 12, 6, HELD));
    EXPECT(1, "told a fencing token that is not that of its item", ASKS(0, 1),
           SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 5, HELD),
           LEARNS(2, 1, 11), IS_TOLD(2, 1, ACQUIRED(6)));
}

static void promise_2_one_believer(void **state)
{
    (void)state;
    EXPECT(2, "two believe to hold the lock", ACQUIRES(0, 1, 11, 1), ASKS(10, 2),
           SENDS(998, 2, WRITE_TAKE_OVER, 22), WRITES(998, 2, WRITE_TAKE_OVER, 22, 2, HELD),
           LEARNS(998, 2, 22), IS_TOLD(998, 2, ACQUIRED(2)), BELIEVES(998, 2, 1997));
    EXPECT(2, "a lock is believed in that was never acquired", ASKS(0, 1), BELIEVES(5, 1, 100));
    EXPECT(2, "told acquired, and no write of its was carried out", ASKS(0, 1),
           SENDS(0, 1, WRITE_ACQUIRE, 11), LEARNS(2, 1, 11), IS_TOLD(2, 1, ACQUIRED(1)));
    EXPECT(2, "a renewal was carried out on another's item", ACQUIRES(0, 1, 11, 1),
           RELEASES(50, 1, 11, 1), ACQUIRES(60, 2, 22, 2), WRITES(70, 1, WRITE_RENEW, 12, 2, HELD));
    EXPECT(2, "a fail-closed lock was acquired over an item", ACQUIRES_CLOSED(0, 1, 11),
           ASKS_CLOSED(5, 2), SENDS_CLOSED(5, 2, WRITE_ACQUIRE, 22),
           WRITES(6, 2, WRITE_ACQUIRE, 22, 0, NEVER_NS));
}

static void promise_3_no_false_loss(void **state)
{
    (void)state;
    EXPECT(3, "told lost, and nobody took it", ACQUIRES(0, 1, 11, 1),
           IS_TOLD(500, 1, LOST(LOSS_TAKEN)));
    EXPECT(3, "told lost within a lease that was renewed", ACQUIRES(0, 1, 11, 1),
           SENDS(300, 1, WRITE_RENEW, 12), SUFFERS(300, 1, FAULT_REPLY_LOST, 900),
           WRITES(301, 1, WRITE_RENEW, 12, 1, HELD), LEARNS(950, 1, 12),
           IS_TOLD(999, 1, LOST(LOSS_LEASE_ENDED)));
    EXPECT(3, "told lost, and nothing hindered its renewals", ACQUIRES(0, 1, 11, 1),
           SUFFERS(300, 1, FAULT_REQUEST_LOST, 500), IS_TOLD(999, 1, LOST(LOSS_LEASE_ENDED)));
    /* Hindered up to the end, or robbed: a just loss. */
    EXPECT(0, "", ACQUIRES(0, 1, 11, 1), SUFFERS(300, 1, FAULT_REQUEST_LOST, 900),
           IS_TOLD(999, 1, LOST(LOSS_LEASE_ENDED)));
    EXPECT(0, "", ACQUIRES(0, 1, 11, 1), PERSON(100, WRITE_BREAK, 99, 1),
           IS_TOLD(301, 1, LOST(LOSS_TAKEN)));
}

static void promise_4_true_answers(void **state)
{
    (void)state;
    EXPECT(4, "told released, and no release was carried out", ACQUIRES(0, 1, 11, 1),
           LETS_GO(50, 1), BELIEVES(50, 1, 0), SENDS(50, 1, WRITE_RELEASE, 0),
           REFUSES(51, 1, WRITE_RELEASE), IS_TOLD(52, 1, ANSWERED(DDBLOCK_OK)));
    EXPECT(4, "told lost at the release, and nobody took it", ACQUIRES(0, 1, 11, 1), LETS_GO(50, 1),
           BELIEVES(50, 1, 0), SENDS(50, 1, WRITE_RELEASE, 0),
           IS_TOLD(52, 1, ANSWERED(DDBLOCK_LOST)));
    EXPECT(4, "a release left the item held", ACQUIRES(0, 1, 11, 1), LETS_GO(50, 1),
           WRITES(51, 1, WRITE_RELEASE, 11, 1, HELD));
    EXPECT(4, "a release was carried out on another's item", ACQUIRES(0, 1, 11, 1),
           RELEASES(50, 1, 11, 1), ACQUIRES(60, 2, 22, 2),
           WRITES(70, 1, WRITE_RELEASE, 22, 2, RELEASED));
    EXPECT(4, "a renewal brought a released lock back to life", ACQUIRES(0, 1, 11, 1),
           RELEASES(50, 1, 11, 1), WRITES(60, 1, WRITE_RENEW, 12, 1, HELD));
    EXPECT(4, "a lock that was lost or given back is believed in again", ACQUIRES(0, 1, 11, 1),
           RELEASES(50, 1, 11, 1), BELIEVES(60, 1, 999));
    EXPECT(4, "a lock that was lost or given back is believed in again", ACQUIRES(0, 1, 11, 1),
           BELIEVES(1001, 1, 1999));
    EXPECT(4, "told acquired, and by no answer has it the lock", ASKS(0, 1),
           SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD),
           LEARNS(1001, 1, 11), IS_TOLD(1001, 1, ACQUIRED(1)));
    EXPECT(4, "told not acquired, and the item was not given back", ASKS(0, 1),
           SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD),
           IS_TOLD(500, 1, NOT_ACQUIRED));
    EXPECT(4, "told not acquired, and its release let the item be", ASKS(0, 1),
           SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD),
           SENDS(500, 1, WRITE_RELEASE, 0), REFUSES(501, 1, WRITE_RELEASE),
           IS_TOLD(502, 1, NOT_ACQUIRED));
}

static void promise_5_in_time(void **state)
{
    (void)state;
    /* A holder has died; who waits since 5 has till 1125: a lease, a poll and two round trips. */
    EXPECT(0, "", CALM(0), ACQUIRES(0, 1, 11, 1), ASKS(5, 2), DIES(10, 1), TIME(1125));
    EXPECT(5, "nobody acquired a lock that was free, or its lease over", CALM(0),
           ACQUIRES(0, 1, 11, 1), ASKS(5, 2), DIES(10, 1), TIME(1126));
    /* It was released at 51. */
    EXPECT(5, "nobody acquired a lock that was free, or its lease over", CALM(0),
           ACQUIRES(0, 1, 11, 1), ASKS(5, 2), RELEASES(50, 1, 11, 1), TIME(172));
    EXPECT(5, "it was answered that it has the lock, and asks on", ASKS(0, 1),
           SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD),
           LEARNS(2, 1, 11), SENDS(3, 1, WRITE_ACQUIRE, 12));
    EXPECT(5, "an acquisition was never answered", ASKS(0, 1), QUIET(9999));
    EXPECT(5, "a release was never answered", ACQUIRES(0, 1, 11, 1), LETS_GO(50, 1),
           BELIEVES(50, 1, 0), QUIET(9999));
    EXPECT(5, "a fail-closed lock is left that nobody holds", ACQUIRES_CLOSED(0, 1, 11),
           LETS_GO(50, 1), BELIEVES(50, 1, 0), IS_TOLD(60, 1, ANSWERED(DDBLOCK_IN_DOUBT)),
           QUIET(9999));
}

/* Promise 6: the npm package's own defects are its own, but a robbery by it is not. */
static void promise_6_beside_npm(void **state)
{
    struct history_event npm = ASKS(0, 1);
    struct history_event trusting = WRITES(301, 2, WRITE_TAKE_OVER, 22, 2, HELD);

    (void)state;
    npm.npm = true;
    trusting.by_wall_clocks = true;
    EXPECT(0, "", npm, SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD),
           IS_TOLD(2, 1, ACQUIRED(1)), BELIEVES(2, 1, 999), LETS_GO(50, 1), BELIEVES(50, 1, 0),
           WRITES(51, 1, WRITE_RELEASE, 11, 1, RELEASED), WRITES(52, 1, WRITE_RENEW, 12, 1, HELD),
           IS_TOLD(53, 1, ANSWERED(DDBLOCK_OK)));
    EXPECT(2, "two believe to hold the lock", npm, SENDS(0, 1, WRITE_ACQUIRE, 11),
           WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD), IS_TOLD(2, 1, ACQUIRED(1)),
           BELIEVES(2, 1, 999), ASKS(5, 2), SENDS(300, 2, WRITE_TAKE_OVER, 22),
           WRITES(301, 2, WRITE_TAKE_OVER, 22, 2, HELD), LEARNS(302, 2, 22),
           IS_TOLD(302, 2, ACQUIRED(2)), BELIEVES(302, 2, 1299));
    EXPECT(0, "", npm, SENDS(0, 1, WRITE_ACQUIRE, 11), WRITES(1, 1, WRITE_ACQUIRE, 11, 1, HELD),
           IS_TOLD(2, 1, ACQUIRED(1)), BELIEVES(2, 1, 999), ASKS(5, 2),
           SENDS(300, 2, WRITE_TAKE_OVER, 22), trusting, LEARNS(302, 2, 22),
           IS_TOLD(302, 2, ACQUIRED(2)), BELIEVES(302, 2, 1299));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_histories_pass),    cmocka_unit_test(promise_1_rising_tokens),
        cmocka_unit_test(promise_2_one_believer), cmocka_unit_test(promise_3_no_false_loss),
        cmocka_unit_test(promise_4_true_answers), cmocka_unit_test(promise_5_in_time),
        cmocka_unit_test(promise_6_beside_npm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
