/* npm.pml - one process of the npm package dynamodb-lock-client 0.7.3, fail-open.
 *
 * Whole-item puts; one guid and no memory of others; no deadline: it believes until it is told
 * otherwise or releases; a refused release is reported as success (its index.js, 420–562). */

#if NPM

#define P npm[p]

inline npm_send(request, writes)
{
    P.under_way = request;
    P.fresh = writes
}

inline npm_reset()
{
    P.state = NPM_IDLE;
    P.under_way = 0;
    P.reply = 0;
    P.guid = 0;
    P.fresh = 0;
    P.seen_guid = 0;
    P.seen_token = 0;
    P.wait = 0;
    P.token = 0;
    P.told_kind = 0;
    P.told_guid = 0;
    P.told_token = 0;
    P.told_live = 0
}

inline npm_execute()
{
    r_kind = P.under_way;
    r_who = NOBODY;
    r_fresh = P.fresh;
    r_guid = (P.under_way == NPM_OVER -> P.seen_guid : P.guid);
    r_token = (P.under_way == NPM_OVER -> P.seen_token : P.token);
    r_mine = 0;
    execute();
    if
    :: P.under_way == READ ->
        P.reply = FOUND;
        P.told_kind = item.kind;
        P.told_guid = item.guid;
        P.told_token = item.token;
        P.told_live = item.live
    :: else ->
        P.reply = (applied -> APPLIED : REFUSED);
        P.told_token = (applied -> item.token : 0) /* its own sum: what it saw, and 1 */
    fi
}

inline npm_haunt()
{
    ghost[LAST_GHOST].kind = P.under_way;
    ghost[LAST_GHOST].who = NOBODY;
    ghost[LAST_GHOST].fresh = P.fresh;
    ghost[LAST_GHOST].seen_guid = (P.under_way == NPM_OVER -> P.seen_guid : P.guid);
    ghost[LAST_GHOST].seen_token = (P.under_way == NPM_OVER -> P.seen_token : P.token)
}

inline npm_found()
{
    if
    :: P.told_kind == ABSENT ->
        P.state = NPM_PUTTING;
        npm_send(NPM_NEW, FRESH_GUID)
    :: else ->
        P.seen_guid = P.told_guid;
        P.seen_token = P.told_token;
        P.wait = (P.told_live -> WAIT : 0);
        P.told_kind = 0;
        P.told_guid = 0;
        P.told_token = 0;
        P.told_live = 0;
        P.state = NPM_SLEEPING
    fi
}

inline npm_handle()
{
    P.under_way = 0;
    if
    :: P.state == NPM_READING && P.reply == FOUND -> npm_found()
    :: P.state == NPM_PUTTING && P.reply == APPLIED ->
        P.token = P.told_token;
        P.guid = P.fresh;
        P.fresh = 0;
        P.seen_guid = 0;
        P.seen_token = 0;
        P.state = NPM_HOLDING
    :: P.state == NPM_BEATING && P.reply == APPLIED ->
        P.guid = P.fresh;
        P.fresh = 0;
        P.state = NPM_HOLDING
    :: P.state == NPM_RELEASING && (P.reply == APPLIED || P.reply == REFUSED) ->
#if CHECK & NPM_TOLD
        assert(!item.live || P.token != item.token || P.token == 0);
#endif
        npm_reset()
    :: else ->
        npm_reset() /* an error for the caller; be generous: it no longer believes */
    fi;
    P.told_token = 0;
    P.reply = 0
}

#define NPM_MAY_HAUNT \
    (GHOSTS > 0 && P.under_way && P.under_way != READ && !P.reply && ghost[LAST_GHOST].kind == 0)

proctype package(byte p)
{
    do
    :: atomic {
        if
        :: d_step { P.state == NPM_IDLE -> P.state = NPM_READING; npm_send(READ, 0) }
        :: d_step { P.under_way && !P.reply -> npm_execute(); skip }
        :: d_step { P.reply -> npm_handle(); skip }
        :: P.under_way -> /* no reply */
            if
            :: true
            :: NPM_MAY_HAUNT -> d_step { npm_haunt() }
            fi;
            P.reply = IN_DOUBT;
            d_step { npm_handle(); skip }
        :: d_step {
            P.state == NPM_SLEEPING && P.wait == 0 ->
            P.state = NPM_PUTTING;
            npm_send(NPM_OVER, FRESH_GUID)
        }
        :: d_step { P.state == NPM_HOLDING -> P.state = NPM_BEATING; npm_send(NPM_BEAT, FRESH_GUID) }
        /* release(), which does not wait for a heartbeat that is under way */
        :: P.state == NPM_HOLDING || P.state == NPM_BEATING ->
            if
            :: true
            :: NPM_MAY_HAUNT -> d_step { npm_haunt() }
            fi;
            d_step { P.state = NPM_RELEASING; P.reply = 0; npm_send(NPM_RELEASE, P.guid) }
#if CRASHES
        :: P.state != NPM_IDLE ->
            if
            :: true
            :: NPM_MAY_HAUNT -> d_step { npm_haunt() }
            fi;
            d_step { npm_reset() }
#endif
        fi;
        d_step { TIDY; TELL check(); skip }
    }
    od
}

#endif
