/* lines_test.c - lines of waiters against a list that is searched, and without memory. */
#include "support/testing.h"

#include "engine/lines.h"

/* Which share of the allocations fails. */
static unsigned fails_percent;
static uint64_t fails_seed;

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static void *calloc_or_not(size_t count, size_t size)
{
    return draw(&fails_seed, 100) < fails_percent ? NULL : calloc(count, size);
}

/* The file itself, so that its allocations can fail. */
#define calloc calloc_or_not
#include "engine/lines.c"
#undef calloc

enum { TASKS = 600, IDS = 200, SCOPES = 2, STEPS = 60000, SEEDS = 3 };

/* Two numbers each have the same bytes, parted at another place: "1" and "234" is not "12" and
 * "34", although it has the same hash. */
static ddblock_id id_of(uint32_t number, char *text, size_t size)
{
    ddblock_id id = {0};
    size_t cut = 1 + number % 2;

    (void)snprintf(text, size, "%u", 1000 + number / 2);
    id.partition = ddblock_key_binary(text, cut);
    id.sort = ddblock_key_binary(text + cut, strlen(text + cut));
    return id;
}

/* The model: when each task joined, and which lock it wants; 0: it stands in no line. */
struct model {
    uint64_t joined[TASKS];
    uint32_t lock[TASKS]; /* scope and id */
};

static struct task *model_first(const struct model *model, struct task *tasks, uint32_t lock)
{
    struct task *first = NULL;

    for (size_t i = 0; i < TASKS; i++) {
        if (model->joined[i] > 0 && model->lock[i] == lock &&
            (first == NULL || model->joined[i] < model->joined[first - tasks])) {
            first = &tasks[i];
        }
    }
    return first;
}

static size_t model_lines(const struct model *model, struct task *tasks)
{
    size_t count = 0;

    for (uint32_t lock = 0; lock < IDS * SCOPES; lock++) {
        count += model_first(model, tasks, lock) != NULL;
    }
    return count;
}

static void join_or_not(struct lines *lines, struct model *model, struct task *tasks, size_t i,
                        uint64_t now)
{
    struct task *first = lines_join(lines, &tasks[i]);

    if (first == NULL) {
        assert_true(fails_percent > 0);
        assert_null(tasks[i].line);
        assert_null(lines_leave(lines, &tasks[i]));
        return;
    }
    model->joined[i] = now;
    assert_ptr_equal(first, model_first(model, tasks, model->lock[i]));
}

static void leave(struct lines *lines, struct model *model, struct task *tasks, size_t i)
{
    bool was_first = model_first(model, tasks, model->lock[i]) == &tasks[i];
    struct task *next = lines_leave(lines, &tasks[i]);

    model->joined[i] = 0;
    assert_ptr_equal(next, was_first ? model_first(model, tasks, model->lock[i]) : NULL);
    assert_true(tasks[i].line == NULL && tasks[i].ahead == NULL && tasks[i].behind == NULL);
}

static void run_against_model(uint64_t seed, unsigned failing_percent)
{
    static const char scopes[SCOPES];
    struct lock_id *ids[IDS] = {0};
    struct task *tasks = calloc(TASKS, sizeof(*tasks));
    struct model *model = calloc(1, sizeof(*model));
    struct lines lines;

    fails_percent = failing_percent;
    fails_seed = seed;
    lines_init(&lines, seed);
    for (uint32_t i = 0; i < IDS; i++) {
        char text[16] = {0};
        ddblock_id id = id_of(i, text, sizeof(text));

        assert_int_equal(lock_id_create(&id, &ids[i], NULL), DDBLOCK_OK);
    }
    for (size_t i = 0; i < TASKS; i++) {
        model->lock[i] = draw(&seed, IDS * SCOPES);
        tasks[i].scope = &scopes[model->lock[i] % SCOPES];
        tasks[i].id = ids[model->lock[i] / SCOPES];
    }
    for (uint64_t step = 1; step <= STEPS; step++) {
        size_t i = draw(&seed, TASKS);

        if (model->joined[i] == 0) {
            join_or_not(&lines, model, tasks, i, step);
        } else {
            leave(&lines, model, tasks, i);
        }
        if (step % 1000 == 0) {
            assert_int_equal(lines.count, model_lines(model, tasks));
        }
    }
    lines_finish(&lines); /* whoever still stands in one is not touched */
    for (size_t i = 0; i < IDS; i++) {
        lock_id_destroy(ids[i]);
    }
    free(model);
    free(tasks);
}

static void lines_are_those_of_the_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_against_model(seed, 0);
    }
}

static void without_memory_one_stands_in_no_line(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        run_against_model(seed, 30);
    }
    run_against_model(9, 99);
}

/* With many lines there are as many buckets, within a factor of two. */
static void buckets_grow_with_the_lines(void **state)
{
    enum { COUNT = 1000 };
    struct lines lines;
    struct task *tasks = calloc(COUNT, sizeof(*tasks));
    struct lock_id *ids[COUNT];

    (void)state;
    fails_percent = 0;
    lines_init(&lines, 1);
    for (size_t i = 0; i < COUNT; i++) {
        char text[16];
        ddblock_id id;

        (void)snprintf(text, sizeof(text), "%zu", i);
        id = ddblock_id_string(text);
        assert_int_equal(lock_id_create(&id, &ids[i], NULL), DDBLOCK_OK);
        tasks[i].id = ids[i];
        tasks[i].scope = &lines;
        assert_ptr_equal(lines_join(&lines, &tasks[i]), &tasks[i]);
    }
    assert_int_equal(lines.count, COUNT);
    assert_true(lines.bucket_count >= COUNT / 2);
    for (size_t i = 0; i < COUNT; i++) {
        assert_null(lines_leave(&lines, &tasks[i]));
        lock_id_destroy(ids[i]);
    }
    assert_int_equal(lines.count, 0);
    lines_finish(&lines);
    assert_null(lines.buckets);
    free(tasks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_those_of_the_model),
        cmocka_unit_test(without_memory_one_stands_in_no_line),
        cmocka_unit_test(buckets_grow_with_the_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
