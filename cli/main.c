/* main.c - ddblock: the tool. Finds the command and lets it do the rest. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "command.h"
#include "descriptors.h"
#include "escape.h"
#include "exit.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"run", command_run, "runs a command while a lock is held"},
    {"show", command_show, "tells who holds a lock"},
    {"break", command_break, "ends a lock whose holder is dead or must stop"},
    {"table", command_table, "sets up the lock table"},
    {"doctor", command_doctor, "tells what is wrong with a lock table, or the way to it"},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *stream)
{
    (void)fputs(
        "Usage: ddblock COMMAND ...\n"
        "\n"
        "Distributed locks with fencing tokens, in a table of Amazon DynamoDB or in a file.\n"
        "\n",
        stream);
    for (size_t i = 0; i < COMMANDS; i++) {
        (void)fprintf(stream, "  %-10s%s\n", commands[i].name, commands[i].help);
    }
    (void)fputs("\n"
                "  --help    tells this; ddblock COMMAND --help tells about a command\n"
                "  --version tells the version\n"
                "\n"
                "For example: ddblock run --table locks nightly-build -- make all\n",
                stream);
}

static int dispatch(int argc, char **argv)
{
    char shown[ESCAPED_SIZE];
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
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    (void)usage_error(&error, "%s: there is no such command; ddblock --help tells which there are",
                      escape_string(shown, sizeof(shown), argv[1]));
    return fail_with(&error);
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
