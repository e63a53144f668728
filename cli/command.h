/* command.h - the commands of the tool. Each takes what follows "ddblock" on the command line
 * (argv[0] is its own name), says what goes wrong, and returns the exit status. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

int command_run(int argc, char **argv);
int command_show(int argc, char **argv);
int command_break(int argc, char **argv);
int command_table(int argc, char **argv);
int command_doctor(int argc, char **argv);

#endif
