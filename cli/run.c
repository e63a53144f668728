/* run.c - ddblock run: a command under a lock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "command.h"
#include "descriptors.h"
#include "environment.h"
#include "escape.h"
#include "exit.h"
#include "hold.h"
#include "lost_pipe.h"
#include "message.h"
#include "session.h"
#include "settings.h"
#include "terminal.h"

struct run {
    struct settings settings;
    struct session session;
    struct descriptors descriptors;
    struct lost_pipe lost_pipe;
    char **command; /* what is executed */
    char **environment;
};

/* The words that have the shell run the line that is the command's first word. To be freed. */
static ddblock_status shell_words(char **command, char ***ret_words, ddblock_error *error)
{
    static char shell[] = "/bin/sh";
    static char option[] = "-c";
    static char name[] = "sh"; /* its $0, which begins its messages */
    size_t count = 0;
    char **words;

    while (command[count] != NULL) {
        count++;
    }
    words = calloc(count + 4, sizeof(*words));
    if (words == NULL) {
        return error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    words[0] = shell;
    words[1] = option;
    words[2] = command[0];
    words[3] = name;
    memcpy(words + 4, command + 1, (count - 1) * sizeof(*words));
    *ret_words = words;
    return DDBLOCK_OK;
}

/* All that the command needs. What has been made is freed by run_finish. */
static ddblock_status prepare(struct run *run, ddblock_error *error)
{
    const struct settings *settings = &run->settings;
    ddblock_status status = DDBLOCK_OK;

    if (settings->shell) {
        status = shell_words(settings->command, &run->command, error);
    } else {
        run->command = settings->command;
    }
    if (status == DDBLOCK_OK && settings->pass_fd) {
        status = lost_pipe_open(&run->lost_pipe, &run->descriptors, error);
    }
    if (status != DDBLOCK_OK) {
        return status;
    }
    return environment_create(settings->place.lock, settings->terms.client.owner,
                              ddblock_lock_fencing_token(run->session.lock), run->lost_pipe.number,
                              &run->environment, error);
}

static void run_finish(struct run *run)
{
    session_finish(&run->session);
    environment_destroy(run->environment);
    if (run->settings.shell) {
        free(run->command);
    }
    lost_pipe_close(&run->lost_pipe);
    descriptors_finish(&run->descriptors);
}

/* Gives the lock back. Returns status, but EXIT_LOST if a command ended by itself and the lock
 * turns out to have been lost before. */
static int release(struct run *run, int status, bool by_itself)
{
    ddblock_error error = {0};

    if (session_release(&run->session, &error) != DDBLOCK_LOST || !by_itself) {
        return status; /* or nothing was guarded, or it was told already */
    }
    say_event(
        MESSAGE_LOST,
        "%s was lost before the command had ended, which may have run beside the next holder: %s",
        run->settings.place.shown, error.message);
    return EXIT_LOST;
}

/* Runs the command under the lock. Returns its exit status, EXIT_LOST if it had to be ended.
 * *ret_by_itself tells that it was executed and ended without our doing. */
static int run_command(struct run *run, bool *ret_by_itself, ddblock_error *error)
{
    const struct settings *settings = &run->settings;
    char shown[ESCAPED_SIZE];
    struct terminal terminal;
    struct hold hold = {
        .events = &run->session.events,
        .terminal = &terminal,
        .lock = run->session.lock,
        .shown = settings->place.shown,
        .on_lost = settings->on_lost,
        .lost_pipe = &run->lost_pipe,
    };
    struct child_options options = {
        .command = run->command,
        .environment = run->environment,
        .events = &run->session.events,
        .descriptors = &run->descriptors,
        .lost_pipe = &run->lost_pipe,
        .terminal = &terminal,
    };
    struct child_end end = {.status = EXIT_FAULT};
    pid_t group;

    guard_init(&hold.guard, settings->terms.client.lease_duration_ms,
               settings->on_lost == ON_LOST_KILL ? 0 : settings->grace_ms);
    if (guard_action(&hold.guard, ddblock_lock_remaining_ms(hold.lock)) != GUARD_NOTHING) {
        say_event(MESSAGE_LOST, "%s was lost before the command was started, and so it was not",
                  hold.shown);
        return EXIT_LOST; /* we were stopped, or nobody took what we said */
    }
    terminal_open(&terminal);
    if (child_start(&hold.child, &options, error) != DDBLOCK_OK) {
        terminal_close(&terminal, 0, false);
        return fail_with(error);
    }
    group = hold.child.pid;
    say_hurriedly(true);
    say_event(MESSAGE_STARTED, "the command runs as process %d", (int)group);
    end = hold_run(&hold);
    say_hurriedly(false);
    terminal_close(&terminal, group, end.killed);
    if (end.exec_errno != 0) {
        say("%s: %s", escape_string(shown, sizeof(shown), options.command[0]),
            strerror(end.exec_errno));
        return end.status;
    }
    *ret_by_itself = hold.done == GUARD_NOTHING || hold.on_lost == ON_LOST_IGNORE;
    say_event(MESSAGE_ENDED, "the command ended with status %d", end.status);
    return *ret_by_itself ? end.status : EXIT_LOST;
}

static int run_all(struct run *run)
{
    ddblock_error error = {0};
    int exit_status;
    bool by_itself = false;

    if (descriptors_remember(&run->descriptors, &error) != DDBLOCK_OK ||
        events_open(&run->session.events, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    exit_status = session_acquire(&run->session);
    if (run->session.lock == NULL) { /* which --conflict-exit-code may call success */
        return exit_status;
    }
    exit_status = prepare(run, &error) == DDBLOCK_OK ? run_command(run, &by_itself, &error)
                                                     : fail_with(&error);
    return release(run, exit_status, by_itself);
}

int command_run(int argc, char **argv)
{
    struct run run = {.lost_pipe = {-1, -1, -1}};
    ddblock_error error = {0};
    int status;

    if (settings_parse(&run.settings, argc, argv, &error) != DDBLOCK_OK) {
        return options_fail(&run.settings.options, &error);
    }
    if (run.settings.help) {
        settings_print_help(stdout);
        return EXIT_DONE;
    }
    session_init(&run.session, &run.settings.place, &run.settings.terms);
    status = run_all(&run);
    run_finish(&run);
    return status;
}
