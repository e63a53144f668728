/* world.h - a small deterministic world: one lock's item, a clock, a network with faults, and
 * the machines that contend for the lock.
 *
 * Time is simulated and starts at 0 ms; nothing in it is drawn, every chance is a parameter. It
 * writes down what happens, a line for each step that did something, and checks at every
 * step what always holds: one believer, rising tokens, truthful answers, time that passes. */
#ifndef TEST_TRACE_WORLD_H
#define TEST_TRACE_WORLD_H

#include "core/machine.h"

enum { A, B, C, MACHINES };

/* What befalls one request; zeroes: nothing. */
struct fault {
    bool lose_request;     /* it never arrives */
    bool lose_reply;       /* it arrives, its reply does not */
    bool reset;            /* the connection breaks at once: no reply, and no waiting for it */
    bool doubled;          /* it arrives twice; the reply is that to the second copy */
    bool bare;             /* a refusal comes without the item, as from older engines */
    bool stubborn;         /* a write is refused whatever stands there */
    bool no_token;         /* the reply of an acquisition tells no usable token */
    bool stale;            /* a read is answered with the item before its last change */
    int64_t request_ms;    /* it arrives that much later */
    int64_t reply_ms;      /* its reply comes that much later */
    int64_t tardy_ms;      /* the store tells that much late that it gave up */
    int64_t copy_ms;       /* one more copy of it arrives that much later; 0: none does */
    ddblock_status failed; /* it is known not to have been carried out, for this reason */
};

enum { FAULTS_MAX = 32, FLIGHTS_MAX = 32, TRACE_SIZE = 16384 };

struct actor {
    struct machine machine;
    struct machine_aside aside; /* of the machine */
    int64_t rate_ppm;           /* its clock runs that much fast */
    int64_t wall_offset_ms;     /* its wall clock is that much ahead */
    struct instant wake_at;     /* on its own clock */
    struct instant touched;     /* when its program was last heard of, on the same */
    int64_t asleep_until_ns;
    uint16_t guids; /* used so far */
    bool started;
    bool ended;
    bool told_acquired; /* of this acquisition */
    bool told_over;
    struct fault faults[FAULTS_MAX]; /* of its next requests, in order */
    size_t faults_count;
};

/* A request on its way. */
struct flight {
    bool used;
    bool awaited; /* its reply is */
    size_t actor;
    struct request ask;
    struct fault fault;
    int64_t arrives_ns; /* INT64_MAX: never, or it has */
    int64_t replies_ns; /* INT64_MAX: no reply is on its way */
    int64_t gives_up_ns;
    struct outcome outcome;
};

struct world {
    struct machine_config config;
    int64_t latency_ms; /* each way */
    uint32_t random;    /* for every step */
    bool bare;          /* every refusal comes without the item */
    bool lawless;       /* somebody broke the rules: two may believe, tokens may fall */

    int64_t now_ns;
    struct record item;
    struct record item_before;
    struct actor actors[MACHINES];
    struct flight flights[FLIGHTS_MAX];
    uint64_t token_told; /* the last one */
    unsigned steps_now;  /* without time passing */
    unsigned requests;   /* in all */
    bool quiet;          /* nothing is written down */
    char trace[TRACE_SIZE];
    size_t trace_size;
};

/* A world of leases of 1000 ms, heartbeats of 200 ms (95 % of it, by chance), polls of 100 ms,
 * and no latency, in which there is no item. */
struct world world_open(void);

/* The same, fail-closed. */
struct world world_closed(void);

#define PATIENCE_ATTEMPTS(n) ((struct machine_patience){.retry_count = (n)})
#define PATIENCE_MS(ms)      ((struct machine_patience){.by_time = true, .limit = duration_from_ms(ms)})
#define PATIENCE_FOREVER     ((struct machine_patience){.by_time = true, .limit = DURATION_FOREVER})

/* What a caller does. Each takes no time. */
void world_acquire(struct world *world, size_t actor, struct machine_patience patience);
void world_queue(struct world *world, size_t actor, struct machine_patience patience);
void world_turn(struct world *world, size_t actor); /* comes, of one that was queued */
void world_renew(struct world *world, size_t actor);
void world_touch(struct world *world, size_t actor);
void world_cancel(struct world *world, size_t actor);
void world_release(struct world *world, size_t actor);
/* Hands the lock over to the other machine, if it is held. */
void world_hand_over(struct world *world, size_t actor);
void world_adopt(struct world *world, size_t actor, size_t from);
void world_tick(struct world *world, size_t actor);

/* What befalls the next requests of one machine, in order; "times" of them alike. */
void world_fault(struct world *world, size_t actor, struct fault fault);
void world_faults(struct world *world, size_t actor, unsigned times, struct fault fault);
#define FAULT(world, actor, ...) world_fault(world, actor, (struct fault){__VA_ARGS__})
#define FAULTS(world, actor, times, ...)                                                           \
    world_faults(world, actor, times, (struct fault){__VA_ARGS__})

/* Lets the machine stand still until then, its clock running on. */
void world_suspend(struct world *world, size_t actor, int64_t until_ms);

/* Somebody else changes the item. */
void world_put(struct world *world, struct record record);

/* Lets everything happen that happens up to and including then. */
void world_run(struct world *world, int64_t until_ms);

/* Lets everything happen until nothing is to come, and fails if that takes ten years. */
void world_run_out(struct world *world);

/* An item, as somebody else may have written it; its guid is the text, of type S. */
struct record world_record(const char *guid, uint64_t token, int64_t lease_ms);

int64_t world_now_ms(const struct world *world);

/* Compares what was written down since the last time, and forgets it. */
#define EXPECT_TRACE(world, text) world_expect_trace(world, text, __FILE__, __LINE__)
void world_expect_trace(struct world *world, const char *text, const char *file, int line);

/* The item as the trace names it. */
#define EXPECT_ITEM(world, expected) assert_string_equal(world_item_text(world).text, expected)
struct world_text {
    char text[256];
};
struct world_text world_item_text(const struct world *world);

/* How often the machines of all worlds took each row of the table of transitions. */
extern unsigned world_rows_taken[64];

#endif
