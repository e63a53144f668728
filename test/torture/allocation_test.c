/* allocation_test.c - every scenario again with the first allocation failing, the second, and so
 * on; and with several in a row.
 *
 * With DDBLOCK_TORTURE=full each of them; else every few, beginning elsewhere in each scenario. */
#include "torture/allocations.h"
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

static void torture_all(size_t count)
{
    allocations_guard(TORTURE_SECRET);
    for (const struct scenario *scenario = scenarios; scenario->name != NULL; scenario++) {
        for (int where = 0; where < WHERES; where++) {
            if (scenario->where & 1U << where) {
                torture(scenario, (enum where)where, count);
            }
        }
    }
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    torture_all(TROUBLE_ONCE);
}

static void several_fail_in_a_row(void **state)
{
    (void)state;
    torture_all(TROUBLE_BURST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(several_fail_in_a_row),
    };
    int failed;

    allocations_hook();
    world_start();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    world_stop();
    return failed;
}
