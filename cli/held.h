/* held.h - the options of the commands about a hold file. */
#ifndef CLI_HELD_H
#define CLI_HELD_H

#include "hold_file.h"
#include "options.h"

enum {
    HELD_HOLD_FILE = OPTIONS_OWN,
    HELD_JSON = OPTIONS_LINE_ONLY, /* a switch, for those whose table has it */
};

#define HELD_HOLD_FILE_ENTRY                                                                       \
    {                                                                                              \
        HELD_HOLD_FILE, 0, "hold-file", "PATH", "needed: the file that was given to \"acquire\""   \
    }

/* What was asked for. */
struct held_request {
    const char *path; /* of the hold file, as given */
    bool json;
    bool help;
};

/* Reads the options, and the file unless help is asked for. Returns EXIT_DONE; or, having said why,
 * the exit status: EXIT_NOT_ACQUIRED if there is no such file. The file is to be finished. */
int held_open(struct hold_file *file, const struct option *table, int argc, char **argv,
              struct held_request *request);

#endif
