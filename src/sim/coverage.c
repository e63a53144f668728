/* coverage.c - sums and prints what a run has seen. */
#include "sim/coverage.h"

#include <inttypes.h>
#include <stdio.h>

void coverage_add(struct coverage *sum, const struct coverage *part)
{
    for (int i = 0; i < COUNTERS; i++) {
        sum->counts[i] += part->counts[i];
    }
    for (int i = 0; i < FAULTS; i++) {
        sum->strikes[i] += part->strikes[i];
        sum->worlds[i] += part->worlds[i];
    }
    sum->digest += part->digest; /* a sum: it does not matter which worker was first */
}

void coverage_print(const struct coverage *coverage)
{
    static const char *const texts[COUNTERS] = {
#define COUNTER_TEXT(name, text) [COUNTER_##name] = (text),
        COUNTER_MAP(COUNTER_TEXT)
#undef COUNTER_TEXT
    };

    for (int i = 0; i < COUNTERS; i++) {
        printf("%14" PRIu64 "  %s\n", coverage->counts[i], texts[i]);
    }
    printf("\n       strikes   in worlds  fault\n");
    for (int i = 0; i < FAULTS; i++) {
        printf("%14" PRIu64 "%12" PRIu64 "  %s: %s\n", coverage->strikes[i], coverage->worlds[i],
               fault_name((enum fault)i), fault_meaning((enum fault)i));
    }
    printf("\ndigest %016" PRIx64 "\n", coverage->digest);
}
