/* allocation_test.c - every scenario again with the first allocation failing, the second, and so
 * on; and with several in a row.
 *
 * With DDBLOCK_TORTURE=full each of them; else every few, beginning elsewhere in each scenario. */
#include "torture/allocations.h"
#include "torture/parallel.h"
#include "torture/scenarios.h"

/* A prime, so that what repeats is not always missed; where there are few, each is taken. */
enum { ORDINARY_STEP = 13, FEW = 100 };

static size_t step_of(size_t most)
{
    const char *how = getenv("DDBLOCK_TORTURE");

    return most <= FEW || (how != NULL && strcmp(how, "full") == 0) ? 1 : ORDINARY_STEP;
}

static void torture(const struct scenario *scenario, enum where where, size_t count)
{
    /* What is made once in a process is made in the first run, in which nothing fails. */
    size_t most = scenario_run(scenario, where, SIZE_MAX / 2, count);
    size_t step = step_of(most);
    size_t k = 1 + (size_t)(scenario - scenarios) % step;
    size_t runs = 0;
    size_t struck = 0;
    bool reached = true;

    for (; reached; k += step) {
        size_t counted;

        scenario_watch("allocation", scenario, where, k);
        counted = scenario_run(scenario, where, k, count);
        if (allocations_leaked_secret()) {
            fail_msg("allocation %zu of \"%s\" in %s: a secret was freed, not wiped", k,
                     scenario->name, where_name(where));
        }
        reached = trouble_has_struck();
        runs++;
        struck += reached;
        most = counted > most ? counted : most;
    }
    print_message("%-14s in %-8s: %4zu runs, %zu in a row failed in %zu of them, of %zu\n",
                  scenario->name, where_name(where), runs, count, struck, most);
}

/* One scenario everywhere: one job has one allocation fail, another several. */
static void torture_all(size_t index)
{
    const struct scenario *scenario = &scenarios[index / 2];

    for (int where = 0; where < WHERES; where++) {
        if (scenario->where & 1U << where) {
            torture(scenario, (enum where)where, index % 2 == 0 ? TROUBLE_ONCE : TROUBLE_BURST);
        }
    }
}

int main(void)
{
    size_t count = 0;

    while (scenarios[count].name != NULL) {
        count++;
    }
    allocations_hook();
    allocations_guard(TORTURE_SECRET);
    return parallel_run(2 * count, torture_all) == 0 ? 0 : 1;
}
