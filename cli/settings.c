/* settings.c - the options of "ddblock run". */
#include "settings.h"

#include <string.h>

#include "command.h"
#include "duration.h"
#include "escape.h"
#include "exit.h"

enum {
    RUN_SHELL = OPTIONS_OWN,
    RUN_ON_LOST,
    RUN_GRACE,
    RUN_PASS_FD,
    RUN_EXEC = OPTIONS_LINE_ONLY,
    RUN_NO_FORK,
};

const struct option run_options[] = {
    PLACE_ENTRIES,
    TERMS_ENTRIES,
    {RUN_SHELL, 0, "shell", NULL,
     "COMMAND is a line for /bin/sh; further words are its\n$1, $2 and so on"},
    {RUN_ON_LOST, 0, "on-lost", "term|kill|ignore",
     "what COMMAND gets when the lock is about to be lost:\n"
     "SIGTERM and, before the lease ends, SIGKILL; only\n"
     "SIGKILL; or nothing. Default term"},
    {RUN_GRACE, 0, "grace", "DURATION",
     "the time between SIGTERM and SIGKILL; default: a\nquarter of the lease, at most 5s"},
    {RUN_PASS_FD, 0, "pass-fd", NULL,
     "give COMMAND a descriptor, its number in\n"
     "DDBLOCK_LOST_FD, that reaches its end (is readable)\n"
     "when the lock is lost or about to be"},
    {RUN_EXEC, 0, "exec", NULL, NULL},
    {RUN_NO_FORK, 'F', "no-fork", NULL, NULL},
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

void settings_print_help(FILE *stream)
{
    (void)fputs("Usage: ddblock run (--table NAME | --file PATH) [OPTIONS] LOCK [--] COMMAND...\n"
                "\n"
                "Acquires LOCK, runs COMMAND while it is held, and releases it.\n"
                "\n",
                stream);
    options_print(stream, run_options);
    (void)fputs(
        "\n"
        "A DURATION is a whole number and a unit: 1500ms, 10s, 2m, 1h.\n" PLACE_KEY_HELP
            OPTIONS_SOURCES_HELP "\n"
        "COMMAND is executed as it is given, without a shell, in a process group of its own.\n"
        "It finds DDBLOCK_LOCK, DDBLOCK_OWNER and, unless --fail-closed, DDBLOCK_FENCING_TOKEN in\n"
        "its environment: a number that rises with each acquisition, to be given to what it\n"
        "writes to. SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are handed on to it,\n"
        "and end the wait before it runs.\n"
        "\n"
        "When heartbeats do not get through, COMMAND's process group gets SIGTERM while the grace\n"
        "and a margin (a twentieth of the lease, at most 500ms) are left, and SIGKILL before the\n"
        "lease ends. When the lock was taken over or broken, it is somebody else's already:\n"
        "SIGKILL at once.\n"
        "\n"
        "What no process can promise: if ddblock itself is killed COMMAND is too, but not what\n"
        "COMMAND has started, nor a COMMAND with the set-user-ID bit, nor what has left its\n"
        "process group. While ddblock is stopped (SIGSTOP, ^Z, a frozen container) or the whole\n"
        "machine is suspended, nothing is renewed and nobody is killed; afterwards COMMAND is\n"
        "killed if the lease is over, but after a suspend it may run for a moment before that.\n"
        "A request that COMMAND has sent may arrive whenever. Only the fencing token, checked by\n"
        "what is written to, holds against all of these.\n"
        "\n"
        "Exit status: that of COMMAND, 128 + N if signal N ended it or the wait; 126 COMMAND\n"
        "cannot be executed, 127 not found; 64 wrong usage; 69 the store cannot be reached or\n"
        "refuses; 70 a fault of ddblock or the machine; 75 (or --conflict-exit-code) not\n"
        "acquired in time; 76 the lock was lost or about to be, COMMAND was ended or may have\n"
        "run beyond it; 78 configuration, credentials or table are wrong.\n",
        stream);
}

static ddblock_status set_on_lost(struct settings *settings, const char *value,
                                  ddblock_error *error)
{
    static const char *const words[] = {
        [ON_LOST_TERMINATE] = "term",
        [ON_LOST_KILL] = "kill",
        [ON_LOST_IGNORE] = "ignore",
    };
    char shown[ESCAPED_SIZE];

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0) {
            settings->on_lost = (enum on_lost)i;
            return DDBLOCK_OK;
        }
    }
    return usage_error(error, "--on-lost: \"%s\" is not term, kill or ignore",
                       escape_string(shown, sizeof(shown), value));
}

static ddblock_status set(struct settings *settings, int id, const char *value,
                          ddblock_error *error)
{
    bool taken = false;
    ddblock_status status;

    switch (id) {
    case RUN_SHELL:
        settings->shell = true;
        return DDBLOCK_OK;
    case RUN_ON_LOST:
        return set_on_lost(settings, value, error);
    case RUN_GRACE:
        settings->grace_source = settings->options.source;
        return duration_parse("--grace", value, &settings->grace_ms, error);
    case RUN_PASS_FD:
        settings->pass_fd = true;
        return DDBLOCK_OK;
    case RUN_EXEC:
    case RUN_NO_FORK:
        return usage_error(error,
                           "--%s: ddblock cannot become the command; it must stay beside it, to "
                           "renew the lease and to end the command if the lock is lost",
                           settings->options.last->name);
    case OPTION_HELP:
        settings->help = true;
        return DDBLOCK_OK;
    default:
        status = terms_set(&settings->terms, &settings->options, id, value, &taken, error);
        if (taken) {
            return status;
        }
        return place_set(&settings->place, &settings->options, id, value, &taken, error);
    }
}

/* SIGTERM must come after the time when a heartbeat is due, and SIGKILL before the lease ends. */
static ddblock_status check_grace(struct settings *settings, ddblock_error *error)
{
    const ddblock_client_options *client = &settings->terms.client;
    char lease[DURATION_TEXT_SIZE];
    char most[DURATION_TEXT_SIZE];
    int64_t max_ms;

    if (settings->grace_source == OPTIONS_FROM_NOWHERE) {
        settings->grace_ms = guard_grace_ms(client->lease_duration_ms);
        return DDBLOCK_OK;
    }
    if (client->kind == DDBLOCK_FAIL_CLOSED) {
        return settings->grace_source < settings->terms.closed_source
                   ? DDBLOCK_OK
                   : usage_error(error, "--fail-closed locks never expire: they have no --grace");
    }
    max_ms = guard_grace_max_ms(client->lease_duration_ms, terms_heartbeat_ms(&settings->terms));
    if (settings->grace_ms <= max_ms) {
        return DDBLOCK_OK;
    }
    return usage_error(error,
                       "--grace: with a lease of %s and this heartbeat it can be %s at most: "
                       "SIGKILL must come before the lease ends, and SIGTERM after a heartbeat is "
                       "due",
                       duration_text(lease, client->lease_duration_ms),
                       duration_text(most, max_ms > 0 ? max_ms : 0));
}

/* LOCK [--] COMMAND…: whatever follows is the command's, its options too. */
static ddblock_status set_command(struct settings *settings, int argc, char **argv,
                                  ddblock_error *error)
{
    ddblock_status status;

    if (argc == 0) {
        return usage_error(error, "which lock? Give its name after the options, then the command");
    }
    if (argc > 1 && strcmp(argv[1], "--") == 0) {
        settings->command = argv + 2;
    } else if (argc > 1 && argv[1][0] == '-') {
        return usage_error(error, "options stand before LOCK, and -- before a command that begins "
                                  "with \"-\"");
    } else {
        settings->command = argv + 1;
    }
    status = place_complete(&settings->place, argv[0], error);
    if (status == DDBLOCK_OK && settings->command[0] == NULL) {
        return usage_error(error, "which command? Give it after the lock: LOCK -- COMMAND");
    }
    return status;
}

ddblock_status settings_parse(struct settings *settings, int argc, char **argv,
                              ddblock_error *error)
{
    struct options *options = &settings->options;
    const char *value = NULL;
    ddblock_status status;
    int id;

    memset(settings, 0, sizeof(*settings));
    place_init(&settings->place);
    terms_init(&settings->terms);
    options_init(options, run_options, argc, argv);
    while ((id = options_next(options, &value, error)) != OPTIONS_END) {
        status = id == OPTIONS_WRONG ? DDBLOCK_INVALID : set(settings, id, value, error);
        if (status != DDBLOCK_OK || settings->help) {
            return status;
        }
    }
    status = terms_complete(&settings->terms, error);
    if (status == DDBLOCK_OK) {
        status = check_grace(settings, error);
    }
    if (status != DDBLOCK_OK) {
        return status;
    }
    return set_command(settings, argc - options->next, argv + options->next, error);
}
