/* table.pml - the lock's item, the requests, and what executing one does.
 *
 * The conditions and effects are those of docs/protocol.md, section "Transitions". */

/* Kinds of item. */
#define ABSENT 0
#define OPEN 1
#define CLOSED_ITEM 2

/* Kinds of request. */
#define ACQUIRE 1
#define TAKE_OVER 2
#define RENEW 3
#define RELEASE 4
#define ACQUIRE_CLOSED 5
#define RELEASE_CLOSED 6
#define READ 7
#define BREAK 8
#define NPM_NEW 9 /* the npm package's whole-item puts: if absent, … */
#define NPM_OVER 10
#define NPM_BEAT 11
#define NPM_RELEASE 12

#define ACQUIRES(kind) ((kind) == ACQUIRE || (kind) == TAKE_OVER || (kind) == NPM_OVER)
#define WRITES_GUID(kind) \
    ((kind) == ACQUIRE || (kind) == TAKE_OVER || (kind) == RENEW || (kind) == ACQUIRE_CLOSED)

#define NAMES_SET(kind) ((kind) == RENEW || (kind) == RELEASE || (kind) == RELEASE_CLOSED)
#define NAMES_SEEN(kind) \
    ((kind) == TAKE_OVER || (kind) == BREAK || (kind) == NPM_OVER || (kind) == NPM_BEAT || \
     (kind) == NPM_RELEASE)

/* Outcomes. A request without a reply is in doubt, or, if it was a read, failed. */
#define APPLIED 1
#define REFUSED 2 /* with the item */
#define BARE_REFUSED 3
#define FOUND 4
#define IN_DOUBT 5
#define FAILED 6

#define BIT(guid) (1 << (guid))

typedef record {
    unsigned kind : 2;
    unsigned guid : 4;
    unsigned token : 4;
    unsigned live : 1; /* fail-open: the lease is above 1 */
};

/* One process of ours: struct machine, and what the network still has for it. */
typedef client {
    unsigned state : 5;
    unsigned under_way : 4; /* the request that has no reply yet */
    unsigned reply : 3;     /* its outcome, executed and on its way back */
    unsigned watched : 1;
    unsigned wait : 3; /* ticks until TAKE OVER; of what is watched */
    unsigned seen_guid : 4;
    unsigned seen_token : 4;
    unsigned deadline : 3; /* ticks of belief that are left */
    unsigned token : 4;
    unsigned count : 2;   /* of the set of guids */
    unsigned last_doubted : 1; /* the newest, of a full set, was carried by an attempt in doubt */
    unsigned loss : 2;
    unsigned repeats : 1; /* the request under way carries the newest guid once more */
    unsigned release_doubt : 1;
    unsigned giving_back : 1;
    unsigned ghosts_left : 3; /* fail-closed: ticks until no ghost can come any more */
    unsigned sent_late : 1; /* the release under way was sent after that */
    unsigned freed : 1;       /* an operation on the table has released or deleted the lock */
    unsigned broken : 1;      /* a person has broken it: what we believe is their doing */
#if HANDS_OVER
    unsigned handed : 1; /* its machine has ended; who goes on has its grant, which is all the rest */
#endif
#if CALM
    unsigned polled : 1; /* since the last tick */
#endif
#ifdef MUTANT_WAIT_FROM_SEND
    unsigned sent_ago : 3;
#endif
    byte guid[GUIDS];
    byte left[GUIDS]; /* ticks of belief that each write would give, from before its sending */
    record told;      /* of the reply */
};

/* Its states. */
#define NPM_IDLE 0
#define NPM_READING 1
#define NPM_SLEEPING 2
#define NPM_PUTTING 3
#define NPM_RELEASING 4
#define NPM_HOLDING 5 /* from here on it believes */
#define NPM_BEATING 6

typedef peer { /* one process of the npm package */
    unsigned state : 3;
    unsigned under_way : 4;
    unsigned reply : 3;
    unsigned guid : 4;  /* its _guid */
    unsigned fresh : 4; /* what the put under way writes */
    unsigned seen_guid : 4;
    unsigned seen_token : 4;
    unsigned wait : 3;
    unsigned token : 4;
    unsigned told_guid : 4;
    unsigned told_token : 4;
    unsigned told_kind : 2;
    unsigned told_live : 1;
};

/* A request that nobody waits for any more, and that may be executed late or never. */
typedef ghost_request {
    unsigned kind : 4;
    unsigned who : 3;
    unsigned fresh : 4;
    unsigned seen_guid : 4;
    unsigned seen_token : 4;
    unsigned age : 3;   /* fail-closed */
    unsigned mine : 16; /* the guids that its condition names, a bit for each */
};

#if CLIENTS
#define CLIENT_SLOTS CLIENTS
#else
#define CLIENT_SLOTS 1 /* an array needs one */
#endif
#if GHOSTS
#define GHOST_SLOTS GHOSTS
#else
#define GHOST_SLOTS 1
#endif

record item;
client cl[CLIENT_SLOTS];
ghost_request ghost[GHOST_SLOTS];
#if NPM
peer npm[NPM];
#endif
#if STALE
record old; /* what stood there before the last write */
#endif
#if CALM
bool calm;
unsigned calm_ticks : 4;
unsigned free_ticks : 2;
unsigned calm_requests : 6;
#endif

#define NOBODY 7 /* of ours: a person, or the npm package */
#define LAST_GHOST (GHOST_SLOTS - 1)
#define C cl[c]
#define IS_CLOSED(c) ((CLOSED >> (c)) & 1)
#if HANDS_OVER
#define IS_HANDED(k) (cl[k].handed)
#else
#define IS_HANDED(k) false
#endif
#define HOLDS(k) (cl[k].state == HELD || cl[k].state == RENEWING || cl[k].state == CHECKING)
#define BELIEVES(k) (HOLDS(k) && (IS_CLOSED(k) || cl[k].deadline > 0) && !cl[k].broken)

/* Scratch, of no meaning between two steps, and so no part of the state. */
hidden byte k;
hidden byte j;
hidden byte believers;
hidden byte found; /* index in a set, GUIDS if none */
hidden byte applied;
hidden byte released_token;

hidden byte r_kind;
hidden byte r_who;
hidden byte r_fresh;
hidden byte r_guid;
hidden byte r_token;
hidden int r_mine;

/* The guids of client x's set. */
inline name_set(x)
{
    r_mine = 0;
    for (j : 0 .. GUIDS - 1) {
        r_mine = r_mine | (BIT(cl[x].guid[j]) & ~1)
    }
}

/* Notes with every client whose lock stands there that it was ended, by a person or not. */
inline note_end(by_person)
{
    for (k : 0 .. CLIENT_SLOTS - 1) {
        name_set(k);
        if
        :: r_mine & BIT(item.guid) ->
            cl[k].freed = 1;
            if
            :: by_person -> cl[k].broken = 1
            :: else
            fi
        :: else
        fi
    }
}

/* A fail-open acquisition is applied: the only write that makes a token. */
inline acquired(with_token)
{
#if CHECK & TOKENS_RISE
    assert(with_token > item.token);
#endif
    assert(with_token <= TOKEN_SPAN);
    item.token = with_token;
    item.kind = OPEN;
    item.guid = r_fresh;
    item.live = 1;
    note_start()
}

/* Whoever is still to learn that it holds what was just applied: nobody has ended that yet. But if an
 * answer is on its way, then it may believe that one, and what became of it. */
inline note_start()
{
    applied = 1;
    if
    :: r_who < CLIENTS && cl[r_who].state < HELD && !IS_HANDED(r_who) && !cl[r_who].reply ->
        cl[r_who].freed = 0;
        cl[r_who].broken = 0
    :: else
    fi
}

#if STALE
#define KEEP_OLD \
    old.kind = item.kind; \
    old.guid = item.guid; \
    old.token = item.token; \
    old.live = item.live;
#else
#define KEEP_OLD
#endif

/* Executes the request r_*: applied tells how it went. */
inline execute()
{
    applied = 0;
    released_token = (item.kind == OPEN && !item.live -> item.token : 0);
    if
    :: r_kind == ACQUIRE && (item.kind == ABSENT || (item.kind == OPEN && !item.live)) ->
        KEEP_OLD
        acquired(item.token + 1)
#ifdef MUTANT_TAKE_OVER_BY_TOKEN
    :: r_kind == TAKE_OVER && item.kind == OPEN && item.token == r_token ->
#else
    :: r_kind == TAKE_OVER && item.kind == OPEN && item.guid == r_guid && r_guid != 0 &&
       item.token == r_token ->
#endif
        KEEP_OLD
        acquired(r_token + 1)
#ifdef MUTANT_HEARTBEAT_WRITES_LEASE
    :: r_kind == RENEW && item.kind == OPEN && (r_mine & BIT(item.guid)) ->
        item.live = 1;
#else
    :: r_kind == RENEW && item.kind == OPEN && (r_mine & BIT(item.guid)) && item.live ->
#endif
        KEEP_OLD
        item.guid = r_fresh;
        applied = 1
    :: r_kind == RELEASE && item.kind == OPEN && (r_mine & BIT(item.guid)) ->
        KEEP_OLD
        note_end(false);
        item.live = 0;
        applied = 1
    :: r_kind == ACQUIRE_CLOSED && item.kind == ABSENT ->
        KEEP_OLD
        item.kind = CLOSED_ITEM;
        item.guid = r_fresh;
        note_start()
    :: r_kind == RELEASE_CLOSED && item.kind == CLOSED_ITEM && (r_mine & BIT(item.guid)) ->
        KEEP_OLD
        note_end(false);
        item.kind = ABSENT;
        item.guid = 0;
        applied = 1
    :: r_kind == BREAK && item.kind == OPEN && item.guid == r_guid && r_guid != 0 &&
       item.token == r_token ->
        KEEP_OLD
        note_end(true);
        item.live = 0;
        item.guid = r_fresh;
        applied = 1
    :: r_kind == BREAK && item.kind == CLOSED_ITEM && item.guid == r_guid && r_guid != 0 ->
        KEEP_OLD
        note_end(true);
        item.kind = ABSENT;
        item.guid = 0;
        applied = 1
#if NPM
    :: r_kind == NPM_NEW && item.kind == ABSENT ->
        acquired(1)
    :: r_kind == NPM_OVER && (item.kind == ABSENT ||
       (item.kind == OPEN && item.guid == r_guid && r_guid != 0 && item.token == r_token)) ->
        acquired(r_token + 1)
    :: (r_kind == NPM_BEAT || r_kind == NPM_RELEASE) && item.kind != ABSENT &&
       item.guid == r_guid && r_guid != 0 ->
#if CHECK & TOKENS_RISE
        assert(item.token == r_token);
#endif
        note_end(false);
        item.guid = r_fresh;
        item.live = (r_kind == NPM_BEAT);
        applied = 1
#endif
    :: else
    fi;
#if CHECK & NO_REVIVAL
    /* A late heartbeat of the npm package may do it: that is its own lock. */
    assert(released_token == 0 || !item.live || item.token != released_token || r_kind == NPM_BEAT);
#endif
    skip
}

/* What has to hold in every state. Time alone only ever ends a belief. */
inline check()
{
    believers = 0;
    for (k : 0 .. CLIENT_SLOTS - 1) {
        if
        :: BELIEVES(k) ->
            believers++;
#if CHECK & BELIEVER_HOLDS
            name_set(k);
            assert(r_mine & BIT(item.guid));
            assert(item.kind == (IS_CLOSED(k) -> CLOSED_ITEM : OPEN));
            assert(IS_CLOSED(k) || (item.live && item.token == cl[k].token));
#endif
        :: else
        fi
    }
#if CHECK & NPM_BELIEVERS
    for (k : 0 .. NPM - 1) {
        if
        :: npm[k].state >= NPM_HOLDING -> believers++
        :: else
        fi
    }
#endif
#if CHECK & ONE_BELIEVER
    assert(believers <= 1);
#endif
}
