/* checker.h - the promises of docs/protocol.md, "What always holds", on a history.
 *
 * It knows nothing of the system under test but what its history tells, and stops at the first
 * promise that is broken. Promise 6 is that 1, 2 and 4 hold beside npm peers too, so it has no
 * check of its own: npm's own writes and beliefs are in the history with everybody's. */
#ifndef SIM_CHECKER_H
#define SIM_CHECKER_H

#include "sim/history.h"

/* Processes and npm peers of one world. */
enum { ACTORS_MAX = 8 };

/* One call of acquire, and what became of it. */
struct acquisition {
    uint32_t actor;
    bool closed;
    bool npm;
    bool heartbeats;
    int64_t poll_ns;
    bool lined;
    int64_t settle_ns; /* as in the history */
    int64_t max_hold_ns;
    int64_t watchdog_ns;
    int64_t heard_ns;   /* when its program said last that it is alive */
    int64_t stalled_ns; /* … and when it had not for too long, and did again */
    int64_t started_ns;
    uint32_t life;       /* of its process: which one */
    bool waiting;        /* it has no answer yet */
    int64_t acquired_ns; /* when it was told so */

    int64_t first_sent_ns; /* -1: it has sent nothing */
    int64_t took_over_ns;  /* when it took over from another; -1: it acquired what was free */
    bool handed_over;      /* nobody goes on with it yet */
    bool adopted;          /* it is gone on with */

    bool applied; /* a write of its stood in the table once */
    int64_t lease_ns;
    int64_t until_ns;      /* it believes until then */
    int64_t confirmed_ns;  /* so long it may believe by the writes whose answers it has */
    int64_t over_at_ns;    /* and then its lease is over by any clock */
    bool overwritten;      /* the item has become somebody else's */
    bool displaced;        /* it once had, whatever a ghost has written since */
    bool robbed;           /* … by a person, or by wall clocks: nothing was promised there */
    bool lost;             /* it was told so */
    bool released;         /* the table has carried a release of its out */
    uint32_t releases;     /* how many it has sent */
    bool let_go;           /* its program has given it back */
    int64_t let_go_ns;     /* … then */
    bool answered;         /* … and was told what became of that */
    bool knows;            /* an answer has told it that it has the lock */
    bool doubled;          /* a request of its came twice */
    int64_t release_at_ns; /* when the last of them was looked at by the table; -1: none */
};

/* A guid that was sent: so long its sender may believe by it, counted from the first time. */
struct sent {
    uint64_t guid;
    uint32_t acquisition;
    int64_t good_until_ns;
    int64_t over_at_ns;
    uint64_t first_token; /* what the writes that carried it were given; 0: none */
    uint64_t last_token;
};

struct item {
    uint32_t acquisition; /* whose guid stands there; 0: nobody's */
    bool present;
    bool held;
    bool closed;
    bool spoiled;
    uint64_t token;
    int64_t lease_ns;
    int64_t changed_ns;
};

struct violation {
    int promise; /* 1 … 5; 0: none is broken */
    int64_t at_ns;
    uint32_t acquisition;
    const char *what;
};

struct checker {
    struct acquisition *acquisitions;
    size_t count;
    size_t capacity;
    size_t oldest; /* all before this one are over */
    struct sent *sent;
    size_t sent_count;
    size_t sent_capacity;
    struct item item;
    uint64_t token_max; /* since the item last came to be */
    int64_t disturbed_until_ns[ACTORS_MAX];
    bool asleep[ACTORS_MAX];
    uint32_t lives[ACTORS_MAX];  /* how often each has died */
    int64_t told_ns[ACTORS_MAX]; /* when each was told something last, or ceased to believe */
    bool calm;
    int64_t calm_ns;
    int64_t round_trip_ns;
    uint32_t drift_ppm;
    struct violation violation;
};

void checker_init(struct checker *checker);
void checker_finish(struct checker *checker);

/* The next event. False once a promise is broken: checker->violation says which. */
bool checker_feed(struct checker *checker, const struct history_event *event);

#endif
