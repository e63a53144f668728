/* session.c - from the options to a lock that is held, and back. */
#include "session.h"

#include <string.h>

#include "duration.h"
#include "exit.h"
#include "message.h"
#include "waiting.h"
#include "wording.h"

/* How often the line that tells whom we wait for is written anew. */
enum { LINE_PERIOD_MS = 500 };

void session_init(struct session *session, const struct place *place, struct terms *terms)
{
    *session = (struct session){
        .place = place,
        .terms = terms,
        .events = {.signal_fd = -1, .timer_fd = -1, .other_fd = -1},
    };
    message_setup(&(struct message_options){
        .quiet = terms->quiet,
        .verbose = terms->verbose,
        .json = terms->json,
        .lock = place->lock,
        .sort = place->sort_value,
    });
}

/* Signals that came while there is no command. Returns the one that ends the wait; 0: none. */
static int take_signals(struct session *session)
{
    int signal;

    while ((signal = events_take(&session->events)) != 0) {
        if (signal == SIGTSTP) {
            (void)events_stop_self(SIGTSTP);
        } else if (signal_ends(signal)) {
            return signal;
        }
    }
    return 0;
}

/* Waits for the lock. Returns DDBLOCK_OK if it was acquired and no signal came; *ret_signal is
 * the signal that ended the wait, 0 if none did. */
static ddblock_status wait_for_lock(struct session *session, int *ret_signal, ddblock_error *error)
{
    const struct terms *terms = session->terms;
    const char *shown = session->place->shown;
    char duration[DURATION_TEXT_SIZE];
    struct waiting waiting;
    ddblock_status status;
    bool ended = false;

    say_hurriedly(true); /* the lock may come while a terminal is stopped with ^S */
    waiting_init(&waiting, !terms->quiet && !terms->verbose && !terms->json);
    for (;;) {
        ddblock_lock_fd_clear(session->lock);
        *ret_signal = take_signals(session);
        ended = events_other_is_ready(&session->events);
        status = ddblock_acquire_wait(session->lock, 0, error);
        if (status != DDBLOCK_PENDING || *ret_signal != 0 || ended) {
            break;
        }
        waiting_show(&waiting, session->lock, shown);
        events_wait(&session->events, session->lock, LINE_PERIOD_MS);
    }
    waiting_clear(&waiting);
    (void)duration_text(duration, waiting_ms(&waiting));
    if (*ret_signal != 0 || ended) {
        ddblock_acquire_cancel(session->lock);
        say_event(MESSAGE_CANCELLED, "%s%s: %s is waited for no more after %s", ended ? "" : "SIG",
                  ended ? "the process of --while-pid has ended" : sigabbrev_np(*ret_signal), shown,
                  duration);
        status = error_set(error, DDBLOCK_CANCELLED, "it is waited for no more");
    } else if (status == DDBLOCK_OK) {
        message_set_token(ddblock_lock_fencing_token(session->lock));
        say_hurriedly(false); /* who asks for it is told; what that costs is looked at afterwards */
        say_event(MESSAGE_ACQUIRED, "%s was waited for %s", shown, duration);
    }
    say_hurriedly(false);
    return status;
}

/* Starts to acquire the lock. Returns EXIT_DONE, or the exit status of what it has said. */
static int start(struct session *session)
{
    struct terms *terms = session->terms;
    ddblock_acquire_options acquire;
    ddblock_id id = place_id(session->place);
    ddblock_error error = {0};

    if (place_open(session->place, message_is_told(MESSAGE_LIBRARY) ? say_log : NULL,
                   &session->store, &error) != DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    if (terms->client.owner == NULL) {
        terms->client.owner = owner_default(session->owner);
    }
    ddblock_acquire_options_init(&acquire);
    acquire.wait_ms = terms->wait_ms;
    if (ddblock_client_open(session->store, &terms->client, &session->client, &error) !=
        DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    if (ddblock_acquire_start(session->client, &id, &acquire, &session->lock, &error) !=
        DDBLOCK_OK) {
        return fail_with(&error);
    }
    return EXIT_DONE;
}

int session_acquire(struct session *session)
{
    ddblock_error error = {0};
    ddblock_status status;
    int signal = 0;
    int exit_status = start(session);

    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    status = wait_for_lock(session, &signal, &error);
    if (status == DDBLOCK_OK && signal == 0) {
        return EXIT_DONE;
    }
    if (signal != 0) {
        exit_status = EXIT_SIGNAL + signal;
    } else {
        exit_status = fail_for(session->place->shown, &error);
        if (status == DDBLOCK_NOT_ACQUIRED) {
            exit_status = session->terms->conflict_status;
        }
    }
    (void)session_release(session, &error);
    return exit_status;
}

void session_tell_doubt(const struct place *place, ddblock_kind kind, const ddblock_error *error)
{
    say_event(MESSAGE_IN_DOUBT, "%s may stay locked %s: %s", place->shown,
              kind == DDBLOCK_FAIL_CLOSED ? "until it is broken" : "for the rest of its lease",
              error->message);
}

ddblock_status session_release(struct session *session, ddblock_error *error)
{
    bool held = ddblock_lock_remaining_ms(session->lock) > 0;
    ddblock_status status = ddblock_release(session->lock, error);

    session->lock = NULL;
    if (status == DDBLOCK_OK && held) {
        say_event(MESSAGE_RELEASED, "%s was given back", session->place->shown);
    } else if (status != DDBLOCK_OK && status != DDBLOCK_LOST) {
        session_tell_doubt(session->place, session->terms->client.kind, error);
    }
    return status;
}

void session_finish(struct session *session)
{
    ddblock_client_close(session->client);
    ddblock_store_close(session->store);
    events_close(&session->events);
}
