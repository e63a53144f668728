/* request.h - what the protocol asks of a store, and what may come of it.
 *
 * The conditions and effects are those of docs/protocol.md, section "Transitions". */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/guid.h"
#include "core/record.h"
#include "ddblock/ddblock.h"

enum request_kind {
    REQUEST_NONE,
    REQUEST_ACQUIRE,        /* fail-open: if absent, or released with a usable token */
    REQUEST_TAKE_OVER,      /* fail-open: if guid and token are those observed */
    REQUEST_RENEW,          /* fail-open: if the guid is one of mine and the lease is above 1 */
    REQUEST_RELEASE,        /* fail-open: if the guid is one of mine */
    REQUEST_ACQUIRE_CLOSED, /* fail-closed: if absent */
    REQUEST_RELEASE_CLOSED, /* fail-closed: delete, if the guid is one of mine */
    REQUEST_READ,           /* may be stale */
    REQUEST_READ_LATEST,    /* strongly consistent */
    REQUEST_LIST,           /* a page of a list of locks */
    REQUEST_BREAK,          /* fail-open: lease := 1, guid := fresh, if guid and token are those
                               observed */
    REQUEST_BREAK_CLOSED,   /* fail-closed: delete, if the guid is the one observed (an item
                               without a guid: if it has none) and there is no token */
    REQUEST_KINDS,
};

/* How many of its own writes a client can be unsure of at a time. One is the guid that is
 * known; a request that fails six times in one lease is the seventh's problem: when the
 * set is full the newest guid is sent again, and dated from when it was first sent. */
enum { GUIDS_MAX = 6 };

struct request {
    enum request_kind kind;
    struct guid fresh;            /* what ACQUIRE*, TAKE_OVER, RENEW and BREAK write */
    struct guid mine[GUIDS_MAX];  /* which guids RENEW and RELEASE* accept */
    size_t mine_count;            /* 1 … GUIDS_MAX for those */
    struct foreign_guid observed; /* TAKE_OVER, BREAK* */
    uint64_t observed_token;      /* TAKE_OVER, BREAK */
    int64_t lease_ms;             /* what ACQUIRE and TAKE_OVER write */
    int64_t wall_ms;              /* lockAcquiredTimeUnixMs: written by every fail-open write */
    struct instant give_up_at;    /* without a reply by then the outcome is IN_DOUBT */
    bool urgent;                  /* of a lock that is or was held: goes before all others */
};

/* True if the request changes the item, so that no reply leaves a doubt. */
bool request_is_write(enum request_kind kind);

enum outcome_kind {
    OUTCOME_APPLIED,  /* the write was carried out */
    OUTCOME_FOUND,    /* the read was answered: record says what there is */
    OUTCOME_REFUSED,  /* the condition did not hold: record is what stood there, or UNKNOWN */
    OUTCOME_IN_DOUBT, /* no reply: it may have been carried out, or may be later */
    OUTCOME_FAILED,   /* known not to have been carried out, now or later */
};

struct outcome {
    enum outcome_kind kind;
    ddblock_status status; /* IN_DOUBT, FAILED: why */
    struct duration
        retry_after;      /* IN_DOUBT, FAILED: how long the store asks to wait; 0: it does not */
    struct record record; /* FOUND, REFUSED */
    uint64_t token;       /* APPLIED ACQUIRE, TAKE_OVER: the token given; 0: it is not a usable
                             one */
};

#endif
