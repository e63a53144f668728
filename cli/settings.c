/* settings.c - the command line of "ddblock run". */
#include "settings.h"

#include <string.h>

#include "duration.h"
#include "exit.h"
#include "options.h"

enum {
    RUN_FAIL_CLOSED = OPTIONS_OWN,
    RUN_LEASE,
    RUN_HEARTBEAT,
    RUN_WAIT,
    RUN_NO_WAIT,
    RUN_OWNER,
    RUN_VERBOSE,
};

static const struct option table[] = {
    PLACE_ENTRIES,
    {RUN_LEASE, 0, "lease", "DURATION",
     "for how long the lock outlives a holder that died;\ndefault 10s"},
    {RUN_HEARTBEAT, 0, "heartbeat", "DURATION",
     "how often the lease is renewed, at most half of it;\n"
     "0: never, so COMMAND is ended before the lease is;\ndefault: a third of the lease"},
    {RUN_FAIL_CLOSED, 0, "fail-closed", NULL,
     "a lock that never expires: if the holder dies, a\n"
     "person must end it (ddblock break); no fencing token"},
    {RUN_WAIT, 0, "wait", "DURATION", "how long to wait for the lock; default forever"},
    {RUN_NO_WAIT, 'n', "no-wait", NULL, "do not wait: the same as --wait 0"},
    {RUN_OWNER, 0, "owner", "TEXT",
     "who holds the lock, for people; default\nddblock@VERSION_USER@HOST"},
    {RUN_VERBOSE, 'v', "verbose", NULL, "tell on standard error what happens, with times"},
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
    options_print(stream, table);
    (void)fputs(
        "\n"
        "A DURATION is a whole number and a unit: 1500ms, 10s, 2m, 1h.\n" PLACE_KEY_HELP "\n"
        "COMMAND is executed as it is given, without a shell, in a process group of its own.\n"
        "It finds DDBLOCK_LOCK, DDBLOCK_OWNER and, unless --fail-closed, DDBLOCK_FENCING_TOKEN in\n"
        "its environment: a number that rises with each acquisition, to be given to what it\n"
        "writes to. SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are handed on to it,\n"
        "and end the wait before it runs.\n"
        "\n"
        "When heartbeats do not get through, COMMAND's process group gets SIGTERM while a quarter\n"
        "of the lease (at most 5s) and a margin are left, and SIGKILL before the lease ends. When\n"
        "the lock was taken over or broken, it is somebody else's already: SIGKILL at once. If\n"
        "ddblock itself is killed COMMAND is too, but not what COMMAND has started, nor a COMMAND\n"
        "with the set-user-ID bit. While ddblock is stopped (^Z) no heartbeat is sent: when it\n"
        "continues after the end of the lease, COMMAND is killed.\n"
        "\n"
        "Exit status: that of COMMAND, 128 + N if signal N ended it or the wait; 126 COMMAND\n"
        "cannot be executed, 127 not found; 64 wrong usage; 69 the store cannot be reached or\n"
        "refuses; 70 a fault of ddblock or the machine; 75 not acquired in time; 76 the lock was\n"
        "lost or about to be, COMMAND was ended or may have run beyond it; 78 configuration,\n"
        "credentials or table are wrong.\n",
        stream);
}

struct given {
    bool lease;
    bool heartbeat;
    bool wait;
};

static ddblock_status set(struct settings *settings, struct given *given, int id, const char *value,
                          ddblock_error *error)
{
    bool taken = false;

    switch (id) {
    case RUN_FAIL_CLOSED:
        settings->client.kind = DDBLOCK_FAIL_CLOSED;
        return DDBLOCK_OK;
    case RUN_LEASE:
        given->lease = true;
        return duration_parse("--lease", value, &settings->client.lease_duration_ms, error);
    case RUN_HEARTBEAT:
        given->heartbeat = true;
        return duration_parse("--heartbeat", value, &settings->client.heartbeat_period_ms, error);
    case RUN_WAIT:
        given->wait = true;
        return duration_parse_or_forever("--wait", value, &settings->wait_ms, error);
    case RUN_NO_WAIT:
        settings->wait_ms = 0;
        return DDBLOCK_OK;
    case RUN_OWNER:
        settings->client.owner = value;
        return value[0] != '\0' ? DDBLOCK_OK : usage_error(error, "--owner: the value is empty");
    case RUN_VERBOSE:
        settings->verbose = true;
        return DDBLOCK_OK;
    case OPTION_HELP:
        settings->help = true;
        return DDBLOCK_OK;
    default:
        return place_set(&settings->place, id, value, &taken, error);
    }
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
    struct given given = {0};
    struct options options;
    const char *value = NULL;
    bool no_wait = false;
    int id;

    memset(settings, 0, sizeof(*settings));
    place_init(&settings->place);
    ddblock_client_options_init(&settings->client);
    settings->wait_ms = DDBLOCK_FOREVER;
    options_init(&options, table, argc, argv);
    while ((id = options_next(&options, &value, error)) != OPTIONS_END) {
        ddblock_status status =
            id == OPTIONS_WRONG ? DDBLOCK_INVALID : set(settings, &given, id, value, error);

        if (status != DDBLOCK_OK || settings->help) {
            return status;
        }
        no_wait = no_wait || id == RUN_NO_WAIT;
    }
    if (no_wait && given.wait) {
        return usage_error(error, "--wait and --no-wait exclude each other: give one of them");
    }
    if (settings->client.kind == DDBLOCK_FAIL_CLOSED && (given.lease || given.heartbeat)) {
        return usage_error(error, "--fail-closed locks never expire: they have no --lease and no "
                                  "--heartbeat");
    }
    return set_command(settings, argc - options.next, argv + options.next, error);
}
