/* loop_test.c - the loop, with a store that answers when told and a time that stands still. */
#include "support/fake_store.h"
#include "support/testing.h"

/* Whether there is memory for a request. */
static bool no_memory;

static void *malloc_or_not(size_t size)
{
    return no_memory ? NULL : malloc(size);
}

/* The file itself, so that its allocations can fail. */
#define malloc malloc_or_not
#include "engine/loop.c"
#undef malloc

enum { CAPACITY = 2, LEASE_MS = 10000 };

/* A task that runs a machine and remembers what it was told. */
struct probe {
    struct task task; /* first */
    struct machine machine;
    struct machine_aside aside; /* of the machine */
    unsigned steps;
    unsigned ended;
    ddblock_status ended_status;
    enum notice notice;    /* the last one */
    ddblock_status status; /* of it */
    char message[256];     /* of the last reply that failed */
    const struct task *behind;
    bool always_due;
};

struct fixture {
    struct fake_store store;
    struct fake_host host;
    struct loop loop;
    struct lock_id *ids[8];
};

static struct effects probe_step(struct task *task, const struct event *event)
{
    struct probe *probe = (struct probe *)task;
    struct effects effects = {.wake_at = event->now};

    probe->steps++;
    return probe->always_due ? effects : machine_step(&probe->machine, event);
}

static void probe_publish(struct task *task, const struct effects *effects,
                          const struct store_reply *reply)
{
    struct probe *probe = (struct probe *)task;

    if (effects->notice != NOTICE_NONE) {
        probe->notice = effects->notice;
        probe->status = effects->status;
    }
    if (reply != NULL && reply->message[0] != '\0') {
        memcpy(probe->message, reply->message, sizeof(probe->message));
    }
}

static void probe_queued(struct task *task, const struct task *first)
{
    ((struct probe *)task)->behind = first;
}

static bool probe_is_out_of_the_way(const struct task *task)
{
    return machine_is_out_of_the_way(&((const struct probe *)task)->machine);
}

static void probe_ended(struct task *task, ddblock_status status)
{
    struct probe *probe = (struct probe *)task;

    probe->ended++;
    probe->ended_status = status;
}

static const struct task_operations probe_operations = {
    .step = probe_step,
    .publish = probe_publish,
    .queued = probe_queued,
    .is_out_of_the_way = probe_is_out_of_the_way,
    .ended = probe_ended,
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct loop_host host = fake_host_init(&f->host);

    no_memory = false;
    fake_store_init(&f->store, CAPACITY);
    assert_true(loop_init(&f->loop, &f->store.store, &host));
    for (size_t i = 0; i < 8; i++) {
        char name[] = {(char)('a' + i), '\0'};
        ddblock_id id = ddblock_id_string(name);

        assert_int_equal(lock_id_create(&id, &f->ids[i], NULL), DDBLOCK_OK);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    loop_drop_tasks(&f->loop);
    loop_finish(&f->loop);
    for (size_t i = 0; i < 8; i++) {
        lock_id_destroy(f->ids[i]);
    }
    free(f);
    return 0;
}

static void probe_init(struct probe *probe, const struct lock_id *id, const void *scope)
{
    static const struct machine_config config = {
        .kind = DDBLOCK_FAIL_OPEN,
        .lease_ms = LEASE_MS,
        .heartbeat = {INT64_C(3000000000)},
        .poll = {INT64_C(250000000)},
        .drift_ppm = 500,
    };
    struct machine_patience patience = {.by_time = true, .limit = DURATION_FOREVER};

    *probe = (struct probe){
        .task = {.operations = &probe_operations, .scope = scope, .id = id, .owner = "probe"}};
    machine_init(&probe->machine, &config, &patience, &probe->aside);
}

static void start(struct fixture *f, struct probe *probe, const struct lock_id *id,
                  const void *scope)
{
    probe_init(probe, id, scope);
    assert_true(loop_start(&f->loop, &probe->task));
}

/* Holds the lock as the first there is. */
static void hold(struct fixture *f, struct probe *probe, const struct lock_id *id)
{
    start(f, probe, id, NULL);
    (void)loop_turn(&f->loop);
    fake_store_reply(&f->store, f->store.sent_count - 1,
                     (struct outcome){.kind = OUTCOME_APPLIED, .token = 1});
    (void)loop_turn(&f->loop);
    assert_int_equal(probe->machine.state, STATE_HELD);
}

static int64_t due_in_ms(const struct fixture *f, struct instant due)
{
    return duration_to_ms(instant_until(f->host.now, due));
}

static void one_life(void **state)
{
    struct fixture *f = *state;
    struct probe probe;

    start(f, &probe, f->ids[0], NULL);
    assert_int_equal(f->store.sent_count, 0); /* a turn sends */
    assert_false(loop_is_idle(&f->loop));
    (void)loop_turn(&f->loop);
    assert_int_equal(f->store.sent_count, 1);
    assert_false(loop_is_idle(&f->loop));
    fake_store_carry_out(&f->store);
    (void)loop_turn(&f->loop);
    assert_int_equal(probe.notice, NOTICE_ACQUIRED);
    assert_true(loop_is_idle(&f->loop));
    assert_true(loop_post(&f->loop, &probe.task, EVENT_RELEASE));
    (void)loop_turn(&f->loop);
    fake_store_carry_out(&f->store);
    assert_true(instant_is_never(loop_turn(&f->loop)));
    assert_int_equal(probe.notice, NOTICE_RELEASED);
    assert_int_equal(probe.ended, 1);
    assert_int_equal(probe.ended_status, DDBLOCK_OK);
    assert_null(f->loop.tasks);
}

/* Nothing is due before the heartbeat, however often the loop is asked. */
static void while_nothing_is_due_nobody_is_woken(void **state)
{
    struct fixture *f = *state;
    struct probe probes[3];
    struct instant due = INSTANT_NEVER;

    for (size_t i = 0; i < 3; i++) {
        hold(f, &probes[i], f->ids[i]);
    }
    due = loop_turn(&f->loop);
    assert_in_range(due_in_ms(f, due), 2700, 3000);
    for (int64_t ms = 0; ms < 2600; ms += 100) {
        unsigned steps = probes[0].steps + probes[1].steps + probes[2].steps;

        fake_host_pass_ms(&f->host, 100);
        assert_true(loop_turn(&f->loop).ns == due.ns);
        assert_int_equal(probes[0].steps + probes[1].steps + probes[2].steps, steps);
    }
    assert_int_equal(f->store.submitted, 3);
}

static void heartbeats_go_before_acquisitions(void **state)
{
    struct fixture *f = *state;
    struct probe held;
    struct probe waiting[5];

    hold(f, &held, f->ids[0]);
    for (size_t i = 0; i < 5; i++) {
        start(f, &waiting[i], f->ids[i + 1], NULL);
    }
    (void)loop_turn(&f->loop);
    assert_int_equal(f->store.sent_count, CAPACITY); /* it is full, and three wait */
    fake_host_pass_ms(&f->host, 3000);
    (void)loop_turn(&f->loop);
    assert_int_equal(held.machine.state, STATE_RENEWING);
    assert_int_equal(f->store.sent_count, CAPACITY);
    fake_store_lose(&f->store, 0);
    (void)loop_turn(&f->loop);
    assert_int_equal(f->store.sent_count, CAPACITY);
    assert_int_equal(f->store.sent[1].ask.kind, REQUEST_RENEW);
    fake_store_lose(&f->store, 0);
    (void)loop_turn(&f->loop);
    assert_int_equal(f->store.sent[1].ask.kind, REQUEST_ACQUIRE);
    assert_int_equal(f->store.sent[1].tag, (uint64_t)(uintptr_t)&waiting[2].task);
}

/* No reply, no room: who waits longer than its request could has not been sent, and knows it. */
static void what_waits_too_long_fails_unsent(void **state)
{
    struct fixture *f = *state;
    struct probe probes[3];

    for (size_t i = 0; i < 3; i++) {
        start(f, &probes[i], f->ids[i], NULL);
    }
    (void)loop_turn(&f->loop);
    fake_host_pass_ms(&f->host, 5000);
    (void)loop_turn(&f->loop);
    assert_int_equal(probes[2].machine.state, STATE_ACQUIRING); /* there is no room yet */
    fake_store_lose(&f->store, 0);
    (void)loop_turn(&f->loop);
    assert_int_equal(f->store.submitted, CAPACITY);
    assert_int_equal(probes[2].machine.state, STATE_PAUSING);
    assert_int_equal(probes[2].machine.last_failure, DDBLOCK_UNAVAILABLE);
    assert_int_equal(probes[2].machine.mine.count, 0); /* no doubt */
    assert_int_equal(probes[0].machine.mine.count, 1); /* a doubt */
    assert_string_equal(probes[2].message, "all 2 connections to the store are busy");
}

static void without_memory_a_request_fails_unsent(void **state)
{
    struct fixture *f = *state;
    struct probe probe;

    hold(f, &probe, f->ids[0]);
    fake_host_pass_ms(&f->host, 3000);
    no_memory = true;
    (void)loop_turn(&f->loop);
    assert_int_equal(probe.machine.state, STATE_HELD);
    assert_int_equal(probe.machine.last_failure, DDBLOCK_NO_MEMORY);
    assert_string_equal(probe.message, "no memory for a request");
    assert_int_equal(f->store.submitted, 1);
    no_memory = false;
    fake_host_pass_ms(&f->host, 30);
    (void)loop_turn(&f->loop);
    assert_int_equal(probe.machine.state, STATE_RENEWING);
    assert_int_equal(f->store.submitted, 2);
}

/* Without random bytes nothing steps: what is due waits, and is told to be due soon. */
static void without_random_bytes_nothing_steps(void **state)
{
    struct fixture *f = *state;
    struct probe probe;
    struct probe other;
    unsigned steps;

    hold(f, &probe, f->ids[0]);
    start(f, &other, f->ids[1], NULL);
    f->host.no_random = true;
    fake_host_pass_ms(&f->host, 3000);
    (void)loop_turn(&f->loop); /* the guid that was ready is used up */
    assert_false(loop_is_ready(&f->loop));
    assert_int_equal(probe.machine.state, STATE_RENEWING);
    assert_int_equal(f->store.sent_count, 0);
    steps = probe.steps + other.steps;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(due_in_ms(f, loop_turn(&f->loop)), 10);
        fake_host_pass_ms(&f->host, 10);
    }
    assert_int_equal(probe.steps + other.steps, steps);
    f->host.no_random = false;
    (void)loop_turn(&f->loop);
    assert_true(loop_is_ready(&f->loop));
    assert_int_equal(f->store.sent_count, 2);
}

static void a_host_without_random_bytes_cannot_begin(void **state)
{
    struct fixture *f = *state;
    struct loop loop;
    struct fake_host fake;
    struct loop_host host = fake_host_init(&fake);

    fake.no_random = true;
    assert_false(loop_init(&loop, &f->store.store, &host));
}

/* One that is due at every moment does not keep the others from their replies. */
static void one_that_is_always_due_does_not_starve_replies(void **state)
{
    struct fixture *f = *state;
    struct probe greedy;
    struct probe probe;

    start(f, &probe, f->ids[0], NULL);
    probe_init(&greedy, f->ids[1], NULL);
    greedy.always_due = true;
    assert_true(loop_start(&f->loop, &greedy.task));
    (void)loop_turn(&f->loop);
    fake_store_carry_out(&f->store);
    assert_int_equal(due_in_ms(f, loop_turn(&f->loop)), 0);
    assert_int_equal(probe.notice, NOTICE_ACQUIRED);
    assert_in_range(greedy.steps, 3, 6);
}

/* ------------------------------------------------------------------ lines */

static void the_next_in_line_begins_when_the_first_has_released(void **state)
{
    struct fixture *f = *state;
    struct probe first;
    struct probe second;
    struct probe third;

    start(f, &first, f->ids[0], f);
    start(f, &second, f->ids[0], f);
    start(f, &third, f->ids[0], f);
    assert_ptr_equal(second.behind, &first.task);
    assert_ptr_equal(third.behind, &first.task);
    (void)loop_turn(&f->loop);
    fake_store_carry_out(&f->store);
    (void)loop_turn(&f->loop);
    assert_int_equal(f->store.submitted, 1); /* those behind send nothing */
    assert_false(loop_post(&f->loop, &second.task, EVENT_CANCEL));
    assert_int_equal(second.ended, 1);
    assert_true(loop_post(&f->loop, &first.task, EVENT_RELEASE));
    (void)loop_turn(&f->loop);
    fake_store_carry_out(&f->store);
    (void)loop_turn(&f->loop); /* in one turn: released, and the next one asks */
    assert_int_equal(first.ended, 1);
    assert_int_equal(f->store.sent_count, 1);
    assert_int_equal(f->store.sent[0].tag, (uint64_t)(uintptr_t)&third.task);
    assert_int_equal(f->store.sent[0].ask.kind, REQUEST_ACQUIRE);
}

/* A first in line that is refused at once does not keep the others. */
static void one_that_ends_at_once_lets_the_next_begin(void **state)
{
    struct fixture *f = *state;
    struct probe first;
    struct probe second;

    start(f, &first, f->ids[0], f);
    start(f, &second, f->ids[0], f);
    (void)loop_turn(&f->loop);
    fake_store_reply(&f->store, 0,
                     (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_DENIED});
    (void)loop_turn(&f->loop);
    assert_int_equal(first.notice, NOTICE_NOT_ACQUIRED);
    assert_int_equal(first.ended, 1);
    assert_int_equal(second.machine.state, STATE_ACQUIRING);
}

/* ------------------------------------------------------------------ dropping */

static void all_tasks_can_be_dropped_whatever_they_do(void **state)
{
    struct fixture *f = *state;
    struct probe held;
    struct probe behind;
    struct probe others[4];

    hold(f, &held, f->ids[0]);
    start(f, &others[0], f->ids[1], f);
    start(f, &behind, f->ids[1], f);
    for (size_t i = 1; i < 4; i++) {
        start(f, &others[i], f->ids[i + 1], NULL);
    }
    (void)loop_turn(&f->loop); /* two are sent, two wait, one stands in line */
    fake_store_lose(&f->store, 0);
    loop_drop_tasks(&f->loop);
    assert_int_equal(held.ended + behind.ended, 2);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(others[i].ended, 1);
        assert_null(others[i].task.request);
    }
    assert_int_equal(behind.machine.state, STATE_QUEUED); /* no turn comes of it */
    assert_null(f->loop.tasks);
    assert_int_equal(f->loop.task_count, 0);
    assert_null(heap_first(&f->loop.timers));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_life),
        TEST(while_nothing_is_due_nobody_is_woken),
        TEST(heartbeats_go_before_acquisitions),
        TEST(what_waits_too_long_fails_unsent),
        TEST(without_memory_a_request_fails_unsent),
        TEST(without_random_bytes_nothing_steps),
        TEST(a_host_without_random_bytes_cannot_begin),
        TEST(one_that_is_always_due_does_not_starve_replies),
        TEST(the_next_in_line_begins_when_the_first_has_released),
        TEST(one_that_ends_at_once_lets_the_next_begin),
        TEST(all_tasks_can_be_dropped_whatever_they_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
