/* system_call_test.c - every scenario again with the first system call of a name failing, the
 * second, and so on; and with several in a row. */
#include "torture/scenarios.h"
#include "torture/system_calls.h"

#include <errno.h>

/* Where there are more calls of a name, every few are taken, but with DDBLOCK_TORTURE=full. */
enum { ORDINARY_RUNS = 4 };

static size_t step_of(size_t most)
{
    const char *how = getenv("DDBLOCK_TORTURE");

    return how != NULL && strcmp(how, "full") == 0 ? 1 : most / ORDINARY_RUNS + 1;
}

/* One scenario and one mishap. Returns in how many runs it happened. */
static size_t torture(const struct scenario *scenario, enum where where,
                      const struct mishap *mishap, size_t count)
{
    size_t step;
    size_t struck = 0;
    size_t k = 1;

    system_calls_choose(mishap);
    step = step_of(scenario_run(scenario, where, SIZE_MAX / 2, count));
    do {
        scenario_watch(mishap->call, scenario, where, k);
        (void)scenario_run(scenario, where, k, count);
        struck += trouble_has_struck();
        k += step;
    } while (trouble_has_struck());
    system_calls_choose(NULL);
    return struck;
}

static void torture_all(size_t count)
{
    for (const struct mishap *mishap = mishaps; mishap->call != NULL; mishap++) {
        size_t struck[WHERES] = {0};

        for (const struct scenario *scenario = scenarios; scenario->name != NULL; scenario++) {
            for (int where = 0; where < WHERES; where++) {
                if (scenario->where & 1U << where) {
                    struck[where] += torture(scenario, (enum where)where, mishap, count);
                }
            }
        }
        print_message("%-14s %-28s %zu in a row, in memory %zu times, file %zu, dynamodb %zu\n",
                      mishap->call, mishap->error != 0 ? strerror(mishap->error) : "less", count,
                      struck[IN_MEMORY], struck[IN_FILE], struck[IN_DYNAMODB]);
    }
}

static void every_call_fails_once(void **state)
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
        cmocka_unit_test(every_call_fails_once),
        cmocka_unit_test(several_fail_in_a_row),
    };
    int failed;

    world_start();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    world_stop();
    return failed;
}
