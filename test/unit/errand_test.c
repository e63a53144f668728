/* errand_test.c - looking at a lock and breaking one, step by step. */
#include "support/testing.h"

#include "core/errand.h"

static const struct guid fresh = {{7}};

static struct event event_at(enum event_kind kind, int64_t now_ms, const struct outcome *outcome)
{
    return (struct event){
        .kind = kind,
        .now = {now_ms * 1000000},
        .wall_ms = 5000,
        .random = UINT32_C(1) << 31,
        .fresh = &fresh,
        .outcome = outcome,
    };
}

static struct effects start(struct errand *errand)
{
    struct event event = event_at(EVENT_ACQUIRE, 100, NULL);

    return errand_step(errand, &event);
}

static struct effects tick(struct errand *errand, int64_t now_ms)
{
    struct event event = event_at(EVENT_TICK, now_ms, NULL);

    return errand_step(errand, &event);
}

static struct effects reply(struct errand *errand, int64_t now_ms, struct outcome outcome)
{
    struct event event = event_at(EVENT_REPLY, now_ms, &outcome);

    return errand_step(errand, &event);
}

static const struct outcome in_doubt = {.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE};
static const struct outcome throttled = {.kind = OUTCOME_FAILED, .status = DDBLOCK_THROTTLED};
static const struct outcome denied = {.kind = OUTCOME_FAILED, .status = DDBLOCK_DENIED};
static const struct outcome applied = {.kind = OUTCOME_APPLIED};
static const struct outcome bare = {.kind = OUTCOME_REFUSED};

static struct outcome refused_by(struct record record)
{
    return (struct outcome){.kind = OUTCOME_REFUSED, .record = record};
}

/* A break of the fail-open lock x with token 4. */
static struct errand a_break(void)
{
    return (struct errand){
        .kind = REQUEST_BREAK,
        .observed = {.type = 'S', .size = 1, .bytes = "x"},
        .observed_token = 4,
    };
}

static void a_look_reads_once_and_keeps_the_record(void **state)
{
    struct errand errand = {.kind = REQUEST_READ_LATEST};
    struct outcome found = {.kind = OUTCOME_FOUND, .record = {.kind = RECORD_ABSENT}};
    struct effects effects = start(&errand);

    (void)state;
    assert_int_equal(effects.request.kind, REQUEST_READ_LATEST);
    assert_int_equal(effects.request.give_up_at.ns, INT64_C(5100000000));
    assert_true(instant_is_never(effects.wake_at));
    effects = reply(&errand, 110, found);
    assert_true(effects.ended);
    assert_int_equal(errand.status, DDBLOCK_OK);
    assert_int_equal(errand.record.kind, RECORD_ABSENT);
}

/* What a page has is not the errand's business: an outcome without a record is no refusal. */
static void a_list_asks_again_when_it_is_throttled(void **state)
{
    struct errand errand = {.kind = REQUEST_LIST};
    struct outcome found = {.kind = OUTCOME_FOUND};
    struct effects effects = start(&errand);

    (void)state;
    assert_int_equal(effects.request.kind, REQUEST_LIST);
    effects = reply(&errand, 110, throttled);
    assert_false(effects.ended);
    effects = tick(&errand, effects.wake_at.ns / 1000000 + 1);
    assert_int_equal(effects.request.kind, REQUEST_LIST);
    effects = reply(&errand, 5000, found);
    assert_true(effects.ended);
    assert_int_equal(effects.request.kind, REQUEST_NONE);
    assert_int_equal(errand.status, DDBLOCK_OK);
}

/* A read that is not answered leaves no doubt: it was not made. */
static void a_look_that_is_never_answered_says_why(void **state)
{
    struct errand errand = {.kind = REQUEST_READ_LATEST};
    struct effects effects = start(&errand);
    int64_t now_ms = 100;

    (void)state;
    for (int i = 0; i < 3; i++) {
        effects = reply(&errand, now_ms, in_doubt);
        assert_false(effects.ended);
        assert_int_equal(effects.request.kind, REQUEST_NONE);
        now_ms = effects.wake_at.ns / 1000000 + 1;
        assert_int_equal(tick(&errand, now_ms - 2).request.kind, REQUEST_NONE); /* too early */
        assert_int_equal(tick(&errand, now_ms).request.kind, REQUEST_READ_LATEST);
    }
    effects = reply(&errand, now_ms, in_doubt);
    assert_true(effects.ended);
    assert_int_equal(errand.status, DDBLOCK_UNAVAILABLE);
}

static void a_break_names_what_was_shown(void **state)
{
    struct errand errand = a_break();
    struct effects effects = start(&errand);

    (void)state;
    assert_int_equal(effects.request.kind, REQUEST_BREAK);
    assert_true(effects.fresh_used);
    assert_memory_equal(&effects.request.fresh, &fresh, GUID_SIZE);
    assert_true(foreign_guid_equal(&effects.request.observed, &errand.observed));
    assert_int_equal(effects.request.observed_token, 4);
    assert_int_equal(effects.request.wall_ms, 5000);
    assert_true(reply(&errand, 110, applied).ended);
    assert_int_equal(errand.status, DDBLOCK_OK);
}

static void a_break_of_what_has_changed_is_refused(void **state)
{
    struct errand errand = a_break();
    struct record record = {.kind = RECORD_FAIL_OPEN, .guid = {.type = 'S'}, .token = 5};

    (void)state;
    start(&errand);
    assert_int_equal(tick(&errand, 105).request.kind, REQUEST_NONE);
    assert_true(reply(&errand, 110, refused_by(record)).ended);
    assert_int_equal(errand.status, DDBLOCK_NOT_ACQUIRED);
    assert_int_equal(errand.record.token, 5);

    errand = (struct errand){.kind = REQUEST_BREAK_CLOSED};
    start(&errand);
    reply(&errand, 110, in_doubt);
    tick(&errand, 200);
    record.kind = RECORD_FAIL_CLOSED;
    reply(&errand, 210, refused_by(record));
    assert_int_equal(errand.status, DDBLOCK_IN_DOUBT);
}

/* The break without a reply may have let the next holder in: that it was not made is not known,
 * unless the holder has renewed its lease since. */
static void a_doubtful_break_that_is_refused_stays_in_doubt(void **state)
{
    struct errand errand = a_break();
    struct record record = {
        .kind = RECORD_FAIL_OPEN, .guid = {.type = 'S'}, .token = 5, .lease_ms = 10000};

    (void)state;
    start(&errand);
    reply(&errand, 110, in_doubt);
    tick(&errand, 200);
    assert_true(reply(&errand, 210, refused_by(record)).ended);
    assert_int_equal(errand.status, DDBLOCK_IN_DOUBT);

    errand = a_break();
    start(&errand);
    reply(&errand, 110, in_doubt);
    tick(&errand, 200);
    record.token = 4;
    assert_true(reply(&errand, 210, refused_by(record)).ended);
    assert_int_equal(errand.status, DDBLOCK_NOT_ACQUIRED);
}

static void a_break_that_was_applied_without_a_reply_is_recognised(void **state)
{
    struct errand errand = a_break();
    struct record record = {.kind = RECORD_FAIL_OPEN, .guid = foreign_guid_from(&fresh)};

    (void)state;
    start(&errand);
    reply(&errand, 110, in_doubt);
    tick(&errand, 200);
    assert_int_equal(reply(&errand, 210, bare).request.kind, REQUEST_READ_LATEST);
    assert_true(
        reply(&errand, 220, (struct outcome){.kind = OUTCOME_FOUND, .record = record}).ended);
    assert_int_equal(errand.status, DDBLOCK_OK);
}

static void a_fail_closed_lock_that_is_gone_was_broken_only_after_a_doubt(void **state)
{
    struct errand errand = {.kind = REQUEST_BREAK_CLOSED};
    struct record gone = {.kind = RECORD_ABSENT};

    (void)state;
    start(&errand);
    reply(&errand, 110, refused_by(gone));
    assert_int_equal(errand.status, DDBLOCK_NOT_ACQUIRED);

    errand = (struct errand){.kind = REQUEST_BREAK_CLOSED};
    start(&errand);
    reply(&errand, 110, in_doubt);
    tick(&errand, 200);
    reply(&errand, 210, refused_by(gone));
    assert_int_equal(errand.status, DDBLOCK_OK);
}

static void a_break_that_is_never_answered_is_in_doubt(void **state)
{
    struct errand errand = a_break();

    (void)state;
    start(&errand);
    reply(&errand, 110, in_doubt);
    tick(&errand, 1000);
    assert_true(reply(&errand, 1010, denied).ended);
    assert_int_equal(errand.status, DDBLOCK_IN_DOUBT);
}

static void a_break_that_is_denied_says_so(void **state)
{
    struct errand errand = a_break();

    (void)state;
    start(&errand);
    assert_false(reply(&errand, 110, throttled).ended);
    tick(&errand, 2000);
    assert_true(reply(&errand, 2010, denied).ended);
    assert_int_equal(errand.status, DDBLOCK_DENIED);
}

/* The read after a refusal is not answered: it is the break that is tried again. */
static void a_refusal_that_is_not_explained_is_no_doubt(void **state)
{
    struct errand errand = a_break();

    (void)state;
    start(&errand);
    reply(&errand, 110, bare);
    assert_false(reply(&errand, 120, in_doubt).ended);
    assert_int_equal(tick(&errand, 1000).request.kind, REQUEST_BREAK);
    assert_true(reply(&errand, 1010, denied).ended);
    assert_int_equal(errand.status, DDBLOCK_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_reads_once_and_keeps_the_record),
        cmocka_unit_test(a_list_asks_again_when_it_is_throttled),
        cmocka_unit_test(a_look_that_is_never_answered_says_why),
        cmocka_unit_test(a_break_names_what_was_shown),
        cmocka_unit_test(a_break_of_what_has_changed_is_refused),
        cmocka_unit_test(a_doubtful_break_that_is_refused_stays_in_doubt),
        cmocka_unit_test(a_break_that_was_applied_without_a_reply_is_recognised),
        cmocka_unit_test(a_fail_closed_lock_that_is_gone_was_broken_only_after_a_doubt),
        cmocka_unit_test(a_break_that_is_never_answered_is_in_doubt),
        cmocka_unit_test(a_break_that_is_denied_says_so),
        cmocka_unit_test(a_refusal_that_is_not_explained_is_no_doubt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
