/* machine.h - the lock protocol: one function, machine_step(event) -> effects.
 *
 * A machine is one acquisition of one lock, from its start to its release. Time comes in with
 * the event, and so do random bits and the guid for the next write; the effects come back by
 * value. It allocates nothing, calls nothing outside core and base, and cannot fail.
 * docs/protocol.md is its specification. */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include "core/guid_set.h"
#include "core/request.h"

struct machine_config {
    ddblock_kind kind;
    int64_t lease_ms;               /* fail-open */
    struct duration heartbeat;      /* fail-open; 0: none */
    struct duration poll;           /* fail-open */
    struct duration acquire_period; /* fail-closed */
    uint32_t drift_ppm;
    bool trust_local_time;
    struct duration max_hold; /* fail-open: no heartbeats beyond it; 0: no limit */
    struct duration watchdog; /* fail-open: nor when the program was not heard of for this long;
                                 0: it need not be */
    struct duration settle;   /* fail-open: after a take-over, how long the lock is held before the
                                 program is told that it is */
    uint32_t tries; /* how often in a row a request may fail before an acquisition does; 0: as
                       TRIES_DEFAULT */
};

/* As the AWS SDKs do for DynamoDB ("Retry behavior", AWS SDKs and Tools Reference Guide). */
enum { TRIES_DEFAULT = 4 };

/* How long an acquisition may take: until limit if by_time, else retry_count attempts after the
 * first. */
struct machine_patience {
    bool by_time;
    struct duration limit;
    int64_t retry_count;
};

/* What another process needs to go on holding a lock. It is the right to release. */
struct machine_grant {
    ddblock_kind kind;
    int64_t lease_ms;
    uint64_t token;
    struct instant deadline;
    struct instant ghosts_until;
    struct guid_sent mine[GUIDS_MAX]; /* as of a guid_set */
    size_t mine_count;                /* 1 … GUIDS_MAX */
};

/* What a machine needs while it acquires, and when something goes wrong, but not while it just
 * holds: the caller's memory, in which it keeps
 */
struct machine_aside {
    struct record seen; /* the item as it was last received */
    struct guids_more guids;
};

/* Those from STATE_HELD on are of a lock that is ours, or was, or may be. */
enum machine_state {
    STATE_IDLE,         /* before the acquisition */
    STATE_QUEUED,       /* behind another acquisition of the same lock by the same client */
    STATE_ACQUIRING,    /* an ACQUIRE or TAKE_OVER is under way */
    STATE_READING_BACK, /* it was refused without an item: a READ_LATEST is under way */
    STATE_WATCHING,     /* somebody holds the lock: until the next poll or the end of the lease */
    STATE_POLLING,      /* a READ is under way */
    STATE_PAUSING,      /* a request failed: until it is time to try again */
    STATE_HELD,         /* ours; nothing is under way */
    STATE_RENEWING,     /* ours; a RENEW is under way */
    STATE_CHECKING,     /* a RENEW was refused without an item: a READ_LATEST is under way */
    STATE_RELEASING,    /* a RELEASE is under way */
    STATE_CONFIRMING,   /* it was refused without an item: a READ_LATEST is under way */
    STATE_RELEASE_WAIT, /* a RELEASE failed: until it is time to try again */
    STATE_LOST,         /* no longer ours; a last renewal may still be under way */
    STATE_SWEEPING,     /* fail-closed: a delete of what a ghost may write is under way */
    STATE_SWEEP_WAIT,   /* fail-closed: until the next delete */
    STATE_ENDED,        /* nothing is held, nothing is under way, nothing is to come */
    STATES,
};

enum loss {
    LOSS_NONE,
    LOSS_LEASE_ENDED, /* no renewal got through in time */
    LOSS_TAKEN,       /* the item bears somebody else's guid */
    LOSS_BROKEN,      /* it bears our token, but as released */
    LOSS_GONE,        /* there is no item any more */
};

/* Why heartbeats are held back. */
enum withheld {
    WITHHELD_NOT,
    WITHHELD_MAX_HOLD, /* held for longer than max_hold */
    WITHHELD_WATCHDOG, /* the program was not heard of */
};

/* How the lock was got. */
enum origin {
    ORIGIN_FRESH,      /* there was no item */
    ORIGIN_RELEASED,   /* it had been released */
    ORIGIN_TAKEN_OVER, /* its holder's lease had run out */
};

struct machine {
    struct machine_config config;
    struct machine_patience patience;
    struct machine_aside *aside; /* NULL: less is told, and fewer doubts are remembered */
    enum machine_state state;
    enum request_kind under_way; /* the request that has no reply yet; at most one */

    struct guid_set mine;
    struct instant ghosts_until; /* fail-closed: a write in doubt may land until then */
    uint32_t failures;           /* requests in a row that got no answer, for the backoff */
    ddblock_status last_failure; /* why the last of them did not; OK: none failed */
    struct instant resume_at;    /* when the pause, or the wait for the next sweep, is over */

    /* While acquiring. */
    struct instant began;       /* when the acquisition was wanted */
    struct instant limit;       /* of the acquisition; never: by count, or for ever */
    struct instant attempt_end; /* of the attempt, by count; never: not known yet */
    int64_t attempts_left;
    uint32_t late;  /* replies that came when the lease they gave was over */
    bool contacted; /* the store has answered once */
    bool cancelled;

    bool watched; /* the item last received was that of a holder, whose lease is watched */
    struct instant take_over_at;
    struct instant poll_at;

    /* While held. */
    uint64_t token;
    struct instant deadline; /* from then on it is not held; never: fail-closed */
    struct instant told_at;  /* when the program was told that it has it */
    struct instant heartbeat_at;
    enum withheld withheld;
    enum origin origin;
    uint64_t withheld_count;    /* how often a heartbeat was withheld */
    struct instant announce_at; /* when the program is told, after settling */
    bool announced;
    bool adopted; /* it was not acquired here, but handed over by another process */
    bool hand_over_wanted;
    bool at_risk;
    enum loss loss;

    /* While releasing. */
    struct instant release_until;
    bool release_wanted;
    bool release_in_doubt;
    bool giving_back;      /* it is not a release but the end of an acquisition given up */
    ddblock_status result; /* of that acquisition */
    uint32_t sweeps;       /* so far, for the pause between them */

    uint64_t moves; /* which rows of the table of transitions were taken, for debugger and tests */
};

enum event_kind {
    EVENT_ACQUIRE,   /* the first event of a machine, or the second after QUEUE */
    EVENT_QUEUE,     /* the first: the acquisition begins, but must wait its turn */
    EVENT_RENEW,     /* send a heartbeat now; nothing happens if none can be sent */
    EVENT_CANCEL,    /* give the acquisition up; nothing happens once it is over */
    EVENT_RELEASE,   /* release, or give the acquisition up; once */
    EVENT_HAND_OVER, /* end without a release: another process goes on; nothing happens if the lock
                        is not held, or is lost before it can be handed over */
    EVENT_TICK,      /* the wake-up time has come; harmless at any time */
    EVENT_REPLY,     /* of the request that is under way */
};

struct event {
    enum event_kind kind;
    struct instant now;       /* read after whatever the event tells of */
    int64_t wall_ms;          /* the wall clock at that time */
    uint32_t random;          /* uniform bits, for jitter */
    struct instant touched;   /* when the program was last heard of; any past instant if never */
    const struct guid *fresh; /* a guid that was never used: the step may use it up */
    const struct outcome *outcome; /* REPLY */
    bool spent; /* REPLY of a failure: so much has failed of late that tries are to be few */
};

enum notice {
    NOTICE_NONE,
    NOTICE_ACQUIRED,
    NOTICE_NOT_ACQUIRED, /* with status; what was in doubt has been given back */
    NOTICE_AT_RISK,      /* under a third of the lease is left */
    NOTICE_RENEWED,      /* no longer at risk */
    NOTICE_LOST,         /* machine.loss says how */
    NOTICE_HANDED_OVER,  /* held still, but no longer here: see machine_grant_of */
    NOTICE_RELEASED,     /* with status: OK, LOST, IN_DOUBT, or why the store refused */
};

struct effects {
    struct request request; /* REQUEST_NONE: nothing to send */
    bool fresh_used;        /* the event's guid is in use now */
    enum notice notice;
    ddblock_status status;  /* of NOT_ACQUIRED and RELEASED */
    struct instant wake_at; /* the next EVENT_TICK */
    bool ended;             /* the machine will do nothing more */
};

/* A machine before its first event. The config must be valid (see ddblock_client_options). An
 * acquisition that is refused ends with DDBLOCK_NO_MEMORY where it has no memory aside by then. */
void machine_init(struct machine *machine, const struct machine_config *config,
                  const struct machine_patience *patience, struct machine_aside *aside);

/* A machine whose first event begins to hold what was handed over, if its deadline has not passed.
 * The config must be of that kind and lease. */
void machine_init_adopted(struct machine *machine, const struct machine_config *config,
                          const struct machine_grant *grant, struct machine_aside *aside);

/* True if the step of this event can make use of memory aside, and there is none: the caller may
 * lend some. */
bool machine_wants_aside(const struct machine *machine, const struct event *event);
void machine_lend(struct machine *machine, struct machine_aside *aside);

/* After a step: the memory, if the machine just holds and needs none; else NULL. */
struct machine_aside *machine_give_back(struct machine *machine);

/* The item as it was last received, or one of which nothing is known. */
const struct record *machine_seen(const struct machine *machine);

/* What a machine that has been handed over held. */
struct machine_grant machine_grant_of(const struct machine *machine);

/* The grant of a fail-closed lock is from before a reboot: the clock of its instants is gone. What
 * may still come is counted from now. */
void machine_grant_restart_clock(struct machine_grant *grant, struct instant now);

struct effects machine_step(struct machine *machine, const struct event *event);

/* From when on the lock is not held: the past if it is not held now, never if fail-closed. */
struct instant machine_deadline(const struct machine *machine);

/* True once the lock is neither held nor being acquired, so that the next one in the queue may
 * begin. */
bool machine_is_out_of_the_way(const struct machine *machine);

const char *machine_state_name(enum machine_state state);

#endif
