/* heap_test.c - the heap of deadlines against a list that is searched. */
#include "support/testing.h"

#include "base/heap.h"

enum { ENTRIES = 40, STEPS = 20000, SEEDS = 5 };

/* The model: each entry's deadline and when it was set. */
struct model {
    struct instant due[ENTRIES]; /* INSTANT_NEVER: not in the heap */
    uint64_t set_at[ENTRIES];
};

/* A generator with a seed, so that a failure can be had again (Numerical Recipes' LCG). */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

/* The index that the model says is first; ENTRIES for none. */
static size_t model_first(const struct model *model)
{
    size_t first = ENTRIES;

    for (size_t i = 0; i < ENTRIES; i++) {
        if (instant_is_never(model->due[i])) {
            continue;
        }
        if (first == ENTRIES || instant_before(model->due[i], model->due[first]) ||
            (model->due[i].ns == model->due[first].ns && model->set_at[i] < model->set_at[first])) {
            first = i;
        }
    }
    return first;
}

static void run_against_model(uint64_t seed)
{
    struct heap_entry entries[ENTRIES] = {0};
    struct model model = {0};
    struct heap heap = {0};

    assert_true(heap_reserve(&heap, ENTRIES));
    for (size_t i = 0; i < ENTRIES; i++) {
        model.due[i] = INSTANT_NEVER;
    }
    for (uint64_t step = 1; step <= STEPS; step++) {
        size_t i = draw(&seed, ENTRIES);
        /* Few values, so that many are equal; a third are taken out. */
        struct instant due = {draw(&seed, 20)};
        size_t first;

        due = draw(&seed, 3) == 0 ? INSTANT_NEVER : due;
        heap_set(&heap, &entries[i], due);
        model.due[i] = due;
        model.set_at[i] = step;
        first = model_first(&model);
        assert_ptr_equal(heap_first(&heap), first < ENTRIES ? &entries[first] : NULL);
    }
    heap_finish(&heap);
}

static void the_first_is_always_that_of_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_against_model(seed);
    }
}

static void equal_deadlines_come_in_the_order_they_were_set(void **state)
{
    struct heap_entry entries[10] = {0};
    struct heap heap = {0};

    (void)state;
    assert_true(heap_reserve(&heap, 10));
    for (size_t i = 0; i < 10; i++) {
        heap_set(&heap, &entries[i], (struct instant){7});
    }
    heap_set(&heap, &entries[0], (struct instant){7}); /* set again: now the last */
    for (size_t i = 1; i <= 10; i++) {
        struct heap_entry *first = heap_first(&heap);

        assert_ptr_equal(first, &entries[i % 10]);
        heap_set(&heap, first, INSTANT_NEVER);
        assert_int_equal(first->position, 0);
    }
    assert_null(heap_first(&heap));
    heap_finish(&heap);
}

static void room_is_kept(void **state)
{
    struct heap_entry entry = {0};
    struct heap heap = {0};

    (void)state;
    assert_null(heap_first(&heap));
    heap_set(&heap, &entry, INSTANT_NEVER); /* is in none: nothing to do */
    assert_true(heap_reserve(&heap, 1));
    assert_true(heap_reserve(&heap, 100));
    assert_true(heap.capacity >= 100);
    heap_set(&heap, &entry, (struct instant){1});
    assert_true(heap_reserve(&heap, 1000));
    assert_ptr_equal(heap_first(&heap), &entry);
    heap_finish(&heap);
    assert_null(heap_first(&heap));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_always_that_of_the_model),
        cmocka_unit_test(equal_deadlines_come_in_the_order_they_were_set),
        cmocka_unit_test(room_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
