/* coverage.c - sums and prints what a run has seen. */
#include "sim/coverage.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/machine_parts.h"

void coverage_add(struct coverage *sum, const struct coverage *part)
{
    for (int i = 0; i < COUNTERS; i++) {
        sum->counts[i] += part->counts[i];
    }
    for (int i = 0; i < FAULTS; i++) {
        sum->strikes[i] += part->strikes[i];
        sum->worlds[i] += part->worlds[i];
    }
    sum->moves |= part->moves;
    for (int i = 0; i < STATES; i++) {
        sum->under_way[i] |= part->under_way[i];
    }
    sum->digest += part->digest; /* a sum: it does not matter which worker was first */
}

/* How many of the moves of the protocol were made, and which were not. */
static void print_moves(uint64_t moves)
{
    const struct transition *move;
    size_t made = 0;
    size_t rows = 0;

    for (; (move = transition_row(rows)) != NULL; rows++) {
        made += moves >> rows & 1;
        if (!(moves >> rows & 1)) {
            printf("not made: from %s to %s, %s\n", machine_state_name(move->from),
                   machine_state_name(move->to), move->because);
        }
    }
    printf("%zu of %zu moves of the protocol made\n", made, rows);
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
    printf("\n");
    print_moves(coverage->moves);
    printf("\ndigest %016" PRIx64 "\n", coverage->digest);
}
