/* system_call_test.c - every scenario again with the first system call of a name failing, the
 * second, and so on; and with several in a row. */
#include "torture/parallel.h"
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

/* All scenarios with one mishap: of each one job has it happen once, another several times. */
static void torture_all(size_t index)
{
    const struct mishap *mishap = &mishaps[index / 2];
    size_t count = index % 2 == 0 ? TROUBLE_ONCE : TROUBLE_BURST;
    size_t struck[WHERES] = {0};

    for (const struct scenario *scenario = scenarios; scenario->name != NULL; scenario++) {
        for (int where = 0; where < WHERES; where++) {
            if (scenario->where & 1U << where) {
                struck[where] += torture(scenario, (enum where)where, mishap, count);
            }
        }
    }
    print_message("%-14s %-32s %zu in a row, in memory %zu times, file %zu, dynamodb %zu\n",
                  mishap->call, mishap->error != 0 ? strerror(mishap->error) : "less", count,
                  struck[IN_MEMORY], struck[IN_FILE], struck[IN_DYNAMODB]);
}

int main(void)
{
    size_t count = 0;

    while (mishaps[count].call != NULL) {
        count++;
    }
    return parallel_run(2 * count, torture_all) == 0 ? 0 : 1;
}
