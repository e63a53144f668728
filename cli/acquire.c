/* acquire.c - ddblock acquire: holds a lock across commands. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "exit.h"
#include "holder.h"
#include "keeping.h"
#include "message.h"
#include "number.h"
#include "place.h"
#include "terms.h"

enum {
    ACQUIRE_HOLD_FILE = OPTIONS_OWN,
    ACQUIRE_MAX_HOLD,
    ACQUIRE_LOG_FILE,
    ACQUIRE_WHILE_PID = OPTIONS_LINE_ONLY,
};

const struct option acquire_options[] = {
    {ACQUIRE_HOLD_FILE, 0, "hold-file", "PATH",
     "needed: the file by which \"release\" and \"status\" find\n"
     "the lock; it must not be there yet"},
    {ACQUIRE_WHILE_PID, 0, "while-pid", "PID",
     "hold the lock while that process lives, at most: $$\nis the shell"},
    {ACQUIRE_MAX_HOLD, 0, "max-hold", "DURATION", "hold the lock for so long at most"},
    {ACQUIRE_LOG_FILE, 0, "log-file", "PATH", "where the process that holds the lock tells of it"},
    PLACE_ENTRIES,
    TERMS_ENTRIES,
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock acquire --hold-file PATH (--table NAME | --file PATH) [OPTIONS] LOCK\n"
        "\n"
        "Acquires LOCK, tells its fencing token on standard output, and leaves a process behind\n"
        "that renews it, until \"ddblock release\", or the end of what it is bound to.\n"
        "\n",
        stdout);
    options_print(stdout, acquire_options);
    (void)fputs(
        "\n"
        "A DURATION is a whole number and a unit: 1500ms, 10s, 2m, 1h.\n" PLACE_KEY_HELP
            OPTIONS_SOURCES_HELP "\n"
        "For example:\n"
        "\n"
        "    token=$(ddblock acquire --hold-file ./hold --while-pid $$ --table locks build) || "
        "exit\n"
        "    make all\n"
        "    ddblock status --hold-file ./hold >/dev/null && make publish TOKEN=$token\n"
        "    ddblock release --hold-file ./hold\n"
        "\n"
        "No process is left behind where none is needed: with --fail-closed or --heartbeat 0, and\n"
        "without --while-pid and --max-hold. If the one that is left dies, the lock is lost when\n"
        "its lease ends, but one that fails closed stays, and \"release\" still gives it back.\n"
        "Nothing ends your commands when the lock is lost: ask \"ddblock status\" between them, "
        "or\n"
        "use \"ddblock run\". Who can read the hold file may be able to release the lock. A hold\n"
        "file that is removed ends the hold.\n"
        "\n"
        "Exit status: 0 the lock is held; 128 + N if signal N ended the wait; 64 wrong usage; 69\n"
        "the store cannot be reached or refuses; 70 a fault of ddblock or the machine; 73 the "
        "hold\n"
        "file is in use or cannot be made; 74 standard output cannot be written; 75 (or\n"
        "--conflict-exit-code) not acquired in time; 76 lost at once; 78 configuration,\n"
        "credentials or table are wrong. But for 0 nothing is held.\n",
        stdout);
}

struct acquire {
    struct options options;
    struct place place;
    struct terms terms;
    struct keeping keeping;
    const char *hold_file;
    const char *log_file;
    char file_path[PATH_MAX]; /* those of the place, made absolute */
    char ca_path[PATH_MAX];
    bool help;
};

static ddblock_status set_while_pid(struct acquire *acquire, const char *value,
                                    ddblock_error *error)
{
    struct process process = {0};
    int64_t pid = 0;
    ddblock_status status = number_parse("--while-pid", value, 1, INT32_MAX, &pid, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    process = process_of((pid_t)pid);
    acquire->keeping.while_fd = process_open(&process);
    if (acquire->keeping.while_fd < 0) {
        return usage_error(error, "--while-pid: there is no process %d", (int)pid);
    }
    return DDBLOCK_OK;
}

static ddblock_status set(struct acquire *acquire, int id, const char *value, ddblock_error *error)
{
    bool taken = false;
    ddblock_status status;

    switch (id) {
    case ACQUIRE_HOLD_FILE:
        acquire->hold_file = value;
        return DDBLOCK_OK;
    case ACQUIRE_LOG_FILE:
        acquire->log_file = value;
        return DDBLOCK_OK;
    case ACQUIRE_WHILE_PID:
        return set_while_pid(acquire, value, error);
    case ACQUIRE_MAX_HOLD:
        return duration_parse("--max-hold", value, &acquire->keeping.max_hold_ms, error);
    case OPTION_HELP:
        acquire->help = true;
        return DDBLOCK_OK;
    default:
        status = terms_set(&acquire->terms, &acquire->options, id, value, &taken, error);
        if (taken) {
            return status;
        }
        return place_set(&acquire->place, &acquire->options, id, value, &taken, error);
    }
}

/* The holder and later commands run elsewhere. */
static ddblock_status make_absolute(struct acquire *acquire, ddblock_error *error)
{
    struct place *place = &acquire->place;
    char path[PATH_MAX];
    ddblock_status status = path_absolute(acquire->hold_file, path, sizeof(path), error);

    hold_file_init(&acquire->keeping.file, path);
    if (status == DDBLOCK_OK && place->file != NULL) {
        status = path_absolute(place->file, acquire->file_path, sizeof(acquire->file_path), error);
        place->file = acquire->file_path;
    }
    if (status == DDBLOCK_OK && place->ca_file != NULL) {
        status = path_absolute(place->ca_file, acquire->ca_path, sizeof(acquire->ca_path), error);
        place->ca_file = acquire->ca_path;
    }
    return status;
}

static ddblock_status complete(struct acquire *acquire, ddblock_error *error)
{
    struct options *options = &acquire->options;
    ddblock_status status = terms_complete(&acquire->terms, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    if (acquire->hold_file == NULL || acquire->hold_file[0] == '\0') {
        return usage_error(error, "where is the lock to be found again? Give --hold-file PATH");
    }
    if (options->next == options->argc) {
        return usage_error(error, "which lock? Give its name after the options");
    }
    if (options->next + 1 < options->argc) {
        return usage_error(error, "one LOCK only, with the options before it");
    }
    status = place_complete(&acquire->place, options->argv[options->next], error);
    return status == DDBLOCK_OK ? make_absolute(acquire, error) : status;
}

static ddblock_status parse(struct acquire *acquire, int argc, char **argv, ddblock_error *error)
{
    const char *value = NULL;
    int id;

    memset(acquire, 0, sizeof(*acquire));
    place_init(&acquire->place);
    terms_init(&acquire->terms);
    acquire->keeping.max_hold_ms = INT64_MAX;
    acquire->keeping.while_fd = -1;
    options_init(&acquire->options, acquire_options, argc, argv);
    while ((id = options_next(&acquire->options, &value, error)) != OPTIONS_END) {
        ddblock_status status =
            id == OPTIONS_WRONG ? DDBLOCK_INVALID : set(acquire, id, value, error);

        if (status != DDBLOCK_OK || acquire->help) {
            return status;
        }
    }
    return complete(acquire, error);
}

/* Makes way for a new hold file, if an old one is there that holds nothing any more. */
static int clear_hold_file(const char *path)
{
    struct hold_file old;
    ddblock_error error = {0};
    enum hold_state state;
    bool absent = false;
    int status = EXIT_DONE;
    int fd = -1;

    hold_file_init(&old, path);
    if (hold_file_read(&old, &absent, &error) != DDBLOCK_OK) {
        say("--hold-file: %s", error.message);
        status = EXIT_HOLD_FILE;
    } else if (!absent) {
        state = hold_file_state_now(&old);
        if (hold_file_holder(&old, &fd)) {
            (void)close(fd);
            state = HOLD_HELD;
        }
        if (state == HOLD_LOST || state == HOLD_RELEASED) {
            hold_file_remove(&old);
        } else {
            say("--hold-file: it holds %s already; \"ddblock release\" gives that back",
                old.place.shown);
            status = EXIT_HOLD_FILE;
        }
    }
    hold_file_finish(&old);
    return status;
}

/* Tells the token, if there is one. A reader that does not get it must not think otherwise. */
static int print_token(uint64_t token)
{
    errno = 0;
    if (token != 0 && (printf("%" PRIu64 "\n", token) < 0 || fflush(stdout) != 0)) {
        say("standard output cannot be written: %s", strerror(errno));
        return EXIT_OUTPUT;
    }
    return EXIT_DONE;
}

static int acquire_with_holder(struct acquire *acquire)
{
    uint64_t token = 0;
    int log_fd = -1;
    int fd = -1;
    int status;

    if (acquire->log_file != NULL) {
        log_fd =
            open(acquire->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
        if (log_fd < 0) {
            say("--log-file: %s", strerror(errno));
            return EXIT_HOLD_FILE;
        }
    }
    status = holder_start(&acquire->keeping, log_fd, &token, &fd);
    if (fd >= 0) {
        status = print_token(token);
        holder_confirm(fd, status == EXIT_DONE);
    }
    if (log_fd >= 0) {
        (void)close(log_fd);
    }
    return status;
}

static int acquire_alone(struct keeping *keeping)
{
    ddblock_error error = {0};
    int status;

    if (events_open(&keeping->session.events, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    if (!keeping_start(keeping, (struct process){0}, &status)) {
        return status;
    }
    status = print_token(keeping->file.token);
    if (status != EXIT_DONE) {
        (void)keeping_release(keeping);
    }
    return status;
}

int command_acquire(int argc, char **argv)
{
    static struct acquire acquire; /* large */
    struct keeping *keeping = &acquire.keeping;
    ddblock_error error = {0};
    int status;

    if (parse(&acquire, argc, argv, &error) != DDBLOCK_OK) {
        return options_fail(&acquire.options, &error);
    }
    if (acquire.help) {
        print_help();
        return EXIT_DONE;
    }
    session_init(&keeping->session, &acquire.place, &acquire.terms);
    status = clear_hold_file(keeping->file.path);
    if (status == EXIT_DONE) {
        keeping->renewed = terms_heartbeat_ms(&acquire.terms) > 0;
        if (keeping->renewed || keeping->while_fd >= 0 || keeping->max_hold_ms != INT64_MAX) {
            status = acquire_with_holder(&acquire);
        } else {
            status = acquire_alone(keeping);
        }
    }
    session_finish(&keeping->session);
    hold_file_finish(&keeping->file);
    return status;
}
