/* options.h - options on a command line, from a table that also makes the help. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <ddblock/ddblock.h>
#include <stdio.h>

struct option {
    int id; /* above 0; what options_next returns */
    char letter;
    const char *name;
    const char *argument; /* what the help calls its value; NULL: it takes none */
    const char *help;
};

enum {
    OPTIONS_END = 0,
    OPTIONS_WRONG = -1,
    OPTION_HELP = 1,
    OPTIONS_OWN = 2, /* where a command's own ids start */
    OPTIONS_PLACE = 100,
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

struct options {
    const struct option *table; /* up to OPTIONS_TABLE_END */
    int argc;
    char **argv;
    int next;            /* the next argument; at the end the first that is no option */
    const char *letters; /* what is left of a group like -nv */
};

/* argv[0] is the command's name. */
void options_init(struct options *options, const struct option *table, int argc, char **argv);

/* Takes the next option: its id, its value in *ret_value (NULL if it takes none). Ends before
 * the first argument that is no option, and after "--". Names are never abbreviated: a script
 * must not break when an option is added.
 *
 * Returns OPTIONS_WRONG with a sentence in error where the option is none. */
int options_next(struct options *options, const char **ret_value, ddblock_error *error);

/* Writes a line or more for each option of the table. */
void options_print(FILE *stream, const struct option *table);

#endif
