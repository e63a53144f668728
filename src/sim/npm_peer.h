/* npm_peer.h - a process of the npm package dynamodb-lock-client 0.7.3 in a simulated world.
 *
 * A model of its rules with its defects, numbered as in docs/verification.md: it keeps no deadline
 * (D16), believes a trusted clock that the item lacks (D4), releases with a guid that a heartbeat
 * under way may replace (D7), and may bring its released lock back to life so (D6); its AWS SDK
 * sends requests again unchanged, and it does not know its own writes (D8); the first heartbeat
 * that fails is its last (D9) or ends the process (D9b). */
#ifndef SIM_NPM_PEER_H
#define SIM_NPM_PEER_H

#include "sim/clock.h"
#include "sim/message.h"
#include "sim/rng.h"

enum { NPM_CALLS_MAX = 8 };

struct world;

enum npm_state {
    NPM_STATE_IDLE,
    NPM_STATE_READING,
    NPM_STATE_SLEEPING, /* for what it takes for the rest of the lease */
    NPM_STATE_PUTTING,
    NPM_STATE_HOLDING,
    NPM_STATE_RELEASING,
};

/* A request of the SDK, which sends it up to twice more. */
struct npm_call {
    bool open;
    uint64_t serial;
    uint32_t tries;
    struct npm_ask ask;
    enum write_kind write;
    uint32_t acquisition;
    int64_t good_until_ns;
};

struct npm_peer {
    struct world *world;
    uint32_t actor;
    uint32_t life;
    struct rng rng;
    struct machine_clock clock;
    bool alive;
    bool asleep;
    uint64_t naps;

    int64_t cut_off_until_ns; /* from the network */
    bool closed;
    int64_t lease_ms;
    int64_t heartbeat_ms; /* 0: none */
    int64_t period_ms;    /* fail-closed */
    bool trusts;
    bool dies; /* it listens to no "error" event */

    enum npm_state state;
    uint64_t generation; /* of the program's timer, and of the heartbeat's */
    uint64_t heartbeat_generation;
    uint32_t acquisition;
    uint64_t retries;
    struct foreign_guid guid;
    uint64_t token;
    struct foreign_guid read_guid;
    uint64_t read_token;
    bool blind; /* what it read is no number: the engine will refuse its Put */
    bool by_wall_clocks;
    bool released;
    struct npm_call calls[NPM_CALLS_MAX];
    uint64_t next_serial;
};

/* npm_calls.c: the SDK under it. */
void npm_send(struct npm_peer *peer, const struct npm_ask *ask, enum write_kind write);
void npm_deliver(struct npm_peer *peer, const struct message *message);
void npm_timeout(struct npm_peer *peer, uint64_t serial);
void npm_forget_calls(struct npm_peer *peer);

/* The reply, or that there is none, to a request. */
void npm_answered(struct npm_peer *peer, const struct npm_call *call,
                  const struct outcome *outcome);

/* npm_rules.c: what it does. */
void npm_plan(struct npm_peer *peer, int64_t in_ns);
void npm_rest(struct npm_peer *peer);
void npm_timer(struct npm_peer *peer, uint64_t item);

/* npm_peer.c: what is done to it. */
void npm_peer_init(struct npm_peer *peer, struct world *world, uint32_t actor, struct rng rng);
void npm_sleep(struct npm_peer *peer, int64_t for_ns);
void npm_resume(struct npm_peer *peer, uint64_t nap);
void npm_die(struct npm_peer *peer, int64_t for_ns);
void npm_restart(struct npm_peer *peer);
void npm_close(struct npm_peer *peer);

/* True if it has the lock as far as it knows. */
bool npm_holds(const struct npm_peer *peer, uint32_t acquisition);

#endif
