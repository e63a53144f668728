/* process.c - runs a command for its output. */
#include "aws/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"

/* How often to look whether it has ended while its output stays open, in what it has left
 * running. */
enum { TICK_MS = 50 };

struct process {
    pid_t pid;
    int fd; /* its output; does not block */
    bool too_large;
    bool ended;
    int wait_status;
};

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t signals;
    int code;

    (void)sigemptyset(&signals);
    code = posix_spawnattr_setsigmask(attributes, &signals);
    (void)sigfillset(&signals);
    if (code == 0) {
        code = posix_spawnattr_setsigdefault(attributes, &signals);
    }
    if (code == 0) {
        code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                        POSIX_SPAWN_SETSIGDEF);
    }
    return code;
}

/* The output comes first: the end of the pipe may be descriptor 0 where the program has closed
 * its own. */
static int set_actions(posix_spawn_file_actions_t *actions, int output)
{
    int code = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);

    if (code == 0) {
        code = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    if (code == 0) {
        code = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    }
    return code;
}

/* Returns 0 or an errno. */
static int spawn(const char *command, int output, pid_t *ret_pid)
{
    const char *const arguments[] = {"sh", "-c", command, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);

    if (code != 0) {
        return code;
    }
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = set_attributes(&attributes);
        if (code == 0) {
            code = set_actions(&actions, output);
        }
        if (code == 0) {
            code =
                posix_spawn(ret_pid, "/bin/sh", &actions, &attributes, (char **)arguments, environ);
        }
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

static int start(struct process *process, const char *command)
{
    int ends[2];
    int code;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    code = spawn(command, ends[1], &process->pid);
    (void)close(ends[1]);
    if (code != 0) {
        (void)close(ends[0]);
        return code;
    }
    process->fd = ends[0];
    return 0;
}

/* Takes what there is of the output. False at its end, or if it is too large. */
static bool drain(struct process *process, struct buffer *output)
{
    uint8_t piece[4096];
    bool more = true;

    for (;;) {
        ssize_t got = read(process->fd, piece, sizeof(piece));

        if (got > 0) {
            process->too_large = (size_t)got > output->limit - output->size;
            buffer_append(output, bytes_from(piece, (size_t)got));
            more = buffer_ok(output);
        } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            more = false;
        }
        if (!more || (got < 0 && errno == EAGAIN)) {
            break;
        }
    }
    explicit_bzero(piece, sizeof(piece));
    return more;
}

/* Looks whether it has ended. Where the program ignores SIGCHLD or waits for all its children,
 * how it ended is not to be learnt: the output must speak for itself. */
static void look(struct process *process)
{
    pid_t pid = waitpid(process->pid, &process->wait_status, WNOHANG);

    if (pid < 0 && errno == ECHILD) {
        process->wait_status = 0;
    }
    process->ended = pid == process->pid || (pid < 0 && errno == ECHILD);
}

/* Waits until it has ended. False if it has not by then, or the output is too large. */
static bool wait_for(struct process *process, struct instant deadline, struct buffer *output)
{
    bool open = true;

    while (buffer_ok(output)) {
        int64_t left_ms = duration_to_ms(instant_until(clock_now(), deadline));
        struct pollfd entry = {.fd = open ? process->fd : -1, .events = POLLIN};

        look(process);
        if (open) {
            open = drain(process, output);
        }
        if (process->ended || left_ms == 0) {
            break;
        }
        (void)poll(&entry, 1, left_ms < TICK_MS ? (int)left_ms : TICK_MS);
    }
    return process->ended && buffer_ok(output);
}

/* Not yet waited for, its number is still its own. */
static void kill_group(struct process *process)
{
    if (!process->ended) {
        (void)kill(-process->pid, SIGKILL);
        while (waitpid(process->pid, &process->wait_status, 0) < 0 && errno == EINTR) {
        }
    }
}

ddblock_status process_run(const char *command, int64_t timeout_ms, struct buffer *output,
                           ddblock_error *error)
{
    struct process process = {.fd = -1};
    struct instant deadline = instant_add(clock_now(), duration_from_ms(timeout_ms));
    int code = start(&process, command);
    bool done;

    if (code != 0) {
        return status_set(error, code == ENOMEM ? DDBLOCK_NO_MEMORY : DDBLOCK_NO_CREDENTIALS,
                          "cannot be run: %s", strerror(code));
    }
    done = wait_for(&process, deadline, output);
    kill_group(&process);
    (void)close(process.fd);
    if (!buffer_ok(output) && !process.too_large) {
        return status_set(error, DDBLOCK_NO_MEMORY, "needs more memory than there is");
    }
    if (process.too_large) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "gives more than %zu KiB",
                          output->limit / 1024);
    }
    if (!done) {
        return status_set(error, DDBLOCK_UNAVAILABLE, "takes longer than %lld s",
                          (long long)timeout_ms / 1000);
    }
    if (WIFSIGNALED(process.wait_status)) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "was ended by signal %d",
                          WTERMSIG(process.wait_status));
    }
    if (WEXITSTATUS(process.wait_status) != 0) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "failed with exit status %d",
                          WEXITSTATUS(process.wait_status));
    }
    return DDBLOCK_OK;
}
