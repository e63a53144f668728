/* renewal_stories.c - heartbeats that are lost, late or doubled. docs/protocol.md, "In doubt". */
#include "trace/stories.h"

/* The heartbeat was applied and its reply lost: the next one names both guids. */
STORY(a_renewal_in_doubt_costs_nothing)
{
    struct world w = world_open();

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 900);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 607] A  applied, holds until 1606\n"
                     "[ 797] A  tick -> RENEW A4 of A3\n"
                     "[ 797] A  applied, holds until 1796\n"
                     "[ 900] A  release -> RELEASE A4\n"
                     "[ 900] A  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "A4/1 released");
}

/* The same when it never arrived, or lands after its successor. */
STORY(a_renewal_that_lands_late_does_nothing)
{
    struct world w = world_open();

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .lose_request = true);
    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .request_ms = 500, .reset = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1450);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 594] A  no reply\n"
                     "[ 607] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 607] A  applied, holds until 1606\n"
                     "[ 797] A  tick -> RENEW A4 of A3\n"
                     "[ 797] A  no reply\n"
                     "[ 809] A  tick -> RENEW A5 of A3 A4\n"
                     "[ 809] A  applied, holds until 1808\n"
                     "[ 999] A  tick -> RENEW A6 of A5\n"
                     "[ 999] A  applied, holds until 1998\n"
                     "[1189] A  tick -> RENEW A7 of A6\n"
                     "[1189] A  applied, holds until 2188\n"
                     "[1297] A  a ghost: RENEW A4 of A3 refused\n"
                     "[1379] A  tick -> RENEW A8 of A7\n"
                     "[1379] A  applied, holds until 2378\n");
}

STORY(a_doubled_renewal_is_one)
{
    struct world w = world_open();

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .doubled = true);
    FAULT(&w, A, .doubled = true, .bare = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 400);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  a ghost: RENEW A2 of A1 applied\n"
                     "[ 190] A  refused by A2/1 for 1000, holds until 1189\n"
                     "[ 380] A  tick -> RENEW A3 of A2\n"
                     "[ 380] A  a ghost: RENEW A3 of A2 applied\n"
                     "[ 380] A  refused by something -> READ LATEST\n"
                     "[ 380] A  found A3/1 for 1000, holds until 1379\n");
}

/* Every attempt carries a fresh guid until the set is full; then the newest one goes again, and
 * what it gives counts from when it went first, so that a waiter who saw it is not deceived. */
STORY(the_last_guid_of_a_full_set_is_dated_from_its_first_sending)
{
    struct world w = world_open();

    w.config.lease_ms = 10000;
    w.config.heartbeat = duration_from_ms(1000);
    FAULT(&w, A, .bare = false);
    FAULTS(&w, A, 7, .reset = true, .lose_request = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 3500);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 9990\n"
                     "[ 950] A  tick -> RENEW A2 of A1\n"
                     "[ 950] A  no reply\n"
                     "[ 962] A  tick -> RENEW A3 of A1 A2\n"
                     "[ 962] A  no reply\n"
                     "[ 987] A  tick -> RENEW A4 of A1 A2 A3\n"
                     "[ 987] A  no reply\n"
                     "[1037] A  tick -> RENEW A5 of A1 A2 A3 A4\n"
                     "[1037] A  no reply\n"
                     "[1137] A  tick -> RENEW A6 of A1 A2 A3 A4 A5\n"
                     "[1137] A  no reply\n"
                     "[1337] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[1337] A  no reply\n"
                     "[1737] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[1737] A  no reply\n"
                     "[2537] A  tick -> RENEW A6 of A1 A2 A3 A4 A5 A6\n"
                     "[2537] A  applied, holds until 11127\n"
                     "[2537] A  tick -> RENEW A7 of A6\n"
                     "[2537] A  applied, holds until 12527\n"
                     "[3487] A  tick -> RENEW A8 of A7\n"
                     "[3487] A  applied, holds until 13477\n");
}

/* The heartbeat that was in doubt lands after the release: the lock stays released. */
STORY(a_released_lock_does_not_come_back)
{
    struct world w = world_open();

    FAULT(&w, A, .bare = false);
    FAULT(&w, A, .reset = true, .request_ms = 200);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 195);
    world_release(&w, A);
    world_run(&w, 500);

    EXPECT_TRACE(&w, "[   0] A  acquire -> ACQUIRE A1\n"
                     "[   0] A  applied -> acquired token 1, holds until 999\n"
                     "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 190] A  no reply\n"
                     "[ 195] A  release -> RELEASE A1 A2\n"
                     "[ 195] A  applied -> released: OK, end\n"
                     "[ 390] A  a ghost: RENEW A2 of A1 refused\n");
    EXPECT_ITEM(&w, "A1/1 released");
}

int renewal_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_renewal_in_doubt_costs_nothing),
        cmocka_unit_test(a_renewal_that_lands_late_does_nothing),
        cmocka_unit_test(a_doubled_renewal_is_one),
        cmocka_unit_test(the_last_guid_of_a_full_set_is_dated_from_its_first_sending),
        cmocka_unit_test(a_released_lock_does_not_come_back),
    };

    return cmocka_run_group_tests_name("renewals in doubt", tests, NULL, NULL);
}
