/* world.c - makes a world from a seed, and runs it. */
#include "sim/world.h"

#include "sim/memory.h"

/* Salts of the streams of chance. */
enum { SALT_WORLD = 1, SALT_PROCESSES = 10, SALT_PEERS = 30 };

/* No world of ours comes near; one that reaches it has a process that never rests. */
enum { EVENTS_MAX = 400000 };

/* What was under way when the faults end is over by then: a give-back takes ten seconds, a
 * backoff or a reply five (src/core). */
#define SETTLE_NS (INT64_C(16000) * MS_NS)

/* A fail-closed ghost may land for 315 s, and is looked for every 64 (src/core). */
#define GHOSTS_NS (INT64_C(420000) * MS_NS)

void world_tell(struct world *world, struct history_event event)
{
    event.at_ns = world->now_ns;
    trace_event(&world->trace, &event);
    (void)checker_feed(&world->checker, &event);
}

bool world_strikes(struct world *world, enum fault fault, uint32_t actor, uint32_t acquisition,
                   int64_t until_ns)
{
    if (!fault_strikes(&world->faults, fault)) {
        return false;
    }
    world_tell(world, (struct history_event){.kind = HISTORY_FAULT,
                                             .actor = actor,
                                             .acquisition = acquisition,
                                             .fault = fault,
                                             .until_ns = until_ns});
    return true;
}

uint32_t world_acquisition(struct world *world)
{
    world->coverage.counts[COUNTER_CALLS]++;
    return ++world->acquisitions;
}

/* What kind of world it is. */
static void choose(struct world *world)
{
    static const int64_t leases_ms[] = {200, 500, 1000, 2000, 6000};
    static const uint32_t drifts_ppm[] = {0, 500, 10000, 100000};
    struct rng *rng = &world->rng;

    world->kind = rng_chance(rng, 220) ? DDBLOCK_FAIL_CLOSED : DDBLOCK_FAIL_OPEN;
    world->mixed = rng_chance(rng, 60);
    world->lease_ms = leases_ms[rng_between(rng, 0, 4)];
    world->drift_ppm = drifts_ppm[rng_between(rng, 0, 3)];
    world->walls_differ = fault_rules(&world->faults, FAULT_WALL);
    world->network.latency_ns = rng_between(rng, 1, 10) * MS_NS;
    world->process_count = (uint32_t)rng_between(rng, 2, 3 + (int64_t)rng_chance(rng, 300) * 2);
    if (world->options.clients > 0) {
        world->process_count = world->options.clients;
    }
    if (fault_rules(&world->faults, FAULT_NPM)) {
        world->peer_count = (uint32_t)rng_between(rng, 1, PEERS_MAX);
    }
}

static void schedule(struct world *world)
{
    struct rng *rng = &world->rng;
    int64_t lease_ns = world->lease_ms * MS_NS;
    int64_t storm_ns = rng_between(rng, 6, 20) * lease_ns;
    int64_t calm_ns;
    int64_t end_ns;

    if (storm_ns > 30000 * MS_NS) {
        storm_ns = 30000 * MS_NS;
    }
    if (world->options.storm_ns > 0) {
        storm_ns = world->options.storm_ns;
    }
    world->storm_ends_ns = storm_ns;
    calm_ns = storm_ns + SETTLE_NS;
    world->resumes_ns = calm_ns - 2 * lease_ns;
    world->closes_ns = calm_ns + 8 * lease_ns;
    end_ns = world->closes_ns + SETTLE_NS + 30 * lease_ns;
    if (world->kind == DDBLOCK_FAIL_CLOSED || world->mixed) {
        end_ns += GHOSTS_NS;
    }
    agenda_add(&world->agenda, lease_ns / 4, AGENDA_WEATHER, NOBODY, 0);
    agenda_add(&world->agenda, storm_ns, AGENDA_LULL, NOBODY, 0);
    agenda_add(&world->agenda, calm_ns, AGENDA_CALM, NOBODY, 0);
    agenda_add(&world->agenda, calm_ns + rng_between(rng, 0, 2) * lease_ns, AGENDA_DEATH, NOBODY,
               0);
    agenda_add(&world->agenda, world->closes_ns, AGENDA_CLOSING, NOBODY, 0);
    agenda_add(&world->agenda, end_ns, AGENDA_END, NOBODY, 0);
}

static void begin(struct world *world, const struct world_options *options)
{
    *world = (struct world){.options = *options, .trace.file = options->trace};
    world->rng = rng_stream(options->seed, SALT_WORLD);
    faults_init(&world->faults, options->seed, options->enabled, options->mask);
    checker_init(&world->checker);
    table_init(&world->table);
    choose(world);
    schedule(world);
    for (uint32_t i = 0; i < world->process_count; i++) {
        process_init(&world->processes[i], world, i, rng_stream(options->seed, SALT_PROCESSES + i));
    }
    for (uint32_t i = 0; i < world->peer_count; i++) {
        npm_peer_init(&world->peers[i], world, world->process_count + i,
                      rng_stream(options->seed, SALT_PEERS + i));
    }
}

static void finish(struct world *world)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        process_finish(&world->processes[i]);
    }
    network_finish(&world->network);
    agenda_finish(&world->agenda);
    checker_finish(&world->checker);
}

static void close_down(struct world *world)
{
    world->closing = true;
    for (uint32_t i = 0; i < world->process_count; i++) {
        app_close(&world->processes[i]);
    }
    for (uint32_t i = 0; i < world->peer_count; i++) {
        npm_close(&world->peers[i]);
    }
}

/* Everybody's requests may share one connection, so one waits for those before it. */
static void become_calm(struct world *world)
{
    world_tell(world, (struct history_event){
                          .kind = HISTORY_CALM,
                          .actor = NOBODY,
                          .round_trip_ns = 2 * world->network.latency_ns * (SLOTS_MAX + 1),
                          .drift_ppm = world->drift_ppm,
                      });
    agenda_add(&world->agenda, world->now_ns, AGENDA_CHECK, NOBODY, 0);
}

static void check_again(struct world *world)
{
    world_tell(world, (struct history_event){.kind = HISTORY_CHECK, .actor = NOBODY});
    if (world->now_ns < world->closes_ns + 30 * world->lease_ms * MS_NS) {
        agenda_add(&world->agenda, world->now_ns + world->lease_ms * MS_NS / 4, AGENDA_CHECK,
                   NOBODY, 0);
    }
}

static void happen_to(struct world *world, const struct agenda_entry *entry)
{
    bool npm = entry->actor >= world->process_count;
    struct npm_peer *peer = npm ? &world->peers[entry->actor - world->process_count] : NULL;
    struct process *process = npm ? NULL : &world->processes[entry->actor];

    switch (entry->kind) {
    case AGENDA_TIMEOUT:
        npm ? npm_timeout(peer, entry->item) : process_timeout(process, entry->item);
        break;
    case AGENDA_RESUME:
        npm ? npm_resume(peer, entry->item) : process_resume(process, entry->item);
        break;
    case AGENDA_RESTART:
        npm ? npm_restart(peer) : process_restart(process);
        break;
    case AGENDA_WAKE:
        process_wake(process);
        break;
    case AGENDA_APP:
        app_go_on(process, entry->item);
        break;
    case AGENDA_NPM:
        npm_timer(peer, entry->item);
        break;
    default:
        assert(!"this happens to nobody");
    }
}

static void happen(struct world *world, const struct agenda_entry *entry)
{
    switch (entry->kind) {
    case AGENDA_ARRIVE:
        network_arrive(world, (uint32_t)entry->item);
        break;
    case AGENDA_REPLY:
        network_reply(world, (uint32_t)entry->item);
        break;
    case AGENDA_WEATHER:
        weather_tick(world);
        break;
    case AGENDA_LULL:
        weather_lull(world);
        break;
    case AGENDA_CALM:
        become_calm(world);
        break;
    case AGENDA_DEATH:
        weather_death(world);
        break;
    case AGENDA_CLOSING:
        close_down(world);
        break;
    case AGENDA_CHECK:
        check_again(world);
        break;
    case AGENDA_END:
        world_tell(world, (struct history_event){.kind = HISTORY_QUIET, .actor = NOBODY});
        break;
    default:
        happen_to(world, entry);
        break;
    }
}

static void tally(struct world *world, uint64_t events)
{
    struct coverage *coverage = &world->coverage;

    coverage->counts[COUNTER_SEEDS] = 1;
    coverage->counts[COUNTER_EVENTS] = events;
    coverage->counts[COUNTER_SIMULATED_MS] = (uint64_t)(world->now_ns / MS_NS);
    for (int i = 0; i < FAULTS; i++) {
        coverage->strikes[i] = world->faults.struck[i];
        coverage->worlds[i] = world->faults.struck[i] > 0;
    }
    coverage->digest = world->trace.digest;
}

struct violation world_run(const struct world_options *options, struct coverage *ret_coverage)
{
    struct world *world = memory_got(malloc(sizeof(*world)));
    struct agenda_entry entry = {.kind = AGENDA_WEATHER};
    struct violation violation;
    uint64_t events = 0;

    begin(world, options);
    while (world->checker.violation.promise == 0 && entry.kind != AGENDA_END &&
           agenda_take(&world->agenda, &entry)) {
        assert(entry.at_ns >= world->now_ns);
        world->now_ns = entry.at_ns;
        happen(world, &entry);
        if (++events > EVENTS_MAX + (uint64_t)(world->now_ns / MS_NS)) {
            world->checker.violation =
                (struct violation){5, world->now_ns, 0, "a process never rests"};
        }
    }
    tally(world, events);
    violation = world->checker.violation;
    *ret_coverage = world->coverage;
    finish(world);
    free(world);
    return violation;
}
