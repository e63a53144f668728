/* moves.pml - the states of a client, and every move between them.
 *
 * Named as in src/core/machine.h. scripts/model compares the pairs with the table in
 * src/core/transitions.c, and the runs print which of them they made. */

#define IDLE 0
#define QUEUED 1
#define ACQUIRING 2
#define READING_BACK 3
#define WATCHING 4
#define POLLING 5
#define PAUSING 6
#define HELD 7
#define RENEWING 8
#define CHECKING 9
#define RELEASING 10
#define CONFIRMING 11
#define RELEASE_WAIT 12
#define LOST 13
#define SWEEPING 14
#define SWEEP_WAIT 15
#define ENDED 16
#define STATES 17

#define FROM(from) (C.state == from)

#define INTO_QUEUED (FROM(IDLE))
#define INTO_ACQUIRING \
    (FROM(IDLE) || FROM(QUEUED) || FROM(ACQUIRING) || FROM(READING_BACK) || FROM(WATCHING) || \
     FROM(POLLING) || FROM(PAUSING))
#define INTO_READING_BACK (FROM(ACQUIRING))
#define INTO_WATCHING (FROM(ACQUIRING) || FROM(READING_BACK) || FROM(POLLING))
#define INTO_POLLING (FROM(WATCHING) || FROM(PAUSING))
#define INTO_PAUSING (FROM(ACQUIRING) || FROM(READING_BACK) || FROM(POLLING))
#define INTO_HELD \
    (FROM(IDLE) || FROM(ACQUIRING) || FROM(READING_BACK) || FROM(POLLING) || FROM(RENEWING) || FROM(CHECKING))
#define INTO_RENEWING (FROM(HELD))
#define INTO_CHECKING (FROM(RENEWING))
#define INTO_LOST (FROM(HELD) || FROM(RENEWING) || FROM(CHECKING))
#define INTO_RELEASING \
    (FROM(ACQUIRING) || FROM(READING_BACK) || FROM(WATCHING) || FROM(POLLING) || FROM(PAUSING) || \
     FROM(HELD) || FROM(LOST) || FROM(RELEASE_WAIT))
#define INTO_CONFIRMING (FROM(RELEASING))
#define INTO_RELEASE_WAIT (FROM(RELEASING))
#define INTO_SWEEPING (FROM(SWEEP_WAIT))
#define INTO_SWEEP_WAIT \
    (FROM(RELEASING) || FROM(CONFIRMING) || FROM(RELEASE_WAIT) || FROM(SWEEPING))
#define INTO_ENDED \
    (FROM(IDLE) || FROM(QUEUED) || FROM(ACQUIRING) || FROM(READING_BACK) || FROM(WATCHING) || \
     FROM(POLLING) || FROM(PAUSING) || FROM(HELD) || FROM(LOST) || FROM(RELEASING) || FROM(CONFIRMING) || FROM(RELEASE_WAIT) || \
     FROM(SWEEPING))

/* Which moves the run has made: no part of the state, printed when the search ends. */
c_decl {
    static unsigned char taken[STATES][STATES];
    static void taken_print(void)
    {
        for (int from = 0; from < STATES; from++) {
            for (int to = 0; to < STATES; to++) {
                if (taken[from][to]) {
                    printf("taken %d %d\n", from, to);
                }
            }
        }
    }
    static void __attribute__((constructor)) taken_start(void)
    {
        atexit(taken_print);
    }
};

#define MOVE(to) \
    assert(INTO_##to); \
    c_code { taken[now.cl[Pours->c].state][to] = 1; }; \
    C.state = to
