/* main.c - ddblock: the tool. Finds the command and lets it do the rest. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "command.h"
#include "descriptors.h"
#include "escape.h"
#include "exit.h"
#include "suggest.h"

/* The words of "ddblock help table create --help". */
enum { HELP_WORDS_MAX = 3 };

static void print_help(FILE *stream)
{
    (void)fputs(
        "Usage: ddblock COMMAND ...\n"
        "\n"
        "Distributed locks with fencing tokens, in a table of Amazon DynamoDB or in a file.\n"
        "\n",
        stream);
    for (const struct command *command = commands; command->name != NULL; command++) {
        (void)fprintf(stream, "  %-10s%s\n", command->name, command->help);
    }
    (void)fputs(
        "\n"
        "  --help    tells this; ddblock help COMMAND tells about a command\n"
        "  --version tells the version\n"
        "\n"
        "For example: ddblock run --table locks nightly-build -- make all\n"
        "\n"
        "Options are looked for, first to last, on the command line, in the environment and in\n"
        "the configuration file. The variable of --lease is DDBLOCK_LEASE, that of --fail-closed\n"
        "DDBLOCK_FAIL_CLOSED, and so on for all but --owner, whose variable is\n"
        "DDBLOCK_OWNER_NAME: DDBLOCK_OWNER, DDBLOCK_LOCK, DDBLOCK_FENCING_TOKEN and\n"
        "DDBLOCK_LOST_FD are what \"run\" tells its command, and never options. An empty variable\n"
        "counts as none. The file is the one in DDBLOCK_CONFIG, else ddblock/config in\n"
        "XDG_CONFIG_HOME, which is ~/.config by default. It has lines like \"lease = 20s\"; those\n"
        "that begin with # are comments. There, in the environment and on the command line\n"
        "(--fail-closed=no) a switch is yes or no. Of options that exclude each other the one\n"
        "from the stronger source counts.\n",
        stream);
}

static int no_such_command(const char *name)
{
    char shown[ESCAPED_SIZE];
    ddblock_error error = {0};
    struct suggestion suggestion;

    suggestion_init(&suggestion, name, strlen(name));
    for (const struct command *command = commands; command->name != NULL; command++) {
        suggestion_consider(&suggestion, command->name);
    }
    (void)escape_string(shown, sizeof(shown), name);
    if (suggestion.best != NULL) {
        (void)usage_error(&error, "%s: there is no such command; did you mean %s?", shown,
                          suggestion.best);
    } else {
        (void)usage_error(&error,
                          "%s: there is no such command; ddblock --help tells which there "
                          "are",
                          shown);
    }
    return fail_with(&error);
}

static int run_command(int argc, char **argv)
{
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (strcmp(argv[0], command->name) == 0) {
            return command->run(argc, argv);
        }
    }
    return no_such_command(argv[0]);
}

/* "ddblock help table create" is "ddblock table create --help". */
static int help(int argc, char **argv)
{
    static char option[] = "--help";
    char *words[HELP_WORDS_MAX + 1] = {0};
    ddblock_error error = {0};

    if (argc < 2) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (argc > HELP_WORDS_MAX) {
        (void)usage_error(&error, "help is about one command");
        return fail_with(&error);
    }
    for (int i = 1; i < argc; i++) {
        words[i - 1] = argv[i];
    }
    words[argc - 1] = option;
    return run_command(argc, words);
}

static int dispatch(int argc, char **argv)
{
    ddblock_error error = {0};

    if (argc < 2) {
        (void)usage_error(&error, "which command? ddblock --help tells which there are");
        return fail_with(&error);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("ddblock %s\n", ddblock_version());
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "help") == 0) {
        return help(argc - 1, argv + 1);
    }
    return run_command(argc - 1, argv + 1);
}

/* Keys are in our memory: no core file, which may also go through a pipe that RLIMIT_CORE does
 * not stop, and no ptrace by others. Exec resets it (prctl(2)), so commands are as ever. The
 * leak check of AddressSanitizer works by ptrace. */
static void protect_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
    (void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
    descriptors_fill_standard();
    protect_memory();
    return finish_output(dispatch(argc, argv));
}
