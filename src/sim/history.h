/* history.h - what can be seen of a world from outside: calls, answers, notices, the writes that
 * the table carried out, and how long each believes to hold the lock.
 *
 * All times are of the world, in nanoseconds; no party in it knows them. This is all that the
 * checker gets. */
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "core/machine.h"
#include "sim/faults.h"

enum history_kind {
    HISTORY_ACQUIRE, /* a program asks for the lock */
    HISTORY_CANCEL,  /* … gives up */
    HISTORY_RELEASE, /* … gives it back */
    HISTORY_TOUCH,   /* … says that it is alive */
    HISTORY_ADOPT,   /* … goes on with what was handed over, as the same acquisition */
    HISTORY_SENT,    /* a request is sent */
    HISTORY_WRITE,   /* the table carries a write out */
    HISTORY_REFUSAL, /* the table refuses one */
    HISTORY_ANSWER,  /* a reply is taken in; guid: what stood there then, 0: not told */
    HISTORY_NOTICE,  /* the program is told */
    HISTORY_BELIEF,  /* it holds the lock by its clock until then, if nothing else comes */
    HISTORY_FAULT,   /* something went wrong for the actor, and may until then */
    HISTORY_ASLEEP,  /* the process stands still */
    HISTORY_AWAKE,   /* it goes on */
    HISTORY_DEATH,   /* it is no more, and none of its acquisitions */
    HISTORY_CALM,    /* from here on every request is answered within round_trip_ns */
    HISTORY_CHECK,   /* time has passed */
    HISTORY_QUIET,   /* every program is done, and no ghost can come any more */
    HISTORY_KINDS,
};

enum write_kind {
    WRITE_NONE, /* a read */
    WRITE_ACQUIRE,
    WRITE_TAKE_OVER,
    WRITE_RENEW,
    WRITE_RELEASE,
    WRITE_BREAK,  /* by a person */
    WRITE_DELETE, /* by a person */
    WRITE_SPOIL,  /* by a person: it is no lock any more */
    WRITE_KINDS,
};

struct history_event {
    int64_t at_ns;
    enum history_kind kind;
    uint32_t actor;       /* a process, or nobody's number for a person */
    uint32_t acquisition; /* from 1; 0: none */

    /* ACQUIRE */
    bool closed;
    bool npm;
    bool heartbeats;
    int64_t poll_ns;     /* the longest time between two looks; fail-closed: between attempts */
    bool lined;          /* it stands in line with others of its actor */
    int64_t settle_ns;   /* at least so long it is held after a take-over before that is told */
    int64_t max_hold_ns; /* so long it may believe from when it is told; 0: no limit */
    int64_t watchdog_ns; /* … from when the program was heard of; 0: the same */

    /* SENT, WRITE, REFUSAL, ANSWER */
    enum write_kind write;
    uint64_t guid;         /* what it writes, or what stood there; 0: none */
    uint64_t token;        /* WRITE: what stands there now; NOTICE: what was told */
    int64_t lease_ns;      /* WRITE: what stands there now; 0: released */
    int64_t good_until_ns; /* SENT: so long its sender may believe in it */
    int64_t over_at_ns;    /* SENT: … and then its lease is over, without a margin */
    bool by_wall_clocks;   /* WRITE: the taker trusted wall clocks that differ */

    /* NOTICE */
    enum notice notice;
    ddblock_status status;
    enum loss loss;

    enum fault fault;
    int64_t until_ns;      /* BELIEF, FAULT */
    int64_t round_trip_ns; /* CALM */
    uint32_t drift_ppm;    /* CALM */
};

#define NEVER_NS INT64_MAX

const char *write_name(enum write_kind write);

#endif
