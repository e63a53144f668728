/* terminal.h - the controlling terminal, and who has its foreground. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
    int fd;     /* -1: there is none */
    bool given; /* to the command, at least once */
    bool has_modes;
    struct termios modes; /* as they were before */
};

void terminal_open(struct terminal *terminal);

/* Takes the foreground back from the group if it has it, and sets the modes as they were if
 * the command could not do it itself. */
void terminal_close(struct terminal *terminal, pid_t group, bool restore_modes);

/* True if our group has the foreground. */
bool terminal_is_ours(const struct terminal *terminal);

/* True if the command should start in the foreground: it is ours, standard input is the
 * terminal, and standard output is no pipe, whose reader (a pager, in our own group) would
 * lose the terminal. */
bool terminal_starts_given(const struct terminal *terminal);

/* Gives the foreground to the group. SIGTTOU must be blocked. */
void terminal_give(struct terminal *terminal, pid_t group);

#endif
