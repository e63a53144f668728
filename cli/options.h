/* options.h - options from a command line, the environment and the configuration file, by a
 * table that also makes the help. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <ddblock/ddblock.h>
#include <stdbool.h>
#include <stdio.h>

struct option {
    int id; /* above 0; what options_next returns */
    char letter;
    const char *name;
    const char *argument; /* what the help calls its value; NULL: it is a switch */
    const char *help;     /* NULL: the help does not tell of it */
};

enum {
    OPTIONS_END = 0,
    OPTIONS_WRONG = -1,
    OPTIONS_OWN = 2, /* where a command's own ids start */
    OPTIONS_PLACE = 100,
    OPTIONS_TERMS = 200,
    OPTIONS_LINE_ONLY = 1000, /* from here on: what only a command line can ask for */
    OPTION_HELP = 2000,
};

/* Ends every table. */
#define OPTION_HELP_ENTRY                                                                          \
    {                                                                                              \
        OPTION_HELP, 'h', "help", NULL, "tell this, and do nothing"                                \
    }
#define OPTIONS_TABLE_END                                                                          \
    {                                                                                              \
        0, 0, NULL, NULL, NULL                                                                     \
    }

/* For the help of the commands. */
#define OPTIONS_SOURCES_HELP                                                                       \
    "Options can also stand in the environment (DDBLOCK_LEASE=20s, DDBLOCK_FAIL_CLOSED=yes) and\n" \
    "in a file (lease = 20s, fail-closed = yes); ddblock --help tells how.\n"

/* Where an option was given; the stronger source is the larger number. */
enum options_source {
    OPTIONS_FROM_NOWHERE,
    OPTIONS_FROM_FILE,
    OPTIONS_FROM_ENVIRONMENT,
    OPTIONS_FROM_LINE,
};

struct options {
    const struct option *table; /* up to OPTIONS_TABLE_END */
    int argc;
    char **argv;
    int next;            /* the next argument; at the end the first that is no option */
    const char *letters; /* what is left of a group like -nv */
    bool help;           /* the line asks for help: no other source is looked at */

    const struct config *config;
    size_t next_entry;                  /* of the configuration */
    const struct option *next_variable; /* whose variable is looked at next */
    ddblock_error config_error;         /* that it could not be read */

    enum options_source source; /* of the option that was taken last */
    const struct option *last;  /* that option */
    int line;                   /* where in the file it stands */
};

/* argv[0] is the command's name. Reads the configuration file, too. */
void options_init(struct options *options, const struct option *table, int argc, char **argv);

/* Takes the next option: its id, its value in *ret_value (NULL for a switch), and where it was
 * given in options->source. The weaker sources come first; what a stronger one gives as well
 * they do not. Ends before the first argument that is no option, and after "--". Names are
 * never abbreviated: a script must not break when an option is added. Values stay as long as the
 * process, or until the next options_init.
 *
 * Returns OPTIONS_WRONG with a sentence in error where the option is none. */
int options_next(struct options *options, const char **ret_value, ddblock_error *error);

/* Says the error, with where the option was given that was taken last, and returns the exit status:
 * EXIT_USAGE if that was the command line, else EXIT_CONFIGURATION. */
int options_fail(const struct options *options, const ddblock_error *error);

/* The same for an error that shows later, about the option of that name: by where that was given
 * which counts. EXIT_CONFIGURATION if it was given nowhere: it may be a hold file's. */
int options_fail_about(const char *name, const ddblock_error *error);

enum { OPTION_VARIABLE_SIZE = 64 };

/* Writes the name of the option's variable in the environment. Returns target, which has
 * OPTION_VARIABLE_SIZE bytes. */
char *option_variable(char *target, const struct option *option);

/* Writes a line or more for each option of the table. */
void options_print(FILE *stream, const struct option *table);

#endif
