/* run.c - ddblock run: a command under a lock. */
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "command.h"
#include "descriptors.h"
#include "duration.h"
#include "environment.h"
#include "escape.h"
#include "events.h"
#include "exit.h"
#include "hold.h"
#include "message.h"
#include "owner.h"
#include "settings.h"
#include "terminal.h"
#include "waiting.h"

/* How often the line that tells whom we wait for is written anew. */
enum { LINE_PERIOD_MS = 500 };

struct run {
    struct settings settings;
    struct descriptors descriptors;
    struct events events;
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock *lock;
    char owner[OWNER_SIZE];
};

/* Signals that came while there is no command. Returns the one that ends the run; 0: none. */
static int take_signals(struct run *run)
{
    int signal;

    while ((signal = events_take(&run->events)) != 0) {
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
static ddblock_status wait_for_lock(struct run *run, int *ret_signal, ddblock_error *error)
{
    const char *shown = run->settings.place.shown;
    char duration[DURATION_TEXT_SIZE];
    struct waiting waiting;
    ddblock_status status;

    waiting_init(&waiting, run->settings.verbose);
    for (;;) {
        ddblock_lock_fd_clear(run->lock);
        *ret_signal = take_signals(run);
        status = ddblock_acquire_wait(run->lock, 0, error);
        if (status != DDBLOCK_PENDING || *ret_signal != 0) {
            break;
        }
        waiting_show(&waiting, run->lock, shown);
        events_wait(&run->events, run->lock, LINE_PERIOD_MS);
    }
    waiting_clear(&waiting);
    (void)duration_text(duration, waiting_ms(&waiting));
    if (*ret_signal != 0) {
        say_verbosely(run->settings.verbose, "SIG%s: %s is waited for no more after %s",
                      sigabbrev_np(*ret_signal), shown, duration);
        ddblock_acquire_cancel(run->lock);
        return DDBLOCK_CANCELLED;
    }
    if (status == DDBLOCK_OK) {
        say_verbosely(run->settings.verbose, "%s was waited for %s", shown, duration);
    }
    return status;
}

/* Gives the lock back, if it is held, and says what came of it. Returns status, but EXIT_LOST
 * if a command ended by itself and the lock turns out to have been lost before. */
static int release(struct run *run, int status, bool by_itself)
{
    const char *shown = run->settings.place.shown;
    ddblock_error error = {0};
    ddblock_status released = ddblock_release(run->lock, &error);

    run->lock = NULL;
    if (released == DDBLOCK_OK) {
        return status;
    }
    if (released == DDBLOCK_LOST) {
        if (!by_itself) {
            return status; /* nothing was guarded, or it was told already */
        }
        say("%s was lost before the command had ended, which may have run beside the next "
            "holder: %s",
            shown, error.message);
        return EXIT_LOST;
    }
    say("%s may stay locked %s: %s", shown,
        run->settings.client.kind == DDBLOCK_FAIL_CLOSED ? "until it is broken"
                                                         : "for the rest of its lease",
        error.message);
    return status;
}

/* Runs the command under the lock. Returns its exit status, EXIT_LOST if it had to be ended.
 * *ret_by_itself tells that it was executed and ended without our doing. */
static int run_command(struct run *run, char **environment, bool *ret_by_itself,
                       ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    struct terminal terminal;
    struct hold hold = {
        .events = &run->events,
        .terminal = &terminal,
        .lock = run->lock,
        .shown = run->settings.place.shown,
        .verbose = run->settings.verbose,
    };
    struct child_options options = {
        .command = run->settings.command,
        .environment = environment,
        .events = &run->events,
        .descriptors = &run->descriptors,
        .terminal = &terminal,
    };
    struct child_end end = {.status = EXIT_FAULT};
    pid_t group;

    guard_init(&hold.guard, run->settings.client.lease_duration_ms);
    if (guard_action(&hold.guard, ddblock_lock_remaining_ms(run->lock)) != GUARD_NOTHING) {
        say("%s was lost before the command was started, and so it was not", hold.shown);
        return EXIT_LOST; /* we were stopped, or nobody took what we said */
    }
    terminal_open(&terminal);
    if (child_start(&hold.child, &options, error) != DDBLOCK_OK) {
        terminal_close(&terminal, 0, false);
        return fail_with(error);
    }
    group = hold.child.pid;
    say_hurriedly(true);
    end = hold_run(&hold);
    say_hurriedly(false);
    terminal_close(&terminal, group, end.killed);
    if (end.exec_errno != 0) {
        say("%s: %s", escape_string(shown, sizeof(shown), options.command[0]),
            strerror(end.exec_errno));
        return end.status;
    }
    *ret_by_itself = hold.done == GUARD_NOTHING;
    say_verbosely(hold.verbose, "the command ended with status %d", end.status);
    return hold.done == GUARD_NOTHING ? end.status : EXIT_LOST;
}

/* Starts to acquire the lock. */
static ddblock_status start(struct run *run, ddblock_error *error)
{
    struct settings *settings = &run->settings;
    ddblock_acquire_options acquire;
    ddblock_id id = place_id(&settings->place);
    ddblock_status status;

    if (settings->client.owner == NULL) {
        settings->client.owner = owner_default(run->owner);
    }
    status = ddblock_client_open(run->store, &settings->client, &run->client, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    ddblock_acquire_options_init(&acquire);
    acquire.wait_ms = settings->wait_ms;
    return ddblock_acquire_start(run->client, &id, &acquire, &run->lock, error);
}

static int run_all(struct run *run)
{
    const struct settings *settings = &run->settings;
    ddblock_error error = {0};
    char **environment = NULL;
    ddblock_status status;
    int signal = 0;
    int exit_status;
    bool by_itself = false;

    if (descriptors_remember(&run->descriptors, &error) != DDBLOCK_OK ||
        events_open(&run->events, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    if (place_open(&settings->place, settings->verbose ? say_log : NULL, &run->store, &error) !=
        DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    if (start(run, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    status = wait_for_lock(run, &signal, &error);
    if (status != DDBLOCK_OK) {
        return release(run,
                       signal != 0 ? EXIT_SIGNAL + signal : fail_for(settings->place.shown, &error),
                       false);
    }
    status = environment_create(settings->place.lock, settings->client.owner,
                                ddblock_lock_fencing_token(run->lock), &environment, &error);
    exit_status = status == DDBLOCK_OK ? run_command(run, environment, &by_itself, &error)
                                       : fail_with(&error);
    environment_destroy(environment);
    return release(run, exit_status, by_itself);
}

int command_run(int argc, char **argv)
{
    struct run run = {.events = {.signal_fd = -1, .timer_fd = -1}};
    ddblock_error error = {0};
    int status;

    if (settings_parse(&run.settings, argc, argv, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    if (run.settings.help) {
        settings_print_help(stdout);
        return EXIT_DONE;
    }
    status = run_all(&run);
    ddblock_client_close(run.client);
    ddblock_store_close(run.store);
    events_close(&run.events);
    descriptors_finish(&run.descriptors);
    return status;
}
