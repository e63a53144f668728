/* keeping.c - a lock that is held across commands. */
#include "keeping.h"

#include <stdio.h>
#include <string.h>

#include "exit.h"
#include "message.h"
#include "wording.h"

/* How often the deadline in the hold file is written anew, and the file looked for: ten times in a
 * lease, so that what stands there is never much too early. */
enum { LOOKS_PER_LEASE = 10, LOOK_MS_MIN = 20, LOOK_MS_MAX = 1000 };

/* Gives back what no command could find. Returns the exit status of the error. */
static int give_up(struct keeping *keeping, const ddblock_error *error)
{
    struct session *session = &keeping->session;
    ddblock_id id = place_id(session->place);
    ddblock_error ignored = {0};

    say("%s", error->message);
    if (session->lock == NULL && ddblock_lock_adopt(session->client, &id, keeping->file.export,
                                                    &session->lock, &ignored) != DDBLOCK_OK) {
        return EXIT_HOLD_FILE; /* it is over already */
    }
    (void)session_release(session, &ignored);
    return EXIT_HOLD_FILE;
}

/* Moves the lock into the file, where any command finds it. */
static ddblock_status move_to_file(struct keeping *keeping, ddblock_error *error)
{
    struct session *session = &keeping->session;
    ddblock_status status = ddblock_lock_export(session->lock, keeping->file.export,
                                                sizeof(keeping->file.export), error);

    if (status == DDBLOCK_OK) {
        session->lock = NULL;
    }
    return status;
}

/* The end of the lease, from what is left of it: never later than it is. */
static int64_t deadline_ms(const struct keeping *keeping)
{
    int64_t now_ms = boot_clock_ms();
    int64_t left_ms = ddblock_lock_remaining_ms(keeping->session.lock);

    return left_ms == INT64_MAX ? INT64_MAX : now_ms + left_ms;
}

bool keeping_start(struct keeping *keeping, struct process holder, int *ret_status)
{
    struct session *session = &keeping->session;
    struct hold_file *file = &keeping->file;
    ddblock_error error = {0};
    int exit_status = session_acquire(session);

    if (session->lock == NULL) {
        *ret_status = exit_status;
        return false;
    }
    keeping->acquired_ms = boot_clock_ms();
    file->state = HOLD_HELD;
    file->deadline_ms = deadline_ms(keeping);
    file->holder = holder;
    file->token = ddblock_lock_fencing_token(session->lock);
    file->client = session->terms->client;
    file->place = *session->place;
    (void)boot_text(file->boot);
    if (!keeping->renewed && move_to_file(keeping, &error) != DDBLOCK_OK) {
        *ret_status = fail_for(session->place->shown, &error);
        (void)session_release(session, &error);
        return false;
    }
    if (hold_file_create(file, &error) != DDBLOCK_OK) {
        *ret_status = give_up(keeping, &error);
        return false;
    }
    return true;
}

/* Writes what came of the release, and tells it. */
static int conclude(struct hold_file *file, ddblock_status status, const ddblock_error *error)
{
    switch (status) {
    case DDBLOCK_OK:
        hold_file_set(file, HOLD_RELEASED, file->deadline_ms);
        hold_file_remove(file);
        return EXIT_DONE;
    case DDBLOCK_LOST:
        say_event(MESSAGE_LOST, "%s was lost: %s", file->place.shown, error->message);
        hold_file_set(file, HOLD_LOST, file->deadline_ms);
        return EXIT_LOST;
    default:
        hold_file_set(file, HOLD_IN_DOUBT, file->deadline_ms);
        return exit_from_status(status);
    }
}

int keeping_release_exported(struct hold_file *file)
{
    ddblock_store *store = NULL;
    ddblock_client *client = NULL;
    ddblock_lock *lock = NULL;
    ddblock_error error = {0};
    ddblock_id id = place_id(&file->place);
    ddblock_status status;

    status =
        place_open(&file->place, message_is_told(MESSAGE_LIBRARY) ? say_log : NULL, &store, &error);
    if (status == DDBLOCK_OK) {
        status = ddblock_client_open(store, &file->client, &client, &error);
    }
    if (status == DDBLOCK_OK) {
        status = ddblock_lock_adopt(client, &id, file->export, &lock, &error);
    }
    ddblock_client_close(client);
    if (lock == NULL) {
        ddblock_store_close(store);
        return status == DDBLOCK_LOST ? conclude(file, status, &error) : fail_to_open(&error);
    }
    status = ddblock_release(lock, &error);
    if (status != DDBLOCK_OK && status != DDBLOCK_LOST) {
        session_tell_doubt(&file->place, file->client.kind, &error);
    }
    ddblock_store_close(store);
    return conclude(file, status, &error);
}

int keeping_release(struct keeping *keeping)
{
    ddblock_error error = {0};
    ddblock_status status;

    if (!keeping->renewed) {
        return keeping_release_exported(&keeping->file);
    }
    status = session_release(&keeping->session, &error);
    return conclude(&keeping->file, status, &error);
}

static bool is_asked_to_end(struct keeping *keeping)
{
    int signal;

    while ((signal = events_take(&keeping->session.events)) != 0) {
        if (signal_ends(signal)) {
            say_event(MESSAGE_SIGNAL, "SIG%s: %s is given back", sigabbrev_np(signal),
                      keeping->file.place.shown);
            return true;
        }
    }
    return false;
}

/* Why the lock is to be given back now; NULL: it is not. */
static const char *reason_to_end(struct keeping *keeping, int64_t *ret_left_ms)
{
    int64_t held_ms = boot_clock_ms() - keeping->acquired_ms;

    *ret_left_ms = keeping->max_hold_ms == INT64_MAX ? INT64_MAX : keeping->max_hold_ms - held_ms;
    if (*ret_left_ms <= 0) {
        return "the time of --max-hold is over";
    }
    if (events_other_is_ready(&keeping->session.events)) {
        return "the process of --while-pid has ended";
    }
    return hold_file_is_there(&keeping->file) ? NULL : "its hold file is gone";
}

/* Looks at the lock, and writes down until when it is held. False: it is lost. */
static bool look(struct keeping *keeping, ddblock_error *cause)
{
    ddblock_lock *lock = keeping->session.lock;
    ddblock_state state;

    if (!keeping->renewed) {
        (void)error_set(cause, DDBLOCK_LOST, "its lease is over, and there are no heartbeats");
        return hold_file_remaining_ms(&keeping->file) > 0;
    }
    ddblock_lock_fd_clear(lock);
    state = ddblock_lock_state(lock, cause);
    if (state != DDBLOCK_STATE_HELD && state != DDBLOCK_STATE_AT_RISK) {
        return false;
    }
    hold_file_set(&keeping->file, HOLD_HELD, deadline_ms(keeping));
    return true;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* For how long nothing needs to be done. */
static int64_t sleep_ms(const struct keeping *keeping, int64_t left_ms)
{
    int64_t look_ms = LOOK_MS_MAX;

    if (keeping->file.client.kind == DDBLOCK_FAIL_OPEN) {
        look_ms = least(look_ms, keeping->file.client.lease_duration_ms / LOOKS_PER_LEASE);
    }
    look_ms = look_ms > LOOK_MS_MIN ? look_ms : LOOK_MS_MIN;
    return least(look_ms, left_ms);
}

int keeping_run(struct keeping *keeping)
{
    say_hurriedly(true);
    for (;;) {
        ddblock_error cause = {0};
        int64_t left_ms = INT64_MAX;
        const char *reason;

        if (!look(keeping, &cause)) {
            int status = conclude(&keeping->file, DDBLOCK_LOST, &cause);

            if (keeping->session.lock != NULL) {
                (void)session_release(&keeping->session, &cause); /* a courtesy */
            }
            return status;
        }
        if (is_asked_to_end(keeping)) {
            return keeping_release(keeping);
        }
        reason = reason_to_end(keeping, &left_ms);
        if (reason != NULL) {
            say_event(MESSAGE_SIGNAL, "%s: %s is given back", reason, keeping->file.place.shown);
            return keeping_release(keeping);
        }
        events_wait(&keeping->session.events, keeping->session.lock, sleep_ms(keeping, left_ms));
    }
}
