/* The same seed gives the same world on every machine: no pointer, no hash, no float and no
 * library's chance is in it. */
#include "support/testing.h"

#include "sim/world.h"

/* Who changes the protocol or the simulator changes this number, and sees here which it is now. */
#define DIGEST UINT64_C(0x0007F9812E49EDEC)

enum { SEEDS = 200 };

static struct coverage run(uint64_t first, uint64_t count)
{
    struct coverage sum = {0};

    for (uint64_t seed = first; seed < first + count; seed++) {
        struct world_options options = {.seed = seed};
        struct coverage coverage;
        struct violation violation;

        memset(options.enabled, true, sizeof(options.enabled));
        violation = world_run(&options, &coverage);
        if (violation.promise != 0) {
            print_error("seed %llu: %s\n", (unsigned long long)seed, violation.what);
        }
        assert_int_equal(violation.promise, 0);
        coverage_add(&sum, &coverage);
    }
    return sum;
}

static void seeds_mean_the_same_everywhere(void **state)
{
    (void)state;
    assert_int_equal(run(0, SEEDS).digest, DIGEST);
}

static void a_seed_means_the_same_twice(void **state)
{
    (void)state;
    assert_int_equal(run(7, 1).digest, run(7, 1).digest);
    assert_int_not_equal(run(7, 1).digest, run(8, 1).digest);
}

/* Leaving a class of faults out leaves the others as they were, and none of it strikes. */
static void faults_can_be_left_out(void **state)
{
    struct world_options options = {.seed = 5};
    const char *wrong = NULL;
    struct coverage coverage;

    (void)state;
    assert_true(faults_parse("none", options.enabled, &wrong));
    (void)world_run(&options, &coverage);
    for (int i = 0; i < FAULTS; i++) {
        assert_int_equal(coverage.strikes[i], 0);
    }
    assert_true(faults_parse("-pause,-crash", options.enabled, &wrong));
    assert_false(options.enabled[FAULT_PAUSE]);
    assert_true(options.enabled[FAULT_GHOST]);
    assert_false(faults_parse("pause,no-such", options.enabled, &wrong));
    assert_string_equal(wrong, "no-such");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_mean_the_same_everywhere),
        cmocka_unit_test(a_seed_means_the_same_twice),
        cmocka_unit_test(faults_can_be_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
