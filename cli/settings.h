/* settings.h - the options of "ddblock run". */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <ddblock/ddblock.h>
#include <stdbool.h>
#include <stdio.h>

#include "hold.h"
#include "options.h"
#include "place.h"
#include "terms.h"

struct settings {
    struct options options;
    struct place place;
    struct terms terms;
    enum on_lost on_lost;
    int64_t grace_ms;
    enum options_source grace_source;
    bool shell; /* the command's first word is a line for the shell */
    bool pass_fd;
    bool help;      /* tell the help, and nothing else counts */
    char **command; /* ends with NULL */
};

/* Reads the options. Returns DDBLOCK_OK, or DDBLOCK_INVALID with a sentence for options_fail. */
ddblock_status settings_parse(struct settings *settings, int argc, char **argv,
                              ddblock_error *error);

void settings_print_help(FILE *stream);

#endif
