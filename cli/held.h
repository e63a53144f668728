/* held.h - the options of the commands about a hold file. */
#ifndef CLI_HELD_H
#define CLI_HELD_H

#include "hold_file.h"
#include "options.h"

enum { HELD_HOLD_FILE = OPTIONS_OWN };

#define HELD_HOLD_FILE_ENTRY                                                                       \
    {                                                                                              \
        HELD_HOLD_FILE, 0, "hold-file", "PATH", "needed: the file that was given to \"acquire\""   \
    }

/* Reads the options, which are those two, and the file. Returns EXIT_DONE; or, having said why, the
 * exit status: EXIT_NOT_ACQUIRED if there is no such file. The file is to be finished. *ret_help
 * tells that --help is asked for. */
int held_open(struct hold_file *file, const struct option *table, int argc, char **argv,
              bool *ret_help);

#endif
