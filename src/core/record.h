/* record.h - what a lock's item says, in the terms of the protocol. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/guid.h"

enum record_kind {
    RECORD_UNKNOWN,     /* the store did not tell */
    RECORD_ABSENT,      /* there is no item */
    RECORD_FAIL_OPEN,   /* has a fencing token, a lease and a guid, all well-formed */
    RECORD_FAIL_CLOSED, /* has no fencing token */
    RECORD_BAD,         /* neither; defect says why */
};

/* A lease of 1 ms or less means released. */
enum { LEASE_RELEASED_MS = 1 };

/* The npm package's timers overflow at 2^31 ms (setTimeout takes 32 bits), and then it steals
 * the lock; 2 is the smallest that does not mean released. */
#define LEASE_MIN_MS ((int64_t)2)
#define LEASE_MAX_MS ((int64_t)INT32_MAX)

/* JavaScript's numbers are exact up to here; above it the npm package repeats tokens. */
#define TOKEN_MAX (((uint64_t)1 << 53) - 1)

/* Owners are text for people; a longer one is cut when it is read. */
enum { OWNER_SIZE_MAX = 255 };

struct record {
    enum record_kind kind;
    struct foreign_guid guid;
    uint64_t token;                /* fail-open: 1 … TOKEN_MAX */
    int64_t lease_ms;              /* fail-open; 0 and negative ones are kept as they are */
    int64_t acquired_time_unix_ms; /* -1: missing or not usable */
    char owner[OWNER_SIZE_MAX + 1];
    const char *defect; /* of a bad one: a sentence's end, "its leaseDurationMs is …"; static */
};

/* True for a fail-open item that anyone may acquire at once. */
bool record_is_released(const struct record *record);

#endif
