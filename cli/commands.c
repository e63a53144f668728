/* commands.c - which commands there are. */
#include "command.h"

const struct command commands[] = {
    {"run", command_run, "runs a command while a lock is held", run_options},
    {"show", command_show, "tells who holds a lock", show_options},
    {"break", command_break, "ends a lock whose holder is dead or must stop", break_options},
    {"table", command_table, "sets up the lock table", table_options},
    {NULL, NULL, NULL, NULL},
};
