/* world.c - where a scenario of the torture tests takes place. */
#include "torture/world.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define OWNER "torture"

enum { OTHERS_TRIES = 100 };

static struct folder folder;
static struct {
    pid_t pid;
    int input; /* it ends when this is closed */
    char url[64];
} standin;
static unsigned runs;

/* Starts the stand-in with pipes as its input and output, and reads its port. */
static void start_standin(void)
{
    const char *argv[] = {DDBLOCK_STANDIN, NULL};
    posix_spawn_file_actions_t actions;
    char port[16] = "";
    int input[2];
    int output[2];

    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO), 0);
    assert_int_equal(
        posix_spawn(&standin.pid, argv[0], &actions, NULL, (char **)(uintptr_t)argv, environ), 0);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    assert_int_equal(close(input[0]), 0);
    assert_int_equal(close(output[1]), 0);
    assert_true(read(output[0], port, sizeof(port) - 1) > 0);
    assert_int_equal(close(output[0]), 0);
    standin.input = input[1];
    snprintf(standin.url, sizeof(standin.url), "http://127.0.0.1:%d", atoi(port));
}

void world_start(void)
{
    folder_make(&folder);
    start_standin();
}

void world_stop(void)
{
    assert_int_equal(close(standin.input), 0);
    assert_int_equal(waitpid(standin.pid, NULL, 0), standin.pid);
    folder_remove(&folder);
}

const char *world_endpoint(void)
{
    return standin.url;
}

const char *where_name(enum where where)
{
    static const char *const names[WHERES] = {
        [IN_MEMORY] = "memory", [IN_FILE] = "file", [IN_DYNAMODB] = "dynamodb"};

    return names[where];
}

static ddblock_status open_store(enum where where, ddblock_store **ret_store)
{
    ddblock_dynamodb_options dynamodb;
    ddblock_file_options file;

    switch (where) {
    case IN_FILE:
        ddblock_file_options_init(&file);
        file.path = folder.file;
        return ddblock_store_open_file(&file, ret_store, NULL);
    case IN_DYNAMODB:
        ddblock_dynamodb_options_init(&dynamodb);
        dynamodb.lock_table = "locks";
        dynamodb.region = "eu-west-1";
        dynamodb.endpoint = standin.url;
        dynamodb.access_key_id = "AKIDEXAMPLE";
        dynamodb.secret_access_key = TORTURE_SECRET;
        return ddblock_store_open_dynamodb(&dynamodb, ret_store, NULL);
    default:
        return ddblock_store_open_memory(ret_store, NULL);
    }
}

static ddblock_client *open_client(ddblock_store *store, const char *owner, ddblock_kind kind,
                                   int64_t lease_ms)
{
    ddblock_client_options options;
    ddblock_client *client = NULL;

    ddblock_client_options_init(&options);
    options.kind = kind;
    options.owner = owner;
    options.lease_duration_ms = lease_ms;
    options.heartbeat_period_ms = 0;
    options.poll_period_ms = 5;
    (void)ddblock_client_open(store, &options, &client, NULL);
    return client;
}

void world_open(struct world *world, enum where where, bool once)
{
    *world = (struct world){.where = where, .once = once};
    snprintf(world->name, sizeof(world->name), "lock %u", ++runs);
    world->id = ddblock_id_string(world->name);
    if (where != IN_MEMORY) {
        assert_int_equal(open_store(where, &world->observer), DDBLOCK_OK);
    }
}

bool world_open_store(struct world *world)
{
    ddblock_status status = open_store(world->where, &world->store);

    if (status != DDBLOCK_OK) {
        assert_null(world->store);
        return false;
    }
    if (world->where == IN_MEMORY) {
        world->observer = world->store;
    }
    return true;
}

void world_close(struct world *world)
{
    ddblock_store_close(world->store);
    trouble_disarm();
    ddblock_client_close(world->others);
    if (world->observer != world->store) {
        ddblock_store_close(world->observer);
    }
}

ddblock_client *world_client(struct world *world, ddblock_kind kind, int64_t lease_ms)
{
    return open_client(world->store, OWNER, kind, lease_ms);
}

ddblock_lock *world_let_other_acquire(struct world *world, int64_t lease_ms)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    ddblock_error error = {0};

    trouble_pause();
    ddblock_client_close(world->others);
    world->others = open_client(world->observer, "other", DDBLOCK_FAIL_OPEN, lease_ms);
    assert_non_null(world->others);
    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    /* On a machine that is busy a short lease may be over before the reply has come. */
    for (int tries = 0; lock == NULL; tries++) {
        ddblock_status status = ddblock_acquire(world->others, &world->id, &options, &lock, &error);

        if (status != DDBLOCK_OK && (status != DDBLOCK_UNAVAILABLE || tries == OTHERS_TRIES)) {
            fail_msg("%s", error.message);
        }
    }
    trouble_resume();
    return lock;
}

static ddblock_info look(struct world *world)
{
    ddblock_info info = {0};
    ddblock_error error = {0};

    if (ddblock_show(world->observer, &world->id, &info, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return info;
}

ddblock_info world_look(struct world *world)
{
    ddblock_info info;

    trouble_pause();
    info = look(world);
    trouble_resume();
    return info;
}

/* Believed after the look, so believed at the look. */
bool world_check_belief(struct world *world, const ddblock_lock *lock)
{
    ddblock_info info;
    bool believes;

    trouble_pause();
    info = look(world);
    believes = ddblock_lock_remaining_ms(lock) > 0;
    if (believes) {
        assert_string_equal(info.owner, OWNER);
        assert_int_equal(info.fencing_token, ddblock_lock_fencing_token(lock));
        assert_true(info.kind == DDBLOCK_ITEM_FAIL_OPEN || info.kind == DDBLOCK_ITEM_FAIL_CLOSED);
    }
    trouble_resume();
    return believes;
}

void world_check_apart(struct world *world, const ddblock_lock *mine, const ddblock_lock *others)
{
    bool i_before = ddblock_lock_remaining_ms(mine) > 0;
    bool they = ddblock_lock_remaining_ms(others) > 0;
    bool i_after = ddblock_lock_remaining_ms(mine) > 0;

    (void)world;
    assert_false(i_before && they && i_after);
}

ddblock_lock *world_acquire(struct world *world, ddblock_client *client, int64_t wait_ms)
{
    ddblock_acquire_options options;
    ddblock_lock *lock = NULL;
    ddblock_error error = {0};
    ddblock_status status;

    ddblock_acquire_options_init(&options);
    options.wait_ms = wait_ms;
    status = ddblock_acquire(client, &world->id, &options, &lock, &error);
    assert_true((status == DDBLOCK_OK) == (lock != NULL));
    if (lock != NULL) {
        (void)world_check_belief(world, lock);
    } else {
        assert_true(error.status == status && error.message[0] != '\0');
        world_expect_not_ours(world);
    }
    return lock;
}

void world_release(struct world *world, ddblock_lock *lock)
{
    ddblock_error error = {0};

    if (lock == NULL) {
        return;
    }
    switch (ddblock_release(lock, &error)) {
    case DDBLOCK_OK:
    case DDBLOCK_LOST:
    case DDBLOCK_CANCELLED:
        world_expect_not_ours(world);
        break;
    default:
        assert_true(error.message[0] != '\0');
        break;
    }
}

void world_expect_not_ours(struct world *world)
{
    ddblock_info info = world_look(world);

    if (world->once &&
        (info.kind == DDBLOCK_ITEM_FAIL_OPEN || info.kind == DDBLOCK_ITEM_FAIL_CLOSED)) {
        assert_string_not_equal(info.owner, OWNER);
    }
}
