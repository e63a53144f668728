/* world.pml - time, requests that are executed late, and a person who breaks locks. */

inline count_down(x)
{
    if
    :: x > 0 -> x = x - 1
    :: else
    fi
}

/* Time passes, for all alike: drift is in LIFE and WAIT. */
inline tick()
{
    for (k : 0 .. CLIENT_SLOTS - 1) {
        count_down(cl[k].wait);
        count_down(cl[k].deadline);
        count_down(cl[k].ghosts_left);
#ifdef MUTANT_WAIT_FROM_SEND
        count_down(cl[k].sent_ago);
#endif
        for (j : 0 .. GUIDS - 1) {
            count_down(cl[k].left[j])
        }
    }
#if NPM
    for (k : 0 .. NPM - 1) {
        count_down(npm[k].wait)
    }
#endif
#if CALM
    calm_tick();
#endif
#if CLOSED
    for (k : 0 .. GHOST_SLOTS - 1) {
        if
        :: ghost[k].kind != 0 && ghost[k].age + 1 < GHOST_LIFE -> ghost[k].age = ghost[k].age + 1
        :: ghost[k].kind != 0 && ghost[k].age + 1 >= GHOST_LIFE -> ghost[k].kind = 0
        :: else
        fi
    }
#endif
}

inline execute_ghost(x)
{
    r_kind = ghost[x].kind;
    r_who = ghost[x].who;
    r_fresh = ghost[x].fresh;
    r_guid = ghost[x].seen_guid;
    r_token = ghost[x].seen_token;
    r_mine = ghost[x].mine;
    execute()
}

/* A person looks at the lock, and will break what they have seen. */
inline look_to_break()
{
    ghost[LAST_GHOST].kind = BREAK;
    ghost[LAST_GHOST].who = NOBODY;
    ghost[LAST_GHOST].fresh = (item.kind == OPEN -> FRESH_GUID : 0);
    ghost[LAST_GHOST].seen_guid = item.guid;
    ghost[LAST_GHOST].seen_token = item.token
}

byte which; /* chosen before a step; 0 between steps */

proctype world()
{
    do
    :: atomic {
        if
        :: d_step { TICKS -> tick(); skip }
#if GHOSTS
        :: ghost[0].kind ->
            if
            :: true
#if GHOSTS > 1
            :: ghost[1].kind -> which = 1
#endif
            fi;
            if
            :: d_step { execute_ghost(which); skip }; ghost[which].kind = 0
            :: ghost[which].kind = 0 /* never executed */
#if DOUBLED
            :: d_step { execute_ghost(which); skip }
#endif
            fi;
            which = 0
#endif
#if BREAKS && GHOSTS
        :: ghost[LAST_GHOST].kind == 0 && ((item.kind == OPEN && item.live) || item.kind == CLOSED_ITEM) ->
            d_step { look_to_break() }
#endif
#if CALM
        :: !calm && ghost[0].kind == 0 && cl[WAITER].state >= ACQUIRING &&
           cl[WAITER].state <= PAUSING ->
            calm = true;
            d_step {
                for (k : 0 .. CLIENTS - 1) {
                    cl[k].polled = 1
                }
                skip
            };
            if
            :: true
            :: MAY_DIE -> d_step {
                for (k : 0 .. CLIENTS - 2) {
                    c_code { memset(&now.cl[k], 0, sizeof(now.cl[0])); }
                }
                skip
            }
            fi
        :: d_step { calm && cl[WAITER].state == HELD -> calm_over(); skip }
#endif
        fi;
        d_step { TIDY; TELL check(); skip }
    }
    od
}

init
{
    atomic {
        run world();
#if CLIENTS > 0
        run ours(0);
#endif
#if CLIENTS > 1
        run ours(1);
#endif
#if CLIENTS > 2
        run ours(2);
#endif
#if NPM > 0
        run package(0);
#endif
#if NPM > 1
        run package(1);
#endif
    }
}
