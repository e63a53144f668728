/* handover_stories.c - a lock that goes from one process to another. */
#include "trace/stories.h"

/* A holds the lock, written down no further than here. */
static struct world held(struct world world)
{
    world.quiet = true;
    world_acquire(&world, A, PATIENCE_ATTEMPTS(0));
    world_run(&world, 0);
    world.quiet = false;
    return world;
}

/* The lease goes on from where it was, and so do the heartbeats. */
STORY(the_next_process_goes_on)
{
    struct world w = held(world_open());

    world_run(&w, 100);
    world_hand_over(&w, A);
    world_run(&w, 500);
    world_adopt(&w, B, A);
    world_run(&w, 600);
    world_release(&w, B);
    world_run(&w, 600);

    EXPECT_TRACE(&w, "[ 100] A  hand over -> handed over, end\n"
                     "[ 500] B  acquire -> acquired token 1, holds until 999\n"
                     "[ 500] B  tick -> RENEW B1 of A1\n"
                     "[ 500] B  applied, holds until 1499\n"
                     "[ 600] B  release -> RELEASE B1\n"
                     "[ 600] B  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "B1/1 released");
}

/* What a heartbeat under way comes to is part of what is handed over. */
STORY(a_heartbeat_under_way_is_waited_for)
{
    struct world w = held(world_open());

    FAULT(&w, A, .reply_ms = 50);
    world_run(&w, 200);
    world_hand_over(&w, A);
    world_run(&w, 300);
    world_adopt(&w, B, A);
    world_release(&w, B);
    world_run(&w, 300);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] A  hand over\n"
                     "[ 240] A  applied -> handed over, end\n"
                     "[ 300] B  acquire -> acquired token 1, holds until 1189\n"
                     "[ 300] B  release -> RELEASE A2\n"
                     "[ 300] B  applied -> released: OK, end\n");
}

/* The reply got lost: the next process knows both guids, and releases whichever stands there. */
STORY(a_doubt_is_handed_over)
{
    struct world w = held(world_open());

    FAULT(&w, A, .lose_reply = true);
    world_run(&w, 200);
    world_hand_over(&w, A);
    world_run(&w, 600);
    world_adopt(&w, B, A);
    world_release(&w, B);
    world_run(&w, 600);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] A  hand over\n"
                     "[ 594] A  no reply -> handed over, end\n"
                     "[ 600] B  acquire -> acquired token 1, holds until 999\n"
                     "[ 600] B  release -> RELEASE A1 A2\n"
                     "[ 600] B  applied -> released: OK, end\n");
    EXPECT_ITEM(&w, "A2/1 released");
}

/* Nobody adopts it in time. */
STORY(a_lease_that_is_over_is_lost)
{
    struct world w = held(world_open());

    world_hand_over(&w, A);
    world_run(&w, 1100);
    world_adopt(&w, B, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[   0] A  hand over -> handed over, end\n"
                     "[1100] B  acquire -> not acquired: LOST, end\n");
}

/* The lock was lost before it could be handed over: it is not. */
STORY(a_lost_lock_is_not_handed_over)
{
    struct world w = held(world_open());

    FAULT(&w, A, .request_ms = 50);
    world_run(&w, 200);
    w.lawless = true;
    world_put(&w, world_record("x", 7, 1000));
    world_hand_over(&w, A);
    world_run(&w, 300);
    world_release(&w, A);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[ 190] A  tick -> RENEW A2 of A1\n"
                     "[ 200] -  somebody writes x/7 for 1000\n"
                     "[ 200] A  hand over\n"
                     "[ 240] A  refused by x/7 for 1000 -> lost: taken\n"
                     "[ 300] A  release -> released: LOST, end\n");
}

/* One that is still waited for is not handed over, and goes on. */
STORY(what_is_not_held_is_not_handed_over)
{
    struct world w = held(world_open());

    w.quiet = true;
    world_acquire(&w, B, PATIENCE_FOREVER);
    world_run(&w, 50);
    w.quiet = false;
    world_hand_over(&w, B);
    world_release(&w, A);
    world_run(&w, 150);

    EXPECT_TRACE(&w, "[  50] B  hand over\n"
                     "[  50] A  release -> RELEASE A1\n"
                     "[  50] A  applied -> released: OK, end\n"
                     "[ 100] B  tick -> READ\n"
                     "[ 100] B  found A1/1 released -> ACQUIRE B2\n"
                     "[ 100] B  applied -> acquired token 2, holds until 1099\n");
}

/* The doubt of a fail-closed acquisition goes along, and is swept by whoever releases. */
STORY(ghosts_are_handed_over)
{
    struct world w = world_closed();

    w.quiet = true;
    FAULT(&w, A, .reset = true, .lose_reply = true);
    world_acquire(&w, A, PATIENCE_ATTEMPTS(0));
    world_run(&w, 1000);
    w.quiet = false;
    world_hand_over(&w, A);
    world_run(&w, 100000);
    world_adopt(&w, B, A);
    world_run(&w, 200000);
    world_release(&w, B);
    world_run_out(&w);

    EXPECT_TRACE(&w, "[1000] A  hand over -> handed over, end\n"
                     "[100000] B  acquire -> acquired token 0\n"
                     "[200000] B  release -> DELETE A1\n"
                     "[200000] B  applied -> released: OK\n"
                     "[201000] B  tick -> DELETE A1\n"
                     "[201000] B  refused by nothing\n"
                     "[203000] B  tick -> DELETE A1\n"
                     "[203000] B  refused by nothing\n"
                     "[207000] B  tick -> DELETE A1\n"
                     "[207000] B  refused by nothing\n"
                     "[215000] B  tick -> DELETE A1\n"
                     "[215000] B  refused by nothing\n"
                     "[231000] B  tick -> DELETE A1\n"
                     "[231000] B  refused by nothing\n"
                     "[263000] B  tick -> DELETE A1\n"
                     "[263000] B  refused by nothing\n"
                     "[315157] B  tick -> DELETE A1\n"
                     "[315157] B  refused by nothing, end\n");
    EXPECT_ITEM(&w, "nothing");
}

int handover_stories(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_process_goes_on),
        cmocka_unit_test(a_heartbeat_under_way_is_waited_for),
        cmocka_unit_test(a_doubt_is_handed_over),
        cmocka_unit_test(a_lease_that_is_over_is_lost),
        cmocka_unit_test(a_lost_lock_is_not_handed_over),
        cmocka_unit_test(what_is_not_held_is_not_handed_over),
        cmocka_unit_test(ghosts_are_handed_over),
    };

    return cmocka_run_group_tests_name("handover", tests, NULL, NULL);
}
