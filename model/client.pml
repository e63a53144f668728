/* client.pml - one process of ours, step for step as in src/core.
 *
 * Each step is one event of machine_step: a reply, the lack of one, or a wake-up. What the code
 * decides by chance, by a caller's patience or by a backoff is decided here by any choice: quit
 * says that a limit has been reached or the caller has had enough. */

/* How a lock was lost. */
#define LOSS_NONE 0
#define LOSS_LEASE_ENDED 1
#define LOSS_REFUSED 2

/* What release answers. */
#define TOLD_RELEASED 1
#define TOLD_LOST 2
#define TOLD_IN_DOUBT 3
#define TOLD_FAILED 4

/* What a step comes to; act() does it. */
#define DO_NOTHING 0
#define DO_ACQUIRE 1
#define DO_TAKE_OVER 2
#define DO_RENEW 3
#define DO_RELEASE 4
#define DO_SWEEP 5
#define DO_GIVE_UP 6
#define DO_FINISH 7
#define DO_END 8
#define DO_RESET 9

/* Chosen before a step; 0 between steps. */
byte outcome;
bool quit;
byte todo;
byte answer; /* of DO_FINISH */

inline find_own(with_guid)
{
    found = GUIDS;
    for (j : 0 .. GUIDS - 1) {
        if
        :: with_guid != 0 && C.guid[j] == with_guid -> found = j
        :: else
        fi
    }
}

inline drop_newest()
{
    if
    :: !(C.count == GUIDS && C.last_doubted) ->
        C.count = C.count - 1;
        C.guid[C.count] = 0;
        C.left[C.count] = 0
    :: else
    fi
}

inline doubt_newest()
{
    C.last_doubted = (C.count == GUIDS);
    if
    :: IS_CLOSED(c) -> C.ghosts_left = GHOST_LIFE
    :: else
    fi
}

/* Entry x is confirmed. What it was dated from is in the deadline by now. */
inline settle(x)
{
    j = C.guid[x];
    for (k : 0 .. GUIDS - 1) {
        C.guid[k] = 0;
        C.left[k] = 0
    }
    C.guid[0] = j;
    C.last_doubted = 0;
    C.count = 1
}

inline unwatch()
{
    C.watched = 0;
    C.wait = 0;
    C.seen_guid = 0;
    C.seen_token = 0
}

inline told_clear()
{
    C.told.kind = 0;
    C.told.guid = 0;
    C.told.token = 0;
    C.told.live = 0
}

inline send(kind)
{
    C.under_way = kind;
#ifdef MUTANT_WAIT_FROM_SEND
    C.sent_ago = WAIT;
#endif
#if CALM
    if
    :: calm ->
        C.polled = 1;
        calm_requests++;
        assert(calm_requests <= CALM_REQUESTS_MAX)
    :: else
    fi
#endif
}

/* The item is ours by the write of entry x. If that lease is over, it is taken over from
 * ourselves. */
inline acquire_written(x)
{
    if
    :: IS_CLOSED(c) ->
        unwatch();
        MOVE(HELD)
    :: !IS_CLOSED(c) && C.left[x] > 0 ->
        C.deadline = C.left[x];
        C.token = C.told.token;
        settle(x);
        unwatch();
        MOVE(HELD)
    :: else ->
        C.seen_guid = C.guid[x];
        C.seen_token = C.told.token;
#ifndef MUTANT_LATE_NOT_SETTLED
        settle(x);
#endif
        C.watched = 1;
        C.wait = 0;
        todo = DO_TAKE_OVER
    fi
}

/* Somebody holds it, fail-open: the wait runs on while guid and token stay the same. */
inline watch_lease()
{
    if
#ifdef MUTANT_WATCH_NOT_RESTARTED
    :: C.watched
#else
    :: C.watched && C.told.guid != 0 && C.seen_guid == C.told.guid && C.seen_token == C.told.token
#endif
    :: else ->
#ifdef MUTANT_WAIT_FROM_SEND
        C.wait = C.sent_ago
#else
        C.wait = WAIT
#endif
    fi;
    C.watched = 1;
    C.seen_guid = C.told.guid;
    C.seen_token = C.told.token;
    MOVE(WATCHING)
}

/* The item was received: refused by it, or read. */
inline watch_item()
{
    find_own(C.told.guid);
    if
    :: C.told.kind == ABSENT || (!IS_CLOSED(c) && C.told.kind == OPEN && !C.told.live) ->
        unwatch();
        todo = DO_ACQUIRE
    :: else ->
        if
        :: (C.told.kind == CLOSED_ITEM) != IS_CLOSED(c) -> todo = DO_GIVE_UP
        :: (C.told.kind == CLOSED_ITEM) == IS_CLOSED(c) && found < GUIDS ->
#ifdef MUTANT_OWN_DATED_FROM_NOW
            C.left[found] = LIFE;
#endif
            acquire_written(found)
        :: (C.told.kind == CLOSED_ITEM) == IS_CLOSED(c) && found == GUIDS && IS_CLOSED(c) ->
            MOVE(PAUSING)
        :: else -> watch_lease()
        fi
    fi
}

/* What the reply tells of the guid that was sent last. */
inline note_guid()
{
    if
    :: C.state == POLLING || outcome == APPLIED || outcome == BARE_REFUSED
    :: C.state != POLLING && (outcome == REFUSED || outcome == FOUND) ->
        if
        :: C.told.guid != C.guid[C.count - 1] -> drop_newest()
        :: else
        fi
    :: C.state == ACQUIRING && outcome == FAILED -> drop_newest()
    :: else -> doubt_newest()
    fi
}

inline acquire_reply()
{
    note_guid();
    if
    :: quit -> todo = DO_GIVE_UP
    :: !quit && (outcome == IN_DOUBT || outcome == FAILED) -> MOVE(PAUSING)
    :: !quit && outcome == APPLIED ->
#ifdef MUTANT_DEADLINE_FROM_REPLY
        C.left[C.count - 1] = LIFE;
#endif
        found = C.count - 1;
        acquire_written(found)
    :: !quit && outcome == BARE_REFUSED -> MOVE(READING_BACK); send(READ)
    :: else -> watch_item()
    fi
}

inline lose(how)
{
#if CHECK & NEVER_ROBBED
    assert(how == LOSS_LEASE_ENDED || C.broken);
#endif
    C.loss = how;
    C.deadline = 0;
    MOVE(LOST)
}

inline renewed(x)
{
    if
    :: C.left[x] > C.deadline -> C.deadline = C.left[x]
    :: else
    fi;
    settle(x);
    MOVE(HELD)
}

inline hold_reply()
{
    find_own(C.told.guid);
    if
    :: outcome == APPLIED ->
        found = C.count - 1;
#ifdef MUTANT_DEADLINE_FROM_REPLY
        C.left[found] = LIFE;
#endif
        renewed(found)
    :: outcome == BARE_REFUSED -> MOVE(CHECKING); send(READ)
    :: outcome == REFUSED || outcome == FOUND -> /* is the item still ours? */
        if
        :: found == GUIDS || C.told.kind != OPEN || !C.told.live -> lose(LOSS_REFUSED)
        :: else ->
#ifdef MUTANT_OWN_DATED_FROM_NOW
            C.left[found] = LIFE;
#endif
            renewed(found)
        fi
    :: outcome == FAILED && C.state == RENEWING -> drop_newest(); MOVE(HELD)
    :: else ->
#ifdef MUTANT_SET_NOT_KEPT
        drop_newest();
#else
        doubt_newest();
#endif
        MOVE(HELD)
    fi
}

#define RELEASE_TIME_IS_OVER (!IS_CLOSED(c) && !C.giving_back && C.deadline == 0)

inline release_again()
{
    if
    :: quit || RELEASE_TIME_IS_OVER ->
        todo = DO_FINISH;
        answer = (C.release_doubt -> TOLD_IN_DOUBT : TOLD_FAILED)
    :: else -> MOVE(RELEASE_WAIT)
    fi
}

/* The release was refused: by what was told, or by nobody knows what. */
inline release_refused()
{
    todo = DO_FINISH;
    if
    :: !C.release_doubt -> answer = TOLD_LOST
    :: C.release_doubt && IS_CLOSED(c) ->
        answer = (outcome != FAILED && C.told.kind == ABSENT -> TOLD_RELEASED : TOLD_IN_DOUBT)
    :: else ->
#ifdef MUTANT_RELEASED_AFTER_DEADLINE
        answer = TOLD_RELEASED
#else
        answer = (C.deadline > 0 -> TOLD_RELEASED : TOLD_IN_DOUBT)
#endif
    fi
}

/* The release of an acquisition given up, or of a lock that was lost. */
inline courtesy_reply()
{
    if
    :: C.giving_back && (outcome == IN_DOUBT || outcome == FAILED) -> release_again()
    :: else -> todo = DO_FINISH; answer = TOLD_LOST
    fi
}

inline release_reply()
{
    if
    :: C.giving_back || C.loss != LOSS_NONE -> courtesy_reply()
    :: else ->
        C.release_doubt = (C.release_doubt || outcome == IN_DOUBT);
        if
        :: outcome == APPLIED -> todo = DO_FINISH; answer = TOLD_RELEASED
        :: outcome == BARE_REFUSED -> MOVE(CONFIRMING); send(READ)
        :: outcome == REFUSED || outcome == FOUND || C.state == CONFIRMING -> release_refused()
        :: else -> release_again()
        fi
    fi
}

#ifdef MUTANT_GIVE_BACK_NOT_SWEPT
#define UNCONFIRMED (answer == TOLD_IN_DOUBT)
#else
#define UNCONFIRMED (answer == TOLD_IN_DOUBT || answer == TOLD_FAILED)
#endif
#if defined(MUTANT_NO_SWEEP)
#define MUST_SWEEP false
#define SWEPT true
#elif defined(MUTANT_SWEEP_JUDGED_AT_REPLY)
#define MUST_SWEEP (C.ghosts_left > 0)
#define SWEPT (C.ghosts_left == 0)
#else
#define MUST_SWEEP (UNCONFIRMED || !C.sent_late)
#define SWEPT (C.sent_late)
#endif

inline sweep_reply()
{
    if
    :: outcome != IN_DOUBT && outcome != FAILED && SWEPT -> todo = DO_END
    :: else -> MOVE(SWEEP_WAIT)
    fi
}

/* The outcome of the request under way. The deadline is compared first. */
inline handle()
{
    if
    :: C.under_way == TAKE_OVER && (outcome == REFUSED || outcome == BARE_REFUSED) ->
        unwatch() /* what was observed stands no more: observe anew */
    :: else
    fi;
    C.under_way = 0;
    C.reply = 0;
    C.repeats = 0;
    if
    :: HOLDS(c) && !IS_CLOSED(c) && C.deadline == 0 -> lose(LOSS_LEASE_ENDED)
    :: else
    fi;
    if
    :: C.state == ACQUIRING || C.state == READING_BACK || C.state == POLLING -> acquire_reply()
    :: C.state == RENEWING || C.state == CHECKING -> hold_reply()
    :: C.state == RELEASING || C.state == CONFIRMING -> release_reply()
    :: C.state == SWEEPING -> sweep_reply()
    :: else -> assert(C.state == LOST)
    fi;
    told_clear();
    outcome = 0;
    quit = 0
}

inline send_release()
{
    send((IS_CLOSED(c) -> RELEASE_CLOSED : RELEASE));
    C.sent_late = (C.ghosts_left == 0);
    for (k : 0 .. GUIDS - 1) {
        C.left[k] = 0
    }
}

inline add_guid()
{
    if
    :: C.count < GUIDS ->
        C.guid[C.count] = FRESH_GUID;
        C.left[C.count] = (IS_CLOSED(c) -> 0 : LIFE);
        C.count = C.count + 1
    :: else -> /* the newest is sent again, and keeps its time */
        C.repeats = 1;
#ifdef MUTANT_REPEAT_DATED_FROM_REPEAT
        C.left[C.count - 1] = LIFE;
#endif
        skip
    fi
}

inline give_up()
{
    unwatch();
    if
#ifdef MUTANT_NOTHING_GIVEN_BACK
    :: true -> todo = DO_END
#else
    :: C.count == 0 -> todo = DO_END
#endif
    :: else ->
        C.giving_back = 1;
        todo = DO_RELEASE
    fi
}

inline finish()
{
#if CHECK & TOLD_THE_TRUTH
    if
    :: answer == TOLD_RELEASED -> assert(C.freed)
    :: answer == TOLD_LOST && !C.giving_back && C.loss != LOSS_LEASE_ENDED ->
        assert(C.token == 0 || C.token != item.token || !item.live)
    :: else
    fi;
#endif
    /* Fail-closed: what the table has not confirmed goes on being deleted, and so does what a
     * ghost may have written after a release that was sent before the last one was gone. */
    if
    :: IS_CLOSED(c) && UNCONFIRMED -> C.ghosts_left = GHOST_LIFE
    :: else
    fi;
    if
    :: IS_CLOSED(c) && MUST_SWEEP -> MOVE(SWEEP_WAIT); todo = DO_NOTHING
    :: else -> todo = DO_END
    fi
}

/* The machine is over. */
inline end()
{
#if CHECK & NO_ORPHAN
    if
    :: IS_CLOSED(c) ->
        name_set(c);
        assert(item.kind != CLOSED_ITEM || !(r_mine & BIT(item.guid)));
        for (k : 0 .. GHOST_SLOTS - 1) {
            assert(ghost[k].kind != ACQUIRE_CLOSED || ghost[k].who != c)
        }
    :: else
    fi;
#endif
    MOVE(ENDED);
    todo = DO_RESET
}

/* The client may begin anew, and knows nothing of what was; nor is a ghost its own any more. */
inline reset()
{
    c_code {
        memset(&now.cl[Pours->c], 0, sizeof(now.cl[0]));
        FOR_GHOSTS(if (spook->who == Pours->c) { spook->who = NOBODY; })
    }
}

/* Does what the step came to. */
inline act()
{
    if
    :: todo == DO_GIVE_UP -> give_up()
    :: todo == DO_FINISH -> finish()
    :: else
    fi;
    if
    :: todo == DO_END -> end()
    :: else
    fi;
    if
    :: todo == DO_ACQUIRE ->
        MOVE(ACQUIRING);
        send((IS_CLOSED(c) -> ACQUIRE_CLOSED : ACQUIRE))
    :: todo == DO_TAKE_OVER -> MOVE(ACQUIRING); send(TAKE_OVER)
    :: todo == DO_RENEW -> MOVE(RENEWING); send(RENEW)
    :: todo == DO_RELEASE -> MOVE(RELEASING); send_release()
    :: todo == DO_SWEEP ->
        MOVE(SWEEPING);
        send_release()
    :: todo == DO_RESET -> reset()
    :: else
    fi;
    if
    :: todo == DO_ACQUIRE || todo == DO_TAKE_OVER || todo == DO_RENEW -> add_guid()
    :: else
    fi;
    todo = DO_NOTHING;
    answer = 0
}

/* The guids that the request under way names: those that were in the set before its own. */
inline name_set_sent(x)
{
    name_set(x);
    if
    :: cl[x].under_way == RENEW && !cl[x].repeats ->
        r_mine = r_mine & ~BIT(cl[x].guid[cl[x].count - 1])
    :: else
    fi
}

/* The request under way is executed by the table. */
inline execute_live(bare)
{
    r_kind = C.under_way;
    r_who = c;
    r_fresh = (C.count > 0 -> C.guid[C.count - 1] : 0);
    r_guid = C.seen_guid;
    r_token = C.seen_token;
    name_set_sent(c);
    execute();
    if
    :: applied ->
        C.reply = APPLIED;
        C.told.token = (ACQUIRES(C.under_way) -> item.token : 0)
    :: !applied && C.under_way != READ && (bare || item.kind == ABSENT) ->
        C.reply = BARE_REFUSED
    :: else ->
        C.reply = (C.under_way == READ -> FOUND : REFUSED);
        C.told.kind = item.kind;
        C.told.guid = item.guid;
        C.told.token = item.token;
        C.told.live = item.live
    fi
}

#if STALE
inline execute_stale()
{
    C.reply = FOUND;
    C.told.kind = old.kind;
    C.told.guid = old.guid;
    C.told.token = old.token;
    C.told.live = old.live
}
#endif

/* The request under way is not executed yet, and becomes a ghost. */
inline haunt()
{
    ghost[LAST_GHOST].kind = C.under_way;
    ghost[LAST_GHOST].who = (CLOSED || BREAKS -> c : NOBODY);
    ghost[LAST_GHOST].fresh = (WRITES_GUID(C.under_way) -> C.guid[C.count - 1] : 0);
    ghost[LAST_GHOST].seen_guid = (C.under_way == TAKE_OVER -> C.seen_guid : 0);
    ghost[LAST_GHOST].seen_token = (C.under_way == TAKE_OVER -> C.seen_token : 0);
    name_set_sent(c);
    ghost[LAST_GHOST].mine = (NAMES_SET(C.under_way) -> r_mine : 0)
}

#define MAY_QUIT \
    (C.state == ACQUIRING || C.state == READING_BACK || C.state == POLLING || \
     C.state == RELEASING || C.state == CONFIRMING)
#define IS_UNEXECUTED (C.under_way && !C.reply)
#define IS_WRITING (C.under_way && C.under_way != READ)
#define MAY_HAUNT (GHOSTS > 0 && IS_WRITING && !C.reply && ghost[LAST_GHOST].kind == 0)
#define IS_IDLE (C.state == IDLE && !IS_HANDED(c))
#define IS_OPEN_AND_HELD (C.state == HELD && !IS_CLOSED(c) && C.deadline > 0)

#if HANDS_OVER
/* The grant: the token, the deadline, and the whole set with its times. */
inline hand_over()
{
    MOVE(ENDED);
    C.state = IDLE;
#ifdef MUTANT_GRANT_OF_ONE_GUID
    for (k : 1 .. GUIDS - 1) {
        C.guid[k] = 0;
        C.left[k] = 0
    }
    C.count = 1;
    C.last_doubted = 0;
#endif
    C.handed = 1
}

inline adopt()
{
#ifdef MUTANT_ADOPTED_DATED_ANEW
    C.deadline = LIFE;
#endif
    C.handed = 0;
    MOVE(HELD)
}
#endif

proctype ours(byte c)
{
    do
    :: atomic {
        if
        /* The table carries out the request, … */
        :: d_step { IS_UNEXECUTED -> execute_live(false); skip }
#if BARE
        :: d_step { IS_UNEXECUTED && IS_WRITING && FAULTY -> execute_live(true); skip }
#endif
#if DOUBLED
        :: MAY_HAUNT && FAULTY ->
            d_step { haunt() };
            d_step { execute_live(false); skip }
#endif
#if STALE
        :: d_step { IS_UNEXECUTED && C.state == POLLING && FAULTY -> execute_stale() }
#endif
        /* … and its reply comes, or never does: it may be lost, or come late. */
        :: C.under_way && (C.reply || FAULTY) ->
            if
            :: C.reply -> outcome = C.reply
            :: FAULTY && (C.under_way == READ || (FAILED_REPLIES && !C.reply)) -> outcome = FAILED
            :: FAULTY && IS_WRITING -> outcome = IN_DOUBT
            :: FAULTY && MAY_HAUNT -> outcome = IN_DOUBT; d_step { haunt() }
            fi;
            if
            :: !MUST_QUIT
            :: MAY_QUIT && (FAULTY || MUST_QUIT) -> quit = true
            fi;
            d_step { handle(); skip }
        :: IS_IDLE && STARTS -> todo = DO_ACQUIRE
#if QUEUES
        :: d_step { IS_IDLE && STARTS -> MOVE(QUEUED) }
        :: IS_IDLE -> todo = DO_END
        :: C.state == QUEUED && GOES_ON -> todo = DO_ACQUIRE
        :: C.state == QUEUED && GIVES_UP -> todo = DO_END
#endif
        /* Waiting. */
        :: C.state == WATCHING && C.wait == 0 && GOES_ON -> todo = DO_TAKE_OVER
        :: d_step { C.state == WATCHING && POLLS -> MOVE(POLLING); send(READ) }
        :: C.state == WATCHING && FAULTY -> todo = DO_ACQUIRE /* the next attempt */
        :: (C.state == WATCHING || C.state == PAUSING) && GIVES_UP -> todo = DO_GIVE_UP
        :: d_step {
            C.state == PAUSING && GOES_ON ->
            if
            :: C.watched && C.wait == 0 -> todo = DO_TAKE_OVER
            :: C.watched && C.wait > 0 -> MOVE(POLLING); send(READ)
            :: else -> todo = DO_ACQUIRE
            fi
        }
        /* Holding. */
        :: IS_OPEN_AND_HELD && RENEWS -> todo = DO_RENEW
        :: (IS_OPEN_AND_HELD || (C.state == HELD && IS_CLOSED(c))) && RELEASES -> todo = DO_RELEASE
        /* After a take-over it may be given up before the program was told that it holds. */
        :: IS_OPEN_AND_HELD && RELEASES -> C.giving_back = 1; todo = DO_RELEASE
        :: d_step {
            HOLDS(c) && !IS_CLOSED(c) && RELEASES &&
            (C.deadline == 0 || (C.deadline <= 2 * DRIFT && FAULTY)) ->
            lose(LOSS_LEASE_ENDED)
        }
        :: d_step {
            C.state == LOST && !C.under_way ->
            answer = TOLD_LOST;
            todo = (C.loss == LOSS_LEASE_ENDED -> DO_RELEASE : DO_FINISH)
        }
#if HANDS_OVER
        /* The machine ends; another process goes on at any later time, or too late. */
        :: d_step { IS_OPEN_AND_HELD || (C.state == HELD && IS_CLOSED(c)) -> hand_over() }
        :: d_step { IS_HANDED(c) && (IS_CLOSED(c) || C.deadline > 0) -> adopt() }
        :: IS_HANDED(c) && !IS_CLOSED(c) && C.deadline == 0 -> todo = DO_END
#endif
        /* Releasing. */
        :: C.state == RELEASE_WAIT && !RELEASE_TIME_IS_OVER -> todo = DO_RELEASE
        :: d_step {
            C.state == RELEASE_WAIT && (FAULTY || RELEASE_TIME_IS_OVER) ->
            answer = (C.release_doubt -> TOLD_IN_DOUBT : TOLD_FAILED);
            todo = DO_FINISH
        }
        :: C.state == SWEEP_WAIT && SWEEPS -> todo = DO_SWEEP
#if CRASHES
        :: !IS_IDLE && FAULTY ->
            if
            :: true
            :: MAY_HAUNT -> d_step { haunt() }
            fi;
            todo = DO_RESET
#endif
        fi;
        d_step { act(); skip };
        d_step { TIDY; TELL check(); skip }
    }
    od
}
