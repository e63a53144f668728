/* child.c - the command that runs under the lock. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit.h"

/* Between fork and exec, in a process that had threads: only async-signal-safe calls
 * (signal-safety(7); execvpe of glibc allocates on the stack). */
static _Noreturn void become(const struct child_options *options, pid_t parent, int error_fd,
                             bool in_foreground)
{
    int failure;

    (void)setpgid(0, 0);
    if (in_foreground) {
        (void)tcsetpgrp(options->terminal->fd, getpid());
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_FAULT); /* it died before the line above: no signal will come */
    }
    descriptors_close_others(options->descriptors);
    lost_pipe_pass(options->lost_pipe, &error_fd);
    events_restore_signals(options->events);
    (void)execvpe(options->command[0], options->command, options->environment);
    failure = errno;
    (void)!write(error_fd, &failure, sizeof(failure));
    _exit(failure == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
}

ddblock_status child_start(struct child *child, const struct child_options *options,
                           ddblock_error *error)
{
    bool in_foreground = terminal_starts_given(options->terminal);
    pid_t parent = getpid();
    int fds[2];
    pid_t pid;

    *child = (struct child){.error_fd = -1};
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        return error_set(error, DDBLOCK_INTERNAL, "no pipe to the command: %s", strerror(errno));
    }
    pid = fork();
    if (pid == 0) {
        become(options, parent, fds[1], in_foreground);
    }
    (void)close(fds[1]);
    if (pid < 0) {
        (void)close(fds[0]);
        return error_set(error, DDBLOCK_INTERNAL, "no process for the command: %s",
                         strerror(errno));
    }
    /* Both sides do it, since either may run first. */
    (void)setpgid(pid, pid);
    if (in_foreground) {
        terminal_give(options->terminal, pid);
    }
    child->pid = pid;
    child->error_fd = fds[0];
    return DDBLOCK_OK;
}

void child_signal(const struct child *child, int signal)
{
    if (child->pid > 0) {
        (void)kill(-child->pid, signal);
    }
}

enum child_state child_look(const struct child *child, int *ret_signal)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == child->pid) {
        return CHILD_ENDED;
    }
    info = (siginfo_t){0};
    if (waitid(P_PID, (id_t)child->pid, &info, WSTOPPED | WNOHANG) == 0 &&
        info.si_pid == child->pid) {
        *ret_signal = info.si_status;
        return CHILD_STOPPED;
    }
    return CHILD_RUNS;
}

struct child_end child_reap(struct child *child)
{
    struct child_end end = {.status = EXIT_FAULT};
    int status = 0;

    if (waitpid(child->pid, &status, 0) == child->pid) {
        end.killed = WIFSIGNALED(status);
        end.status = end.killed ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
    }
    if (read(child->error_fd, &end.exec_errno, sizeof(end.exec_errno)) !=
        (ssize_t)sizeof(end.exec_errno)) {
        end.exec_errno = 0;
    }
    (void)close(child->error_fd);
    *child = (struct child){.error_fd = -1};
    return end;
}
