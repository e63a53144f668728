/* holder.c - the process that stays behind "acquire". */
#include "holder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/close_range.h>

#include "exit.h"
#include "message.h"

/* Kernels before 5.9 have no close_range; then so many are closed one by one. */
enum { DESCRIPTORS_MAX = 65536 };

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void close_between(int first, int last)
{
    if (first > last || close_range((unsigned)first, (unsigned)last, 0) == 0) {
        return;
    }
    for (int fd = first; fd <= last && fd < DESCRIPTORS_MAX; fd++) {
        (void)close(fd);
    }
}

/* Closes what the caller had open: a pipe that is kept open would never end. */
static void close_all_but(int *kept, size_t count)
{
    int first = 3;

    qsort(kept, count, sizeof(*kept), compare);
    for (size_t i = 0; i < count; i++) {
        if (kept[i] >= first) {
            close_between(first, kept[i] - 1);
            first = kept[i] + 1;
        }
    }
    close_between(first, INT32_MAX);
}

/* Lets what is behind the descriptor stand at standard ones. */
static void replace_standard(int fd, bool input_and_output, bool error_output)
{
    if (input_and_output) {
        (void)dup2(fd, STDIN_FILENO);
        (void)dup2(fd, STDOUT_FILENO);
    }
    if (error_output) {
        (void)dup2(fd, STDERR_FILENO);
    }
}

/* Leaves the caller's session, folder and standard error, and does not die with the caller. */
static void leave_caller(int null_fd, int log_fd)
{
    (void)prctl(PR_SET_PDEATHSIG, 0);
    (void)setsid(); /* works: a forked process leads no group */
    (void)!chdir("/");
    replace_standard(log_fd >= 0 ? log_fd : null_fd, false, true);
}

/* True if the parent wants the lock: it has told the token. */
static bool is_wanted(int fd, uint64_t token)
{
    char answer = 0;

    return write(fd, &token, sizeof(token)) == (ssize_t)sizeof(token) && read(fd, &answer, 1) == 1;
}

static int hold(struct keeping *keeping, int fd, int log_fd, int null_fd)
{
    ddblock_error error = {0};
    int status;

    if (events_open(&keeping->session.events, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    keeping->session.events.other_fd = keeping->while_fd;
    if (!keeping_start(keeping, process_of(getpid()), &status)) {
        return status;
    }
    leave_caller(null_fd, log_fd);
    if (!is_wanted(fd, keeping->file.token)) {
        return keeping_release(keeping);
    }
    (void)close(fd);
    return keeping_run(keeping);
}

/* The life of the child. */
static _Noreturn void be_holder(struct keeping *keeping, pid_t parent, int fd, int log_fd)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int kept[] = {fd, log_fd, null_fd, keeping->while_fd};
    int status = EXIT_FAULT;

    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent && null_fd >= 0) {
        close_all_but(kept, sizeof(kept) / sizeof(kept[0]));
        replace_standard(null_fd, true, false);
        status = hold(keeping, fd, log_fd, null_fd);
    }
    session_finish(&keeping->session);
    hold_file_finish(&keeping->file);
    _exit(status);
}

/* Waits for the holder's word, handing signals on to it. False: it has ended. */
static bool wait_for_word(struct events *events, pid_t pid, int fd, uint64_t *ret_token)
{
    struct pollfd fds[2] = {
        {.fd = fd, .events = POLLIN},
        {.fd = events->signal_fd, .events = POLLIN},
    };

    for (;;) {
        int signal;

        (void)poll(fds, 2, -1);
        if (fds[0].revents != 0) {
            return read(fd, ret_token, sizeof(*ret_token)) == (ssize_t)sizeof(*ret_token);
        }
        while ((signal = events_take(events)) != 0) {
            if (signal == SIGTSTP) {
                (void)events_stop_self(SIGTSTP);
            } else if (signal_ends(signal)) {
                (void)kill(pid, signal);
            }
        }
    }
}

int holder_start(struct keeping *keeping, int log_fd, uint64_t *ret_token, int *ret_fd)
{
    struct events events = {.signal_fd = -1, .timer_fd = -1};
    ddblock_error error = {0};
    pid_t parent = getpid();
    int fds[2] = {-1, -1};
    int status = 0;
    pid_t pid;

    if (events_open(&events, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0 || (pid = fork()) < 0) {
        (void)error_set(&error, DDBLOCK_INTERNAL, "no process to hold the lock: %s",
                        strerror(errno));
        return fail_with(&error);
    }
    if (pid == 0) {
        be_holder(keeping, parent, fds[1], log_fd);
    }
    (void)close(fds[1]);
    if (wait_for_word(&events, pid, fds[0], ret_token)) {
        events_close(&events);
        *ret_fd = fds[0];
        return EXIT_DONE;
    }
    events_close(&events);
    (void)close(fds[0]);
    if (waitpid(pid, &status, 0) != pid) {
        return EXIT_FAULT;
    }
    return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

void holder_confirm(int fd, bool wanted)
{
    char answer = 1;

    if (wanted) {
        (void)send(fd, &answer, 1, MSG_NOSIGNAL);
    } else {
        /* The holder closes its end when it has given the lock back. */
        (void)shutdown(fd, SHUT_WR);
        (void)!read(fd, &answer, 1);
    }
    (void)close(fd);
}
