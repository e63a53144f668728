/* scenarios.c - what programs do with locks. Each step may fail; then the steps that need it are
 * left out, and what was had is given back. */
#include "torture/scenarios.h"

#include <poll.h>
#include <unistd.h>

/* A lease that no run outlives, and one that is over soon. */
enum { LONG_MS = 60000, SHORT_MS = 40, WAIT_MS = 30000 };

enum {
    ANYWHERE = 1 << IN_MEMORY | 1 << IN_FILE | 1 << IN_DYNAMODB,
    SHARED = 1 << IN_FILE | 1 << IN_DYNAMODB,
};

/* Acquires, looks at everything there is to see, and releases. */
static void live(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;
    ddblock_info info;
    ddblock_fence *fence = NULL;
    ddblock_metrics metrics;
    char text[64 * 1024];

    if (lock != NULL) {
        (void)ddblock_lock_fd(lock);
        (void)ddblock_lock_state(lock, NULL);
        (void)ddblock_lock_holder(lock, &info);
        (void)ddblock_lock_origin(lock, &info);
        (void)ddblock_lock_fence(lock, &fence, NULL);
        ddblock_fence_free(fence);
        (void)world_check_belief(world, lock);
    }
    assert_int_equal(ddblock_store_metrics(world->store, &metrics), DDBLOCK_OK);
    assert_true(ddblock_metrics_prometheus(&metrics, text, sizeof(text)) < sizeof(text));
    world_release(world, lock);
    ddblock_client_close(client);
}

/* Somebody else has it, and keeps it. */
static void be_refused(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *others = world_let_other_acquire(world, LONG_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;

    assert_null(lock);
    ddblock_client_close(client);
    trouble_pause();
    assert_int_equal(ddblock_release(others, NULL), DDBLOCK_OK);
    trouble_resume();
}

/* Somebody else has it, and gives it back while we wait. */
static void wait_for_it(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *others = world_let_other_acquire(world, LONG_MS);
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;

    ddblock_acquire_options_init(&options);
    options.wait_ms = WAIT_MS;
    if (client != NULL) {
        (void)ddblock_acquire_start(client, &world->id, &options, &lock, NULL);
    }
    if (lock != NULL) {
        (void)ddblock_lock_fd(lock);
        (void)ddblock_acquire_wait(lock, 10, NULL);
        world_check_apart(world, lock, others);
    }
    trouble_pause();
    assert_int_equal(ddblock_release(others, NULL), DDBLOCK_OK);
    trouble_resume();
    if (lock != NULL && ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL) == DDBLOCK_OK) {
        (void)world_check_belief(world, lock);
    }
    world_release(world, lock);
    ddblock_client_close(client);
}

/* Who had it is dead. */
static void take_over(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *others = world_let_other_acquire(world, SHORT_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, WAIT_MS) : NULL;
    ddblock_info previous;

    if (lock != NULL) {
        world_check_apart(world, lock, others);
        (void)ddblock_lock_origin(lock, &previous);
    }
    world_release(world, lock);
    ddblock_client_close(client);
    trouble_pause();
    (void)ddblock_release(others, NULL);
    trouble_resume();
}

/* Heartbeats, when they are asked for. */
static void renew(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;

    for (int i = 0; lock != NULL && i < 2; i++) {
        (void)usleep(2000);
        (void)ddblock_lock_ensure(lock, LONG_MS - LONG_MS / 1000 - 1, NULL);
        (void)world_check_belief(world, lock);
    }
    world_release(world, lock);
    ddblock_client_close(client);
}

/* The lease ends, and somebody else acquires it. */
static void lose_by_time(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, SHORT_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;
    ddblock_lock *others = world_let_other_acquire(world, LONG_MS);

    if (lock != NULL) {
        world_check_apart(world, lock, others);
        (void)ddblock_lock_state(lock, NULL);
    }
    world_release(world, lock);
    ddblock_client_close(client);
    trouble_pause();
    assert_int_equal(ddblock_release(others, NULL), DDBLOCK_OK);
    trouble_resume();
}

/* A person ends it; the next heartbeat tells. */
static void be_broken(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;
    ddblock_info info = world_look(world);

    if (lock != NULL) {
        trouble_pause();
        if (info.kind == DDBLOCK_ITEM_FAIL_OPEN) {
            assert_int_equal(ddblock_break(world->observer, &world->id, &info, NULL), DDBLOCK_OK);
        }
        trouble_resume();
        if (ddblock_lock_ensure(lock, LONG_MS - LONG_MS / 1000 - 1, NULL) == DDBLOCK_LOST) {
            assert_int_equal(ddblock_lock_remaining_ms(lock), 0);
        }
    }
    world_release(world, lock);
    ddblock_client_close(client);
}

/* Waiting is given up. */
static void cancel(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *others = world_let_other_acquire(world, LONG_MS);
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;

    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    if (client != NULL) {
        (void)ddblock_acquire_start(client, &world->id, &options, &lock, NULL);
    }
    if (lock != NULL) {
        (void)ddblock_acquire_wait(lock, 5, NULL);
        ddblock_acquire_cancel(lock);
        assert_int_not_equal(ddblock_acquire_wait(lock, DDBLOCK_FOREVER, NULL), DDBLOCK_OK);
        assert_int_equal(ddblock_lock_remaining_ms(lock), 0);
    }
    world_release(world, lock);
    ddblock_client_close(client);
    trouble_pause();
    assert_int_equal(ddblock_release(others, NULL), DDBLOCK_OK);
    trouble_resume();
}

/* A lock that fails closed, and a second one that is refused. */
static void fail_closed(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_CLOSED, LONG_MS);
    ddblock_client *second = world_client(world, DDBLOCK_FAIL_CLOSED, LONG_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;
    ddblock_acquire_options options;
    ddblock_lock *other = NULL;

    ddblock_acquire_options_init(&options);
    options.wait_ms = 0;
    if (second != NULL) {
        (void)ddblock_acquire(second, &world->id, &options, &other, NULL);
    }
    assert_true(lock == NULL || other == NULL);
    world_release(world, lock);
    world_release(world, other);
    ddblock_client_close(second);
    ddblock_client_close(client);
}

/* Looks at somebody else's lock, and ends it. */
static void break_it(struct world *world)
{
    ddblock_lock *others = world_let_other_acquire(world, LONG_MS);
    ddblock_info info;
    ddblock_status status = ddblock_show(world->store, &world->id, &info, NULL);

    if (status == DDBLOCK_OK) {
        assert_int_equal(info.kind, DDBLOCK_ITEM_FAIL_OPEN);
        assert_int_equal(info.fencing_token, ddblock_lock_fencing_token(others));
        status = ddblock_break(world->store, &world->id, &info, NULL);
        assert_int_not_equal(status, DDBLOCK_NOT_ACQUIRED);
    }
    info = world_look(world);
    if (status == DDBLOCK_OK) {
        assert_int_equal(info.kind, DDBLOCK_ITEM_RELEASED);
    } else if (status != DDBLOCK_IN_DOUBT) {
        assert_int_equal(info.kind, DDBLOCK_ITEM_FAIL_OPEN);
    }
    trouble_pause();
    (void)ddblock_release(others, NULL);
    trouble_resume();
}

/* A list; a page that failed is asked for again, and the lock is in it once. */
static void list(struct world *world)
{
    ddblock_lock *others = world_let_other_acquire(world, LONG_MS);
    const ddblock_list_entry *entry = NULL;
    const ddblock_key prefix = ddblock_key_string(world->name);
    ddblock_list_options options;
    ddblock_list *walk = NULL;
    ddblock_status status = DDBLOCK_OK;
    int tries = 0;
    int found = 0;

    ddblock_list_options_init(&options);
    options.prefix = &prefix;
    if (ddblock_list_open(world->store, &options, &walk, NULL) == DDBLOCK_OK) {
        do {
            status = ddblock_list_next(walk, &entry, NULL);
            tries += status != DDBLOCK_OK;
            found += status == DDBLOCK_OK && entry != NULL &&
                     entry->id.partition.size == strlen(world->name);
        } while ((status == DDBLOCK_OK && entry != NULL) ||
                 (status != DDBLOCK_OK && tries <= TROUBLE_BURST));
        assert_true(status != DDBLOCK_OK || found == 1);
        assert_true(found <= 1);
    }
    ddblock_list_close(walk);
    trouble_pause();
    assert_int_equal(ddblock_release(others, NULL), DDBLOCK_OK);
    trouble_resume();
}

/* The lock is handed on, within this process. */
static void hand_over(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_lock *lock = client != NULL ? world_acquire(world, client, 0) : NULL;
    char text[DDBLOCK_EXPORT_SIZE];
    ddblock_lock *adopted = NULL;

    if (lock != NULL && ddblock_lock_export(lock, text, sizeof(text), NULL) == DDBLOCK_OK) {
        lock = NULL;
        if (ddblock_lock_adopt(client, &world->id, text, &adopted, NULL) != DDBLOCK_OK) {
            assert_null(adopted);
            trouble_pause(); /* a second try, so that it is released */
            assert_int_equal(ddblock_lock_adopt(client, &world->id, text, &adopted, NULL),
                             DDBLOCK_OK);
            trouble_resume();
        }
        (void)world_check_belief(world, adopted);
    }
    world_release(world, adopted);
    world_release(world, lock);
    ddblock_client_close(client);
}

/* Two acquisitions of one client, the second in line behind the first, by events. */
static void stand_in_line(struct world *world)
{
    ddblock_client *client = world_client(world, DDBLOCK_FAIL_OPEN, LONG_MS);
    ddblock_acquire_options options;
    ddblock_lock *locks[2] = {NULL, NULL};
    ddblock_event event;

    ddblock_acquire_options_init(&options);
    options.wait_ms = WAIT_MS;
    for (int i = 0; client != NULL && i < 2; i++) {
        (void)ddblock_acquire_start(client, &world->id, &options, &locks[i], NULL);
    }
    for (int i = 0; i < 2; i++) {
        if (locks[i] != NULL &&
            ddblock_acquire_wait(locks[i], DDBLOCK_FOREVER, NULL) == DDBLOCK_OK) {
            (void)world_check_belief(world, locks[i]);
            ddblock_release_start(locks[i]);
            assert_int_equal(ddblock_lock_remaining_ms(locks[i]), 0);
        }
    }
    if (client != NULL) {
        (void)ddblock_client_event_fd(client);
        while (ddblock_client_next_event(client, &event) == DDBLOCK_OK) {
        }
        (void)ddblock_client_release_all(client, WAIT_MS, NULL);
    }
    world_release(world, locks[0]);
    world_release(world, locks[1]);
    ddblock_client_close(client);
}

/* A store that is opened, and closed. */
static void nothing(struct world *world)
{
    ddblock_metrics metrics;

    assert_int_equal(ddblock_store_metrics(world->store, &metrics), DDBLOCK_OK);
}

const struct scenario scenarios[] = {
    {"nothing", nothing, ANYWHERE},
    {"live", live, ANYWHERE},
    {"be refused", be_refused, SHARED},
    {"wait for it", wait_for_it, SHARED},
    {"take over", take_over, SHARED},
    {"renew", renew, ANYWHERE},
    {"lose by time", lose_by_time, SHARED},
    {"be broken", be_broken, SHARED},
    {"cancel", cancel, SHARED},
    {"fail closed", fail_closed, ANYWHERE},
    {"break it", break_it, SHARED},
    {"list", list, 1 << IN_FILE},
    {"hand over", hand_over, ANYWHERE},
    {"stand in line", stand_in_line, ANYWHERE},
    {NULL, NULL, 0},
};
