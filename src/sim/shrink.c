/* shrink.c - takes faults away until every one that is left is needed. */
#include "sim/shrink.h"

#include <string.h>

/* Worlds that are tried: a thousand take a second or two. */
enum { TRIES_MAX = 3000 };

struct search {
    struct world_options *world;
    int promise;
    struct coverage coverage; /* of the shortest so far */
    unsigned tries;
};

static bool still_breaks(struct search *search)
{
    struct coverage coverage;
    struct violation violation;

    search->tries++;
    violation = run_apart(search->world, &coverage);
    if (violation.promise != search->promise) {
        return false;
    }
    search->coverage = coverage;
    return true;
}

static void without_classes(struct search *search)
{
    for (int i = 0; i < FAULTS; i++) {
        if (search->world->enabled[i]) {
            search->world->enabled[i] = false;
            search->world->enabled[i] = !still_breaks(search);
        }
    }
}

static void fewer_clients(struct search *search)
{
    for (uint32_t clients = 1; clients < PROCESSES_MAX; clients++) {
        uint32_t before = search->world->clients;

        search->world->clients = clients;
        if (still_breaks(search)) {
            return;
        }
        search->world->clients = before;
    }
}

/* Leaves out size strikes at a time of a class, then half as many, down to one. */
static void without_strikes(struct search *search, uint8_t allowed[STRIKES_MAX])
{
    for (size_t size = STRIKES_MAX; size > 0; size /= 2) {
        for (size_t first = 0; first < STRIKES_MAX && search->tries < TRIES_MAX; first += size) {
            uint8_t before[STRIKES_MAX];

            if (memchr(allowed + first, 1, size) == NULL) {
                continue;
            }
            memcpy(before, allowed, sizeof(before));
            memset(allowed + first, 0, size);
            if (!still_breaks(search)) {
                memcpy(allowed, before, sizeof(before));
            }
        }
    }
}

uint64_t shrink(struct world_options *world, int promise, struct fault_mask *mask)
{
    struct search search = {.world = world, .promise = promise};
    uint64_t left = 0;

    *mask = (struct fault_mask){.limited = true};
    fewer_clients(&search);
    without_classes(&search);
    memset(mask->allowed, 1, sizeof(mask->allowed));
    world->mask = mask;
    if (!still_breaks(&search)) {
        world->mask = NULL; /* it needs strikes beyond those that can be told apart */
        (void)still_breaks(&search);
    }
    for (int i = 0; i < FAULTS && world->mask != NULL; i++) {
        if (world->enabled[i] && search.coverage.strikes[i] > 0) {
            without_strikes(&search, mask->allowed[i]);
        }
    }
    for (int i = 0; i < FAULTS; i++) {
        left += search.coverage.strikes[i];
    }
    return left;
}
