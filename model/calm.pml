/* calm.pml - the end of all faults, and what has to happen then.
 *
 * Without CALM everything may happen at any time. With it there may come a moment from which on
 * requests are executed, replies arrive and clients act before time passes. The last client is
 * the waiter; the others die in that moment, or live on and give back what they have. Then the
 * waiter must acquire within a lease and a poll period, and within a poll period of a release
 * (docs/protocol.md, "What always holds", 5). A poll period is one tick. */

#if CALM

#define WAITER (CLIENTS - 1)
#define FAULTY (!calm)
#define LEAVES (calm && c != WAITER)
#define STARTS (!calm)
#define RENEWS (!calm)
#define RELEASES (!calm || c != WAITER)
#define GOES_ON (!LEAVES && (!calm || !IS_CLOSED(c) || !C.polled))
#define POLLS (!LEAVES && (!calm || !C.polled))
#define GIVES_UP (!calm || c != WAITER)
#define SWEEPS (!calm || !C.polled)
#define MUST_QUIT (LEAVES && (C.state == ACQUIRING || C.state == READING_BACK || C.state == POLLING))

/* Nothing is left to do for client k before time passes. */
#define RESTS(k) \
    (!cl[k].under_way && \
     (cl[k].state == IDLE || (cl[k].state == WATCHING && cl[k].wait > 0 && cl[k].polled) || \
      (IS_CLOSED(k) && (cl[k].state == PAUSING || cl[k].state == SWEEP_WAIT) && cl[k].polled)))
#if CLIENTS == 2
#define TICKS (!calm || (RESTS(0) && RESTS(1)))
#else
#define TICKS (!calm || (RESTS(0) && RESTS(1) && RESTS(2)))
#endif

/* A crash may leave a fail-closed lock that only a person can end. */
#define MAY_DIE (CLOSED == 0)

#ifndef CALM_TICKS_MAX
#define CALM_TICKS_MAX (LEASE + 1)
#endif
#define CALM_REQUESTS_MAX 24

inline calm_tick()
{
    if
    :: calm ->
        calm_ticks++;
        if
        :: item.kind == ABSENT || (item.kind == OPEN && !item.live) -> free_ticks++
        :: else -> free_ticks = 0
        fi;
#if CHECK & IN_TIME
        assert(calm_ticks <= CALM_TICKS_MAX);
        assert(free_ticks <= 1);
#endif
        for (k : 0 .. CLIENTS - 1) {
            cl[k].polled = 0
        }
    :: else
    fi
}

/* The waiter has it: all begins anew. */
inline calm_over()
{
    calm = false;
    calm_ticks = 0;
    free_ticks = 0;
    calm_requests = 0;
    item.kind = ABSENT;
    item.guid = 0;
    item.token = 0;
    item.live = 0;
    c_code { memset(&now.cl[0], 0, sizeof(now.cl)); }
}

#else

#define FAULTY true
#define LEAVES false
#define STARTS true
#define RENEWS true
#define RELEASES true
#define GOES_ON true
#define POLLS true
#define GIVES_UP true
#define SWEEPS true
#define MUST_QUIT false
#define TICKS true

#endif
