/* commands.c - which commands there are. */
#include "command.h"

const struct command commands[] = {
    {"run", command_run, "runs a command while a lock is held", run_options},
    {"acquire", command_acquire, "holds a lock across commands", acquire_options},
    {"release", command_release, "gives back what acquire holds", release_options},
    {"status", command_status, "tells whether what acquire holds is still held", status_options},
    {"show", command_show, "tells who holds a lock", show_options},
    {"list", command_list, "tells which locks there are", list_options},
    {"watch", command_watch, "shows locks as they change", watch_options},
    {"break", command_break, "ends a lock whose holder is dead or must stop", break_options},
    {"table", command_table, "sets up the lock table", table_options},
    {"doctor", command_doctor, "tells what is wrong with a lock table, or the way to it",
     doctor_options},
    {NULL, NULL, NULL, NULL},
};
