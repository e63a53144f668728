/* npm_peer.c - a process of the npm package: begins, stands still, dies. */
#include "sim/npm_peer.h"

#include "sim/world.h"

void npm_peer_init(struct npm_peer *peer, struct world *world, uint32_t actor, struct rng rng)
{
    peer->world = world;
    peer->actor = actor;
    peer->rng = rng;
    peer->closed =
        (world->kind == DDBLOCK_FAIL_CLOSED) != (world->mixed && rng_chance(&peer->rng, 400));
    peer->lease_ms = world->lease_ms << rng_between(&peer->rng, 0, 1);
    if (!peer->closed && rng_chance(&peer->rng, 800)) {
        peer->heartbeat_ms = peer->lease_ms / rng_between(&peer->rng, 2, 4);
    }
    peer->period_ms = rng_between(&peer->rng, 300, 2000);
    peer->trusts = fault_rules(&world->faults, FAULT_TRUST);
    peer->dies = rng_chance(&peer->rng, 500);
    peer->clock = (struct machine_clock){.world_ns = &world->now_ns, .offset_ns = MS_NS};
    if (fault_rules(&world->faults, FAULT_DRIFT)) {
        peer->clock.rate_ppm =
            (int32_t)rng_between(&peer->rng, -(int64_t)world->drift_ppm, (int64_t)world->drift_ppm);
    }
    if (world->walls_differ) {
        peer->clock.wall_offset_ns =
            rng_between(&peer->rng, -3 * world->lease_ms, 3 * world->lease_ms) * MS_NS;
    }
    npm_restart(peer);
}

void npm_sleep(struct npm_peer *peer, int64_t for_ns)
{
    peer->asleep = true;
    peer->naps++;
    world_tell(peer->world, (struct history_event){.kind = HISTORY_ASLEEP, .actor = peer->actor});
    agenda_add(&peer->world->agenda, peer->world->now_ns + for_ns, AGENDA_RESUME, peer->actor,
               peer->naps);
}

void npm_resume(struct npm_peer *peer, uint64_t nap)
{
    if (peer->asleep && peer->naps == nap) {
        peer->asleep = false;
        world_tell(peer->world,
                   (struct history_event){.kind = HISTORY_AWAKE, .actor = peer->actor});
    }
}

void npm_die(struct npm_peer *peer, int64_t for_ns)
{
    peer->alive = false;
    peer->life++;
    npm_forget_calls(peer);
    world_tell(peer->world, (struct history_event){.kind = HISTORY_DEATH, .actor = peer->actor});
    agenda_add(&peer->world->agenda, peer->world->now_ns + for_ns, AGENDA_RESTART, peer->actor, 0);
}

void npm_restart(struct npm_peer *peer)
{
    if (!peer->alive) {
        peer->alive = true;
        peer->asleep = false;
        peer->heartbeat_generation++;
        npm_rest(peer);
    }
}

void npm_close(struct npm_peer *peer)
{
    if (peer->alive && peer->state == NPM_STATE_HOLDING) {
        npm_plan(peer, peer->lease_ms * MS_NS);
    }
}

bool npm_holds(const struct npm_peer *peer, uint32_t acquisition)
{
    return peer->alive && peer->state == NPM_STATE_HOLDING && peer->acquisition == acquisition;
}
