/* message.h - a request on its way to the table, and its reply on the way back. */
#ifndef SIM_MESSAGE_H
#define SIM_MESSAGE_H

#include "core/request.h"
#include "sim/history.h"

/* What the npm package asks of the table: docs/protocol.md knows our own requests only. Its
 * writes are whole-item Puts. */
enum npm_kind {
    NPM_GET,
    NPM_PUT_NEW,      /* if there is no item */
    NPM_PUT_EXISTING, /* if there is none, or guid and token are those read */
    NPM_HEARTBEAT,    /* if the guid is its own: the whole item with a fresh guid */
    NPM_RELEASE,      /* if the guid is its own: the whole item with a lease of 1 */
    NPM_CLOSED_PUT,   /* if there is no item */
    NPM_CLOSED_DELETE /* if the guid is its own */
};

struct npm_ask {
    enum npm_kind kind;
    struct foreign_guid guid; /* what it writes */
    struct foreign_guid read; /* what must stand there */
    uint64_t token;           /* what it writes */
    uint64_t read_token;
    int64_t lease_ms;
    int64_t wall_ms; /* lockAcquiredTimeUnixMs; -1: it writes none */
};

struct message {
    uint32_t next_free;
    uint32_t actor;
    uint32_t life; /* of the actor: a reply for one that died goes nowhere */
    uint64_t serial;
    uint32_t acquisition;
    enum write_kind write;
    bool npm;
    struct request ask;  /* ours */
    struct npm_ask peer; /* npm's */
    char owner[16];
    int64_t sent_ns;
    int64_t give_up_ns;    /* its reply is waited for until then */
    int64_t good_until_ns; /* so long its sender may believe by it */
    int64_t over_at_ns;    /* then its lease is over */
    bool by_wall_clocks;
    bool late; /* it arrives when nobody waits for it any more */
    struct outcome outcome;
};

/* A guid in a history: its first bytes, which no two share. */
static inline uint64_t guid_name(const struct foreign_guid *guid)
{
    uint64_t name = 0;

    for (int i = 0; i < 8 && guid->type != 0; i++) {
        name = (name << 8) | guid->bytes[i];
    }
    return name;
}

#endif
