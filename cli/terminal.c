/* terminal.c - the controlling terminal, and who has its foreground. */
#include "terminal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void terminal_open(struct terminal *terminal)
{
    *terminal = (struct terminal){.fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
    terminal->has_modes = terminal->fd >= 0 && tcgetattr(terminal->fd, &terminal->modes) == 0;
}

void terminal_close(struct terminal *terminal, pid_t group, bool restore_modes)
{
    if (terminal->fd < 0) {
        return;
    }
    if (terminal->given && tcgetpgrp(terminal->fd) == group) {
        (void)tcsetpgrp(terminal->fd, getpgrp());
        if (restore_modes && terminal->has_modes) {
            (void)tcsetattr(terminal->fd, TCSADRAIN, &terminal->modes);
        }
    }
    (void)close(terminal->fd);
    terminal->fd = -1;
}

bool terminal_is_ours(const struct terminal *terminal)
{
    return terminal->fd >= 0 && tcgetpgrp(terminal->fd) == getpgrp();
}

bool terminal_starts_given(const struct terminal *terminal)
{
    struct stat output = {0};

    return terminal_is_ours(terminal) && tcgetpgrp(STDIN_FILENO) == getpgrp() &&
           !(fstat(STDOUT_FILENO, &output) == 0 && S_ISFIFO(output.st_mode));
}

void terminal_give(struct terminal *terminal, pid_t group)
{
    if (tcsetpgrp(terminal->fd, group) == 0) {
        terminal->given = true;
    }
}
