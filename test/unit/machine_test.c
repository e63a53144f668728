/* machine_test.c - what the machine of a lock says of itself; what it does is told by test/trace.
 */
#include "support/testing.h"

#include "core/machine.h"
#include "engine/lock_task.h"

/* Who waits behind a lock may begin when this one sends nothing any more but sweeps. */
static void out_of_the_way_is_who_has_lost_sweeps_or_ended(void **state)
{
    static const enum machine_state in_the_way[] = {
        STATE_ACQUIRING, STATE_WATCHING,   STATE_HELD,        STATE_RENEWING,
        STATE_RELEASING, STATE_CONFIRMING, STATE_RELEASE_WAIT};
    static const enum machine_state out[] = {STATE_LOST, STATE_SWEEPING, STATE_SWEEP_WAIT,
                                             STATE_ENDED};
    struct machine machine = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(in_the_way) / sizeof(in_the_way[0]); i++) {
        machine.state = in_the_way[i];
        assert_false(machine_is_out_of_the_way(&machine));
    }
    for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
        machine.state = out[i];
        assert_true(machine_is_out_of_the_way(&machine));
    }
}

/* On another boot the clock is another: ghosts may come for as long as they live, if any may. */
static void a_grant_of_another_boot_waits_for_its_ghosts_anew(void **state)
{
    struct machine_grant grant = {.kind = DDBLOCK_FAIL_CLOSED};
    struct instant now = {1000};

    (void)state;
    machine_grant_restart_clock(&grant, now);
    assert_int_equal(grant.ghosts_until.ns, 0);
    grant.ghosts_until.ns = 5;
    machine_grant_restart_clock(&grant, now);
    assert_true(grant.ghosts_until.ns > now.ns);
}

/* A lease of 1000 ms, heartbeats of 200 ms. */
static const struct machine_config config = {
    .kind = DDBLOCK_FAIL_OPEN,
    .lease_ms = 1000,
    .heartbeat = {INT64_C(200000000)},
    .poll = {INT64_C(100000000)},
    .drift_ppm = 500,
};

/* A step as the engine makes it, which lends memory where it is wanted, if there is any. */
static struct effects step(struct machine *machine, struct machine_aside *memory,
                           enum event_kind kind, int64_t now_ms, const struct outcome *outcome)
{
    static uint8_t guids;
    struct guid fresh = {{++guids}};
    struct event event = {
        .kind = kind,
        .now = {now_ms * 1000000},
        .random = UINT32_C(1) << 31,
        .touched = {INT64_MIN},
        .fresh = &fresh,
        .outcome = outcome,
    };

    if (memory != NULL && machine_wants_aside(machine, &event)) {
        machine_lend(machine, memory);
    }
    return machine_step(machine, &event);
}

static const struct outcome acquired = {.kind = OUTCOME_APPLIED, .token = 7};
static const struct outcome renewed = {.kind = OUTCOME_APPLIED};
static const struct outcome in_doubt = {.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE};
static const struct outcome refused = {
    .kind = OUTCOME_REFUSED,
    .record = {.kind = RECORD_FAIL_OPEN, .guid = {'S', 1, "x"}, .token = 3, .lease_ms = 1000},
};

/* An acquisition whose first request is under way. */
static struct machine begun(struct machine_aside *memory)
{
    static const struct machine_patience patience = {.retry_count = 9};
    struct machine machine;

    machine_init(&machine, &config, &patience, NULL);
    (void)step(&machine, memory, EVENT_ACQUIRE, 0, NULL);
    return machine;
}

static struct machine held(struct machine_aside *memory)
{
    struct machine machine = begun(memory);

    assert_int_equal(step(&machine, memory, EVENT_REPLY, 1, &acquired).notice, NOTICE_ACQUIRED);
    return machine;
}

/* That is what keeps a lock that is just held small. */
static void who_just_holds_gives_its_memory_back(void **state)
{
    struct machine_aside memory;
    struct machine machine = held(&memory);

    (void)state;
    assert_ptr_equal(machine_give_back(&machine), &memory);
    assert_null(machine_give_back(&machine));
    (void)step(&machine, &memory, EVENT_TICK, 200, NULL);
    (void)step(&machine, &memory, EVENT_REPLY, 201, &renewed);
    assert_null(machine.aside); /* a heartbeat in calm asks for none */

    (void)step(&machine, &memory, EVENT_TICK, 400, NULL);
    (void)step(&machine, &memory, EVENT_REPLY, 450, &in_doubt);
    assert_ptr_equal(machine.aside, &memory);
    (void)step(&machine, &memory, EVENT_TICK, 500, NULL);
    assert_int_equal(machine.mine.count, 3);
    assert_null(machine_give_back(&machine)); /* not while a doubt lies in it */
    (void)step(&machine, &memory, EVENT_REPLY, 501, &renewed);
    assert_ptr_equal(machine_give_back(&machine), &memory);

    (void)step(&machine, &memory, EVENT_TICK, 700, NULL);
    assert_int_equal(step(&machine, &memory, EVENT_REPLY, 701, &refused).notice, NOTICE_LOST);
    assert_int_equal(machine_seen(&machine)->token, 3); /* it tells who has it */
    assert_null(machine_give_back(&machine));
}

static void without_memory_a_refused_acquisition_is_given_up(void **state)
{
    struct machine machine = begun(NULL);
    struct effects effects;

    (void)state;
    effects = step(&machine, NULL, EVENT_REPLY, 1, &refused);
    assert_int_equal(effects.notice, NOTICE_NOT_ACQUIRED);
    assert_int_equal(effects.status, DDBLOCK_NO_MEMORY);
    assert_true(effects.ended);
}

/* Nor is one carried on whose lease was over when its answer came: it is released. */
static void without_memory_a_late_acquisition_is_given_back(void **state)
{
    struct machine machine = begun(NULL);
    struct effects effects;

    (void)state;
    effects = step(&machine, NULL, EVENT_REPLY, 1500, &acquired);
    assert_int_equal(effects.request.kind, REQUEST_RELEASE);
    effects = step(&machine, NULL, EVENT_REPLY, 1501, &renewed);
    assert_int_equal(effects.notice, NOTICE_NOT_ACQUIRED);
    assert_int_equal(effects.status, DDBLOCK_NO_MEMORY);
}

/* The set of guids is full earlier: the newest is sent again, dated from its first sending. */
static void without_memory_a_holder_in_doubt_repeats_its_guid(void **state)
{
    struct machine machine = held(NULL);
    struct guid sent;
    struct effects effects = step(&machine, NULL, EVENT_TICK, 200, NULL);

    (void)state;
    assert_int_equal(effects.request.kind, REQUEST_RENEW);
    sent = effects.request.fresh;
    (void)step(&machine, NULL, EVENT_REPLY, 250, &in_doubt);
    effects = step(&machine, NULL, EVENT_TICK, 320, NULL);
    assert_int_equal(effects.request.kind, REQUEST_RENEW);
    assert_memory_equal(&effects.request.fresh, &sent, sizeof(sent));
    assert_false(effects.fresh_used);
    (void)step(&machine, NULL, EVENT_REPLY, 321, &renewed);
    assert_true(machine_deadline(&machine).ns <= INT64_C(1200000000)); /* 200 + 1000 ms */
    assert_true(machine_deadline(&machine).ns > INT64_C(1190000000));
    assert_int_equal(step(&machine, NULL, EVENT_TICK, 520, NULL).request.kind, REQUEST_RENEW);
    assert_int_equal(step(&machine, NULL, EVENT_REPLY, 521, &refused).notice, NOTICE_LOST);
    assert_int_equal(machine_seen(&machine)->kind, RECORD_UNKNOWN);
}

/* Beside its id, its line, and its places in the heap of timers and the table of lines, which are
 * about 200 bytes: test/engine/many_test.c counts the whole. */
static void a_lock_that_is_just_held_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct ddblock_lock) <= 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_the_way_is_who_has_lost_sweeps_or_ended),
        cmocka_unit_test(a_grant_of_another_boot_waits_for_its_ghosts_anew),
        cmocka_unit_test(who_just_holds_gives_its_memory_back),
        cmocka_unit_test(a_lock_that_is_just_held_is_small),
        cmocka_unit_test(without_memory_a_refused_acquisition_is_given_up),
        cmocka_unit_test(without_memory_a_late_acquisition_is_given_back),
        cmocka_unit_test(without_memory_a_holder_in_doubt_repeats_its_guid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
