/* adopt.c - a lock that is handed over from one process to another. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "engine/grant_text.h"
#include "engine/lock.h"
#include "engine/lock_task.h"

_Static_assert(GRANT_TEXT_SIZE <= DDBLOCK_EXPORT_SIZE, "the header promises enough room");

static bool is_held(const struct ddblock_lock *lock)
{
    return lock->state == DDBLOCK_STATE_HELD || lock->state == DDBLOCK_STATE_AT_RISK;
}

/* Waits until the machine has let go. False: the lock is not held. With the mutex held. */
static bool let_go(struct ddblock_lock *lock)
{
    if (lock->releasing || !is_held(lock)) {
        return false;
    }
    engine_post(lock->engine, &lock->task, POST_HAND_OVER);
    while (!(lock->handed_over && lock->ended) && (lock->handed_over || is_held(lock))) {
        (void)lock_wait_for_change(lock, NULL);
    }
    return lock->handed_over;
}

ddblock_status lock_export(struct ddblock_lock *lock, char *ret_text, size_t size,
                           ddblock_error *error)
{
    struct ddblock_client *client = lock->client;
    struct boot_id boot = {0};
    struct machine_grant grant;
    struct buffer text;
    bool held;

    if (size < DDBLOCK_EXPORT_SIZE) {
        return status_set(error, DDBLOCK_INVALID, "size is %zu, but must be at least %d", size,
                          DDBLOCK_EXPORT_SIZE);
    }
    if (!boot_id_read(&boot) && client->config.kind == DDBLOCK_FAIL_OPEN) {
        return status_set(error, DDBLOCK_UNAVAILABLE,
                          "the system does not tell which boot this is, so a reboot could not be "
                          "told from a lease that goes on");
    }
    if (!grant_text_reserve(&text)) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for the text of a lock");
    }
    (void)pthread_mutex_lock(&lock->engine->mutex);
    held = let_go(lock);
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    if (!held) {
        buffer_finish(&text);
        return status_set(error, DDBLOCK_LOST, "the lock is not held");
    }
    grant = machine_grant_of(&lock->machine);
    grant_text_write(&grant, &boot, &text);
    memcpy(ret_text, buffer_string(&text), text.size + 1);
    explicit_bzero(&grant, sizeof(grant));
    buffer_finish(&text); /* which wipes */
    (void)pthread_mutex_lock(&lock->engine->mutex);
    lock_leave_client(lock);
    (void)pthread_mutex_unlock(&lock->engine->mutex);
    lock_free(lock);
    client_release(client);
    return DDBLOCK_OK;
}

/* Whether the grant can be gone on with here and now. */
static ddblock_status check(const struct ddblock_client *client, struct machine_grant *grant,
                            const struct boot_id *boot, ddblock_error *error)
{
    struct boot_id current = {0};
    bool same_boot =
        boot_id_read(&current) && memcmp(current.bytes, boot->bytes, sizeof(boot->bytes)) == 0;

    if (grant->kind != client->config.kind) {
        return status_set(error, DDBLOCK_INVALID, "the lock %s, those of the client do not",
                          grant->kind == DDBLOCK_FAIL_CLOSED ? "fails closed" : "fails open");
    }
    if (grant->kind == DDBLOCK_FAIL_CLOSED) {
        grant->lease_ms = client->config.lease_ms; /* which it does not have */
        if (!same_boot) {
            machine_grant_restart_clock(grant, clock_now());
        }
        return DDBLOCK_OK;
    }
    if (grant->lease_ms != client->config.lease_ms) {
        return status_set(error, DDBLOCK_INVALID,
                          "the lock has a lease of %lld ms, those of the client have one of %lld",
                          (long long)grant->lease_ms, (long long)client->config.lease_ms);
    }
    if (!same_boot) {
        return status_set(error, DDBLOCK_LOST,
                          "the lock was exported before a reboot, on another machine, or in "
                          "another time namespace");
    }
    if (!instant_before(grant->deadline,
                        instant_add(clock_now(), duration_from_ms(grant->lease_ms)))) {
        return status_set(error, DDBLOCK_INVALID,
                          "the text tells of more time than the lease has"); /* whoever wrote it */
    }
    if (!instant_before(clock_now(), grant->deadline)) {
        return status_set(error, DDBLOCK_LOST, "the lease ended before the lock was adopted");
    }
    return DDBLOCK_OK;
}

ddblock_status lock_adopt(struct ddblock_client *client, const ddblock_id *id, const char *text,
                          struct ddblock_lock **ret_lock, ddblock_error *error)
{
    struct machine_patience none = {0};
    struct machine_grant grant = {0};
    struct boot_id boot = {0};
    struct machine_aside *aside = NULL;
    struct ddblock_lock *lock = NULL;
    ddblock_status status;

    if (!grant_text_read(text, &grant, &boot)) {
        return status_set(error, DDBLOCK_INVALID, "this is no text of ddblock_lock_export");
    }
    status = check(client, &grant, &boot, error);
    aside = malloc(sizeof(*aside)); /* the grant may have more guids than a calm holder */
    if (status == DDBLOCK_OK && aside == NULL) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a lock");
    }
    if (status == DDBLOCK_OK) {
        status = lock_create(client, id, &none, &lock, error);
    }
    if (status == DDBLOCK_OK) {
        machine_init_adopted(&lock->machine, &client->config, &grant, aside);
        aside = NULL;            /* now the lock's */
        lock->task.scope = NULL; /* it does not wait its turn: it is held */
        lock->muted = EVENTS_OF_ACQUISITION;
        lock_run(lock);
        status = lock_wait(lock, DDBLOCK_FOREVER, error); /* until the thread has taken it on */
        if (status == DDBLOCK_OK) {
            *ret_lock = lock;
        } else {
            (void)lock_release(lock, NULL); /* frees it: it never ran */
        }
    }
    explicit_bzero(&grant, sizeof(grant));
    free(aside);
    return status;
}
