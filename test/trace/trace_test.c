/* trace_test.c - runs all stories, and then asks whether they showed every move there is. */
#include "trace/stories.h"

#include "core/machine_parts.h"

STORY(every_row_of_the_table_was_taken)
{
    const struct transition *row;
    unsigned missing = 0;

    for (size_t i = 0; (row = transition_row(i)) != NULL; i++) {
        if (world_rows_taken[i] == 0) {
            print_error("no story goes from %s to %s: %s\n", machine_state_name(row->from),
                        machine_state_name(row->to), row->because);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest rows[] = {cmocka_unit_test(every_row_of_the_table_was_taken)};
    int failed = 0;

    failed += acquire_stories();
    failed += attempt_stories();
    failed += outage_stories();
    failed += doubt_stories();
    failed += renewal_stories();
    failed += time_stories();
    failed += hold_stories();
    failed += release_stories();
    failed += cancel_stories();
    failed += turn_stories();
    failed += settle_stories();
    failed += withheld_stories();
    failed += origin_stories();
    failed += closed_stories();
    failed += ghost_stories();
    failed += handover_stories();
    failed += cmocka_run_group_tests_name("rows", rows, NULL, NULL);
    return failed;
}
