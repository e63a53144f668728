/* parameters.pml - the bounds of a run, and which deliberate faults it has. All are set with -D. */

#ifndef CLIENTS
#define CLIENTS 2 /* processes of ours: 0 … 3 */
#endif
#ifndef CLOSED
#define CLOSED 0 /* which of them are fail-closed: bit c is client c */
#endif
#ifndef NPM
#define NPM 0 /* processes of the npm package: 0 … 2, all fail-open */
#endif
#ifndef GHOSTS
#define GHOSTS 1 /* requests at a time that nobody waits for any more and that may be executed */
#endif
#ifndef GUIDS
#define GUIDS 2 /* what a client's set of guids holds; six in the code */
#endif
#ifndef LEASE
#define LEASE 2 /* in ticks */
#endif
#ifndef DRIFT
#define DRIFT 0 /* ticks by which a clock may be wrong over a lease, either way */
#endif
#ifndef MARGIN
#define MARGIN (2 * DRIFT) /* ticks that a holder stops before its lease ends */
#endif
#ifndef GHOST_LIFE
#define GHOST_LIFE 2 /* fail-closed: ticks after which a request cannot be executed any more */
#endif
#ifndef DOUBLED
#define DOUBLED 0 /* 1: a request that was executed may be executed again, at any later time */
#endif
#ifndef BARE
#define BARE 1 /* 1: a refusal may come without the item */
#endif
#ifndef FAILED_REPLIES
#define FAILED_REPLIES 1 /* 1: a request may be answered as not carried out (throttled, 5xx) */
#endif
#ifndef CRASHES
#define CRASHES 1 /* 1: a process may end at any moment; its next life knows nothing */
#endif
#ifndef STALE
#define STALE 0 /* 1: a poll may be answered with what stood there before the last write */
#endif
#ifndef BREAKS
#define BREAKS 0 /* 1: a person breaks locks, and what they saw may be old */
#endif
#ifndef QUEUES
#define QUEUES 0 /* 1: an acquisition may have to wait for another one of its own process */
#endif
#ifndef HANDS_OVER
#define HANDS_OVER 0 /* 1: a holder may hand its lock over, and another process go on, or not */
#endif
#ifndef CALM
#define CALM 0 /* 1: the faults may end, and then whoever waits has to acquire in time */
#endif

/* Which properties are checked: the sum of those below. Runs that have to fail check only the
 * one that they are to violate. */
#define ONE_BELIEVER 1    /* two clients never believe to hold the lock at the same time */
#define BELIEVER_HOLDS 2  /* the item bears a believer's guid and token, and is not released */
#define TOKENS_RISE 4     /* each acquisition has a token above all earlier ones */
#define NO_REVIVAL 8      /* what is released is live again only with a new token */
#define TOLD_THE_TRUTH 16 /* who is told released has released; who is told lost has lost */
#define NEVER_ROBBED 32   /* while it believes, a refusal never costs a holder the lock */
#define NO_ORPHAN 64      /* fail-closed: when a client ends, nothing of it is there or to come */
#define IN_TIME 128       /* CALM */
#define NPM_BELIEVERS 256 /* the npm package's holders count as believers too */
#define NPM_TOLD 512      /* and so does what its release() reports */
#define NPM_ORPHAN 1024   /* its fail-closed acquisition that reports a failure left nothing */
#ifndef CHECK
#define CHECK 255
#endif
#if CHECK & 1
#define CHECK_ONE_BELIEVER
#endif

/* A holder's clock may run slow and a waiter's fast: the longest that the one believes, and the
 * shortest that the other waits, in true time. */
#define LIFE (LEASE - MARGIN + DRIFT)
#define WAIT (LEASE - DRIFT)

#define TOKEN_SPAN 7 /* more tokens than are ever remembered at once; asserted */
#define GUID_COUNT 15
