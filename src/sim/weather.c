/* weather.c - what happens to processes, and to the item, now and then. */
#include "sim/world.h"

/* A fail-closed lock that nobody holds is ended by a person, mostly, but not at once. */
enum { RESCUE_PERMILLE = 60 };

static int64_t some_leases(struct world *world)
{
    int64_t most = rng_chance(&world->rng, 500) ? 3000 : 500; /* thousandths of a lease */

    return world->lease_ms * rng_between(&world->rng, 1, most) * (MS_NS / 1000);
}

static void trouble_process(struct world *world, struct process *process)
{
    int64_t now_ns = world->now_ns;
    int64_t for_ns = some_leases(world);

    if (!process->alive || process->asleep) {
        return;
    }
    if (world_strikes(world, FAULT_CRASH, process->actor, 0, now_ns)) {
        process_die(process, for_ns);
    } else if (world_strikes(world, FAULT_PAUSE, process->actor, 0, now_ns + for_ns)) {
        process_sleep(process, for_ns, false);
    } else if (world_strikes(world, FAULT_SUSPEND, process->actor, 0, now_ns + for_ns)) {
        process_sleep(process, for_ns, true);
    } else if (world_strikes(world, FAULT_PARTITION, process->actor, 0, now_ns + for_ns)) {
        process->cut_off_until_ns = now_ns + for_ns;
    } else if (world_strikes(world, FAULT_ENTROPY, process->actor, 0, now_ns + for_ns)) {
        process->entropy_from_ns = now_ns + for_ns;
    }
}

static void trouble_peer(struct world *world, struct npm_peer *peer)
{
    int64_t now_ns = world->now_ns;
    int64_t for_ns = some_leases(world);

    if (!peer->alive || peer->asleep) {
        return;
    }
    if (world_strikes(world, FAULT_CRASH, peer->actor, 0, now_ns)) {
        npm_die(peer, for_ns);
    } else if (world_strikes(world, FAULT_PAUSE, peer->actor, 0, now_ns + for_ns)) {
        npm_sleep(peer, for_ns);
    } else if (world_strikes(world, FAULT_PARTITION, peer->actor, 0, now_ns + for_ns)) {
        peer->cut_off_until_ns = now_ns + for_ns;
    }
}

static void trouble_item(struct world *world)
{
    if (world->table.record.kind == RECORD_BAD) {
        if (rng_chance(&world->rng, 300)) {
            table_delete(world);
        }
    } else if (fault_strikes(&world->faults, FAULT_BREAK)) {
        table_break(world);
    } else if (fault_strikes(&world->faults, FAULT_DELETE)) {
        table_delete(world);
    } else if (fault_strikes(&world->faults, FAULT_SPOIL)) {
        table_spoil(world);
    }
}

/* True if the item is a fail-closed lock of a process that is no more, or of an npm peer that
 * does not know of it. */
static bool is_orphan(const struct world *world)
{
    const struct table *table = &world->table;

    if (table->record.kind != RECORD_FAIL_CLOSED || table->acquisition == 0) {
        return false;
    }
    if (table->actor < world->process_count) {
        return world->processes[table->actor].life != table->life;
    }
    return !npm_holds(&world->peers[table->actor - world->process_count], table->acquisition);
}

void weather_tick(struct world *world)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        trouble_process(world, &world->processes[i]);
    }
    for (uint32_t i = 0; i < world->peer_count; i++) {
        trouble_peer(world, &world->peers[i]);
    }
    trouble_item(world);
    if (is_orphan(world) && rng_chance(&world->rng, RESCUE_PERMILLE)) {
        table_delete(world);
    }
    if (world->now_ns < world->closes_ns) {
        agenda_add(&world->agenda, world->now_ns + world->lease_ms * MS_NS / 4, AGENDA_WEATHER,
                   NOBODY, 0);
    }
}

/* Who stands still goes on. Who is dead starts again soon by itself. */
void weather_lull(struct world *world)
{
    world->faults.lull = true;
    if (world->table.record.kind == RECORD_BAD) {
        table_delete(world);
    }
    for (uint32_t i = 0; i < world->process_count; i++) {
        struct process *process = &world->processes[i];

        process->entropy_from_ns = 0;
        process->cut_off_until_ns = 0;
        process_resume(process, process->naps);
    }
    for (uint32_t i = 0; i < world->peer_count; i++) {
        world->peers[i].cut_off_until_ns = 0;
        npm_resume(&world->peers[i], world->peers[i].naps);
    }
}

/* One holder dies in the calm, so that promise 5 is put to the test. */
void weather_death(struct world *world)
{
    for (uint32_t i = 0; i < world->process_count; i++) {
        struct process *process = &world->processes[i];

        for (size_t j = 0; j < process->slot_count && process->alive; j++) {
            if (process->slots[j].state == SLOT_HOLDING &&
                process->config.kind == DDBLOCK_FAIL_OPEN) {
                world->coverage.counts[COUNTER_CALM_DEATHS]++;
                process_die(process, 3 * world->lease_ms * MS_NS);
                return;
            }
        }
    }
}
