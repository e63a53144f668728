/* loop_quota_test.c - how the loop counts failures: who has used up the quota is told, and
 * heartbeats have one of their own. */
#include "support/testing.h"

#include "engine/loop.h"

/* A store that answers each request at once, as it is told. */
struct answering_store {
    struct store store;
    struct outcome outcome;
    struct store_reply reply;
    bool replied;
};

static void submit(struct store *base, const struct store_request *request)
{
    struct answering_store *self = (struct answering_store *)base;

    self->reply = (struct store_reply){.tag = request->tag, .outcome = self->outcome};
    self->replied = true;
}

static const struct store_reply *take_reply(struct store *base)
{
    struct answering_store *self = (struct answering_store *)base;
    bool replied = self->replied;

    self->replied = false;
    return replied ? &self->reply : NULL;
}

static const struct store_operations store_answers = {.submit = submit, .take_reply = take_reply};

/* A task that sends a request in each step, so many times, and notes what it is told. */
struct asking_task {
    struct task task;
    bool urgent;
    int left;     /* how often it still asks */
    int failures; /* not spent */
    int failures_spent;
};

static struct effects step(struct task *task, const struct event *event)
{
    struct asking_task *self = (struct asking_task *)task;
    struct effects effects = {.wake_at = INSTANT_NEVER};

    if (event->kind == EVENT_REPLY && event->outcome->kind == OUTCOME_FAILED) {
        self->failures += event->spent ? 0 : 1;
        self->failures_spent += event->spent ? 1 : 0;
    } else {
        assert_false(event->spent);
    }
    if (self->left == 0) {
        effects.ended = true;
        return effects;
    }
    self->left--;
    effects.request.kind = REQUEST_READ;
    effects.request.urgent = self->urgent;
    effects.request.give_up_at = INSTANT_NEVER;
    return effects;
}

static void publish(struct task *task, const struct effects *effects,
                    const struct store_reply *reply)
{
    (void)task;
    (void)effects;
    (void)reply;
}

static void ended(struct task *task, ddblock_status status)
{
    (void)task;
    (void)status;
}

static const struct task_operations task_asks = {.step = step, .publish = publish, .ended = ended};

static struct instant now(void *user)
{
    (void)user;
    return (struct instant){1};
}

static int64_t wall_ms(void *user)
{
    (void)user;
    return 1;
}

static bool random_fill_zero(void *user, void *data, size_t size)
{
    (void)user;
    memset(data, 0, size);
    return true;
}

static const struct loop_host host = {now, wall_ms, random_fill_zero, NULL};

struct world {
    struct answering_store store;
    struct loop loop;
    struct asking_task task; /* the one that asks just now */
};

static void world_open(struct world *w, ddblock_status status)
{
    *w = (struct world){.store = {.store = {&store_answers, 1, 0}}};
    w->store.outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = status};
    assert_true(loop_init(&w->loop, &w->store.store, &host));
}

/* A fresh task asks count times. */
static void ask(struct world *w, bool urgent, int count)
{
    w->task =
        (struct asking_task){.task = {.operations = &task_asks}, .urgent = urgent, .left = count};
    assert_true(loop_start(&w->loop, &w->task.task));
    while (w->loop.task_count > 0) {
        (void)loop_turn(&w->loop);
    }
}

static void failures_use_up_the_quota_of_their_kind_only(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, DDBLOCK_UNAVAILABLE);
    ask(&w, false, 50);
    assert_int_equal(w.task.failures, 35);
    assert_int_equal(w.task.failures_spent, 15);
    ask(&w, true, 50); /* heartbeats have theirs */
    assert_int_equal(w.task.failures, 35);
    ask(&w, false, 1);
    assert_int_equal(w.task.failures_spent, 1);
    loop_finish(&w.loop);
}

static void throttling_costs_less(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, DDBLOCK_THROTTLED);
    ask(&w, false, 120);
    assert_int_equal(w.task.failures, 100);
    assert_int_equal(w.task.failures_spent, 20);
    loop_finish(&w.loop);
}

static void what_no_retry_can_mend_costs_nothing(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, DDBLOCK_DENIED);
    ask(&w, false, 200);
    assert_int_equal(w.task.failures, 200);
    loop_finish(&w.loop);
}

static void successes_fill_it_again(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, DDBLOCK_UNAVAILABLE);
    ask(&w, false, 50);
    w.store.outcome = (struct outcome){.kind = OUTCOME_FOUND};
    ask(&w, false, 28); /* one token each */
    w.store.outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_UNAVAILABLE};
    ask(&w, false, 10);
    assert_int_equal(w.task.failures, 2); /* 10 were left, and 28 came */
    loop_finish(&w.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_use_up_the_quota_of_their_kind_only),
        cmocka_unit_test(throttling_costs_less),
        cmocka_unit_test(what_no_retry_can_mend_costs_nothing),
        cmocka_unit_test(successes_fill_it_again),
    };

    return cmocka_run_group_tests_name("loop_quota", tests, NULL, NULL);
}
