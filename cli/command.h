/* command.h - the commands of the tool. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "options.h"

struct command {
    const char *name;
    /* Takes what follows "ddblock" on the command line (argv[0] is its own name), says what goes
     * wrong, and returns the exit status. */
    int (*run)(int argc, char **argv);
    const char *help;
    const struct option *options;
};

/* All of them; the last one has no name. */
extern const struct command commands[];

int command_run(int argc, char **argv);
int command_acquire(int argc, char **argv);
int command_release(int argc, char **argv);
int command_status(int argc, char **argv);
int command_show(int argc, char **argv);
int command_list(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_break(int argc, char **argv);
int command_table(int argc, char **argv);
int command_doctor(int argc, char **argv);

extern const struct option run_options[];
extern const struct option acquire_options[];
extern const struct option release_options[];
extern const struct option status_options[];
extern const struct option show_options[];
extern const struct option list_options[];
extern const struct option watch_options[];
extern const struct option break_options[];
extern const struct option table_options[];
extern const struct option doctor_options[];

#endif
