/* machine_test.c - what the machine of a lock says of itself; what it does is told by test/trace.
 */
#include "support/testing.h"

#include "core/machine.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_the_way_is_who_has_lost_sweeps_or_ended),
        cmocka_unit_test(a_grant_of_another_boot_waits_for_its_ghosts_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
