/* world.c - one lock's item, a clock, and the machines that contend for the lock. */
#include "trace/world.h"

#include "support/testing.h"

#include "core/machine_parts.h"
#include "trace/narrator.h"
#include "trace/network.h"

/* Machines' clocks do not start where the world's does. */
#define ORIGIN_NS  (INT64_C(3600) * 1000000000)
#define MS_NS      INT64_C(1000000)
#define TEN_YEARS  (INT64_C(10) * 365 * 86400 * 1000)
#define WALL_START INT64_C(1700000000000)

/* A machine that does more than this at one instant never ends. */
enum { STEPS_NOW_MAX = 50 };

unsigned world_rows_taken[64];

static const char names[MACHINES] = {'A', 'B', 'C'};
static const char *const owners[MACHINES] = {"A", "B", "C"};

int64_t world_now_ms(const struct world *world)
{
    return world->now_ns / MS_NS;
}

struct world world_open(void)
{
    return (struct world){
        .config = {.kind = DDBLOCK_FAIL_OPEN,
                   .lease_ms = 1000,
                   .heartbeat = duration_from_ms(200),
                   .poll = duration_from_ms(100),
                   .acquire_period = duration_from_ms(1000),
                   .drift_ppm = 500},
        .random = UINT32_C(1) << 31,
        .item = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1},
    };
}

struct world world_closed(void)
{
    struct world world = world_open();

    world.config.kind = DDBLOCK_FAIL_CLOSED;
    return world;
}

/* ------------------------------------------------------------------ clocks */

static struct instant clock_of(const struct actor *actor, int64_t world_ns)
{
    int64_t drift =
        world_ns / 1000000 * actor->rate_ppm + world_ns % 1000000 * actor->rate_ppm / 1000000;

    return (struct instant){ORIGIN_NS + world_ns + drift};
}

/* The first time at which the actor's clock shows the instant. */
static int64_t world_time(const struct actor *actor, struct instant instant)
{
    int64_t ns = 0;

    if (instant_is_never(instant)) {
        return INT64_MAX;
    }
    while (instant_before(clock_of(actor, ns), instant)) {
        int64_t missing = instant.ns - clock_of(actor, ns).ns;

        ns += missing > 1000 ? missing - missing / 10 : 1;
    }
    return ns;
}

/* ------------------------------------------------------------------ trace */

static void write_down(struct world *world, char who, const struct line *line)
{
    size_t room = sizeof(world->trace) - world->trace_size;
    int size;

    if (world->quiet) {
        return;
    }
    size = snprintf(world->trace + world->trace_size, room, "[%4lld] %c  %s\n",
                    (long long)world_now_ms(world), who, line->text);
    assert_true(size >= 0 && (size_t)size < room);
    world->trace_size += (size_t)size;
}

void world_expect_trace(struct world *world, const char *text, const char *file, int line)
{
    bool equal = strcmp(world->trace, text) == 0;
    if (!equal) {
        print_error("expected:\n%s", text);
        fprintf(stderr, "got:\n%s", world->trace);
    }
    world->trace_size = 0;
    world->trace[0] = '\0';
    _assert_true(equal, "the trace is as expected", file, line);
}

struct world_text world_item_text(const struct world *world)
{
    struct world_text text = {0};
    struct line line = {0};

    line_add_record(&line, &world->item);
    snprintf(text.text, sizeof(text.text), "%.255s", line.text);
    return text;
}

/* ------------------------------------------------------------------ what always holds */

/* True if the item is a lock that is held by a write of this acquisition; a ghost of a fail-closed
 * one, which will be swept, does not count. */
static bool is_left_held(const struct actor *actor, const struct record *item)
{
    const struct guid_sent *own = guid_set_find(&actor->machine.mine, &item->guid);

    return own != NULL && !record_is_released(item) &&
           (item->kind == RECORD_FAIL_OPEN || !own->in_doubt);
}

static bool believes(const struct world *world, const struct actor *actor)
{
    return actor->started &&
           instant_before(clock_of(actor, world->now_ns), machine_deadline(&actor->machine));
}

/* Each acquisition is told to have been got or not, once, and what follows only if it was got. */
static void check_order(struct actor *actor, enum notice notice)
{
    switch (notice) {
    case NOTICE_NONE:
        break;
    case NOTICE_ACQUIRED:
        assert_false(actor->told_acquired || actor->told_over);
        actor->told_acquired = true;
        break;
    case NOTICE_NOT_ACQUIRED:
        assert_false(actor->told_acquired || actor->told_over);
        actor->told_over = true;
        break;
    case NOTICE_AT_RISK:
    case NOTICE_RENEWED:
    case NOTICE_LOST:
        assert_true(actor->told_acquired && !actor->told_over);
        break;
    case NOTICE_RELEASED:
    case NOTICE_HANDED_OVER:
        assert_true(actor->told_acquired && !actor->told_over);
        actor->told_over = true;
        break;
    }
}

/* Promises 1, 2 and 4 of docs/protocol.md. */
static void check(struct world *world, size_t who, const struct effects *effects)
{
    const struct actor *actor = &world->actors[who];
    const struct record *item = &world->item;
    unsigned believers = 0;

    for (size_t i = 0; i < MACHINES; i++) {
        believers += believes(world, &world->actors[i]);
    }
    assert_true(believers <= 1 || world->lawless);
    if (effects->notice == NOTICE_ACQUIRED) {
        assert_true(believes(world, actor));
        assert_true(actor->machine.token > world->token_told || world->lawless ||
                    world->config.kind == DDBLOCK_FAIL_CLOSED);
        world->token_told = actor->machine.token;
    }
    if (effects->notice == NOTICE_LOST || effects->notice == NOTICE_RELEASED ||
        effects->notice == NOTICE_NOT_ACQUIRED) {
        assert_false(believes(world, actor));
    }
    if (effects->notice == NOTICE_RELEASED && effects->status == DDBLOCK_OK) {
        assert_false(is_left_held(actor, item));
    }
}

/* ------------------------------------------------------------------ steps */

/* A guid that was never used: the machine's letter and a number. */
static struct guid next_guid(const struct world *world, size_t who)
{
    struct guid guid = {0};
    unsigned number = world->actors[who].guids + 1U;

    guid.bytes[0] = (uint8_t)names[who];
    guid.bytes[1] = (uint8_t)(number & 255);
    guid.bytes[2] = (uint8_t)(number >> 8);
    return guid;
}

static void narrate(struct world *world, size_t who, const struct event *event,
                    const struct effects *effects, const struct machine *before)
{
    const struct actor *actor = &world->actors[who];
    struct instant deadline = machine_deadline(&actor->machine);
    bool withheld = actor->machine.withheld_count != before->withheld_count;
    bool settles = actor->machine.state == STATE_HELD && !actor->machine.announced &&
                   before->state < STATE_HELD;
    struct line line = {0};

    line_add_event(&line, event);
    line_add_notice(&line, &actor->machine, effects);
    if (withheld) {
        line_add_withheld(&line, &actor->machine);
    }
    if (settles) {
        line_add(&line, " -> settles until %lld",
                 (long long)((actor->machine.announce_at.ns - ORIGIN_NS) / MS_NS));
    }
    if (deadline.ns != machine_deadline(before).ns && deadline.ns != INT64_MIN &&
        !instant_is_never(deadline)) {
        line_add(&line, ", holds until %lld", (long long)((deadline.ns - ORIGIN_NS) / MS_NS));
    }
    if (effects->request.kind != REQUEST_NONE) {
        line_add(&line, " -> ");
        line_add_request(&line, &effects->request);
    }
    if (effects->ended) {
        line_add(&line, ", end");
    }
    if (event->kind != EVENT_TICK || effects->notice != NOTICE_NONE || withheld ||
        effects->request.kind != REQUEST_NONE || effects->ended) {
        write_down(world, names[who], &line);
    }
}

static void count_rows(struct actor *actor)
{
    for (size_t row = 0; row < 64; row++) {
        world_rows_taken[row] += (unsigned)(actor->machine.moves >> row & 1);
    }
    actor->machine.moves = 0;
}

static void step(struct world *world, size_t who, enum event_kind kind,
                 const struct outcome *outcome)
{
    struct actor *actor = &world->actors[who];
    struct machine before = actor->machine;
    struct guid fresh = next_guid(world, who);
    struct event event = {
        .kind = kind,
        .now = clock_of(actor, world->now_ns),
        .wall_ms = WALL_START + world_now_ms(world) + actor->wall_offset_ms,
        .random = world->random,
        .touched = actor->touched,
        .fresh = &fresh,
        .outcome = outcome,
    };
    struct effects effects;

    actor->machine.aside = &actor->aside; /* worlds are copied */
    actor->machine.mine.more = &actor->aside.guids;
    effects = machine_step(&actor->machine, &event);

    assert_true(++world->steps_now < STEPS_NOW_MAX);
    actor->wake_at = effects.wake_at;
    actor->ended = effects.ended;
    if (effects.fresh_used) {
        actor->guids++;
        assert_true(actor->guids < UINT16_MAX);
    }
    count_rows(actor);
    narrate(world, who, &event, &effects, &before);
    check_order(actor, effects.notice);
    check(world, who, &effects);
    if (effects.request.kind != REQUEST_NONE) {
        int64_t gives_up_ns = world_time(actor, effects.request.give_up_at);

        /* A request that is given up at once could never be answered. */
        assert_true(gives_up_ns > world->now_ns);
        assert_false(effects.ended);
        network_send(world, who, &effects.request, gives_up_ns);
    }
}

static void start(struct world *world, size_t who, struct machine_patience patience,
                  enum event_kind first)
{
    struct actor *actor = &world->actors[who];

    assert_true(!actor->started || actor->ended);
    machine_init(&actor->machine, &world->config, &patience, &actor->aside);
    actor->started = true;
    actor->ended = false;
    actor->told_acquired = false;
    actor->told_over = false;
    step(world, who, first, NULL);
}

void world_acquire(struct world *world, size_t who, struct machine_patience patience)
{
    start(world, who, patience, EVENT_ACQUIRE);
}

void world_queue(struct world *world, size_t who, struct machine_patience patience)
{
    start(world, who, patience, EVENT_QUEUE);
}

void world_turn(struct world *world, size_t who)
{
    step(world, who, EVENT_ACQUIRE, NULL);
}

void world_renew(struct world *world, size_t who)
{
    step(world, who, EVENT_RENEW, NULL);
}

void world_touch(struct world *world, size_t who)
{
    world->actors[who].touched = clock_of(&world->actors[who], world->now_ns);
}

void world_cancel(struct world *world, size_t who)
{
    step(world, who, EVENT_CANCEL, NULL);
}

void world_release(struct world *world, size_t who)
{
    step(world, who, EVENT_RELEASE, NULL);
}

void world_hand_over(struct world *world, size_t who)
{
    step(world, who, EVENT_HAND_OVER, NULL);
}

void world_adopt(struct world *world, size_t who, size_t from)
{
    struct actor *actor = &world->actors[who];
    struct machine_grant grant = machine_grant_of(&world->actors[from].machine);

    assert_true(!actor->started || actor->ended);
    machine_init_adopted(&actor->machine, &world->config, &grant, &actor->aside);
    world->token_told--; /* the token is told a second time */
    actor->started = true;
    actor->ended = false;
    step(world, who, EVENT_ACQUIRE, NULL);
}

void world_tick(struct world *world, size_t who)
{
    step(world, who, EVENT_TICK, NULL);
}

/* ------------------------------------------------------------------ faults */

void world_fault(struct world *world, size_t who, struct fault fault)
{
    struct actor *actor = &world->actors[who];

    assert_true(actor->faults_count < FAULTS_MAX);
    actor->faults[actor->faults_count] = fault;
    actor->faults_count++;
}

void world_faults(struct world *world, size_t who, unsigned times, struct fault fault)
{
    for (unsigned i = 0; i < times; i++) {
        world_fault(world, who, fault);
    }
}

void world_suspend(struct world *world, size_t who, int64_t until_ms)
{
    world->actors[who].asleep_until_ns = until_ms * MS_NS;
}

static void world_set(struct world *world, struct record record)
{
    world->item_before = world->item;
    world->item = record;
}

void world_put(struct world *world, struct record record)
{
    struct line line = {0};

    world_set(world, record);
    line_add(&line, "somebody writes ");
    line_add_record(&line, &record);
    write_down(world, '-', &line);
}

struct record world_record(const char *guid, uint64_t token, int64_t lease_ms)
{
    struct record record = {
        .kind = RECORD_FAIL_OPEN,
        .guid = {.type = 'S', .size = (uint8_t)strlen(guid)},
        .token = token,
        .lease_ms = lease_ms,
        .acquired_time_unix_ms = -1,
    };

    memcpy(record.guid.bytes, guid, record.guid.size);
    return record;
}

/* ------------------------------------------------------------------ time */

/* When a machine's request arrives, the item is changed and, if nobody waits for the reply any
 * more, a ghost is seen. */
static void arrive(struct world *world, struct flight *flight)
{
    struct record before = world->item;
    bool ghost = network_arrive(world, flight, owners[flight->actor]);
    struct line line = {0};

    if (memcmp(&before, &world->item, sizeof(before)) != 0) {
        world->item_before = before;
    }
    if (ghost) {
        line_add(&line, "a ghost: ");
        line_add_request(&line, &flight->ask);
        line_add(&line, flight->outcome.kind == OUTCOME_APPLIED ? " applied" : " refused");
        write_down(world, names[flight->actor], &line);
    }
}

static int64_t later(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

static int64_t wake_time(const struct world *world, const struct actor *actor)
{
    int64_t ns = INT64_MAX;

    if (actor->started && !actor->ended) {
        ns = world_time(actor, actor->wake_at);
    }
    return ns == INT64_MAX ? ns : later(later(ns, world->now_ns), actor->asleep_until_ns);
}

static int64_t reply_time(const struct world *world, const struct flight *flight)
{
    int64_t ns = earlier(flight->replies_ns, flight->gives_up_ns);

    return flight->awaited ? later(ns, world->actors[flight->actor].asleep_until_ns) : INT64_MAX;
}

static int64_t next_time(const struct world *world)
{
    int64_t ns = INT64_MAX;

    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        const struct flight *flight = &world->flights[i];

        if (flight->used) {
            ns = earlier(ns, earlier(flight->arrives_ns, reply_time(world, flight)));
        }
    }
    for (size_t i = 0; i < MACHINES; i++) {
        ns = earlier(ns, wake_time(world, &world->actors[i]));
    }
    return ns;
}

/* One thing that is due now: first what arrives, then replies, then what was waited for. */
static void happen(struct world *world)
{
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &world->flights[i];

        if (flight->used && flight->arrives_ns <= world->now_ns) {
            arrive(world, flight);
            return;
        }
    }
    for (size_t i = 0; i < FLIGHTS_MAX; i++) {
        struct flight *flight = &world->flights[i];

        if (flight->used && reply_time(world, flight) <= world->now_ns) {
            struct outcome outcome = network_reply(flight);

            step(world, flight->actor, EVENT_REPLY, &outcome);
            return;
        }
    }
    for (size_t i = 0; i < MACHINES; i++) {
        if (wake_time(world, &world->actors[i]) <= world->now_ns) {
            step(world, i, EVENT_TICK, NULL);
            return;
        }
    }
}

void world_run(struct world *world, int64_t until_ms)
{
    for (;;) {
        int64_t ns = next_time(world);

        if (ns > until_ms * MS_NS) {
            break;
        }
        if (ns > world->now_ns) {
            world->now_ns = ns;
            world->steps_now = 0;
        }
        happen(world);
    }
    if (until_ms * MS_NS > world->now_ns) {
        world->now_ns = until_ms * MS_NS;
        world->steps_now = 0;
    }
}

void world_run_out(struct world *world)
{
    int64_t end_ns = TEN_YEARS * MS_NS;

    while (next_time(world) != INT64_MAX) {
        int64_t ns = next_time(world);

        assert_true(ns < end_ns);
        world_run(world, (ns + MS_NS - 1) / MS_NS);
    }
}
