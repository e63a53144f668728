/* settings.h - the command line of "ddblock run". */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <ddblock/ddblock.h>
#include <stdbool.h>
#include <stdio.h>

#include "place.h"

struct settings {
    struct place place;
    ddblock_client_options client; /* its owner is that of the command line, or NULL */
    int64_t wait_ms;               /* 0: only try; DDBLOCK_FOREVER */
    bool verbose;
    bool help;      /* tell the help, and nothing else counts */
    char **command; /* ends with NULL */
};

/* Reads the command line. Returns DDBLOCK_OK, or DDBLOCK_INVALID with a sentence. */
ddblock_status settings_parse(struct settings *settings, int argc, char **argv,
                              ddblock_error *error);

void settings_print_help(FILE *stream);

#endif
