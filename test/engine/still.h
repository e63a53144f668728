/* still.h - an engine without its thread, on a store that answers when told and with a time that
 * stands still: the test takes each turn of the loop. */
#ifndef TEST_ENGINE_STILL_H
#define TEST_ENGINE_STILL_H

#include "support/fake_store.h"
#include "support/testing.h"

#include "engine/client.h"
#include "engine/lock.h"
#include "engine/lock_task.h"

/* The file itself, to run its loop without its thread. */
#include "engine/engine.c"

enum { LEASE_MS = 10000, CAPACITY = 2 };

struct fixture {
    struct fake_store fake;
    struct fake_host host;
    struct ddblock_store engine;
    struct ddblock_client *client;
};

static struct ddblock_client *open_client(struct fixture *f, ddblock_client_options *options)
{
    struct ddblock_client *client = NULL;

    options->owner = "test";
    options->lease_duration_ms = LEASE_MS;
    assert_int_equal(client_open(&f->engine, options, &client, NULL), DDBLOCK_OK);
    return client;
}

static int still_set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct loop_host fake = fake_host_init(&f->host);
    ddblock_client_options options;

    fake_store_init(&f->fake, CAPACITY);
    f->engine.store = &f->fake.store;
    f->engine.pid = getpid();
    atomic_init(&f->engine.references, 2); /* never the last one given back: there is no thread */
    (void)pthread_mutex_init(&f->engine.mutex, NULL);
    assert_true(loop_init(&f->engine.loop, &f->fake.store, &fake));
    ddblock_client_options_init(&options);
    f->client = open_client(f, &options);
    *state = f;
    return 0;
}

static int still_tear_down(void **state)
{
    struct fixture *f = *state;

    client_release(f->client);
    loop_drop_tasks(&f->engine.loop);
    loop_finish(&f->engine.loop);
    (void)pthread_mutex_destroy(&f->engine.mutex);
    free(f);
    return 0;
}

static void turn(struct fixture *f)
{
    handle_posted(&f->engine);
    (void)loop_turn(&f->engine.loop);
}

/* Everything that was sent is carried out, at once. */
static void carry_out_all(struct fixture *f)
{
    turn(f);
    while (f->fake.sent_count > 0) {
        fake_store_carry_out(&f->fake);
        turn(f);
    }
}

static struct ddblock_lock *start_with(struct fixture *f, struct ddblock_client *client,
                                       struct machine_patience patience)
{
    ddblock_id id = ddblock_id_string("lock");
    struct ddblock_lock *lock = NULL;

    assert_int_equal(lock_start(client, &id, &patience, NULL, false, &lock, NULL), DDBLOCK_OK);
    turn(f);
    return lock;
}

static struct ddblock_lock *start(struct fixture *f)
{
    return start_with(f, f->client, (struct machine_patience){.by_time = true});
}

static struct ddblock_lock *acquire(struct fixture *f)
{
    struct ddblock_lock *lock = start(f);

    carry_out_all(f);
    assert_int_equal(lock_wait(lock, 0, NULL), DDBLOCK_OK);
    return lock;
}

static ddblock_status release(struct fixture *f, struct ddblock_lock *lock)
{
    lock_release_start(lock);
    carry_out_all(f);
    return lock_release(lock, NULL);
}

#endif
