/* process.c - other processes, told apart from later ones that have the same number. */
#include "process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Reads a small file of /proc. False: there is none. */
static bool read_proc(const char *path, char *target, size_t size)
{
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        got = read(fd, target, size - 1);
        (void)close(fd);
    }
    target[got > 0 ? got : 0] = '\0';
    return got > 0;
}

char *boot_text(char *target)
{
    char boot[48];
    char time[32] = ""; /* "time:[4026531834]"; time_namespaces(7) */

    if (!read_proc("/proc/sys/kernel/random/boot_id", boot, sizeof(boot))) {
        (void)snprintf(boot, sizeof(boot), "unknown");
    }
    boot[strcspn(boot, "\n")] = '\0';
    (void)!readlink("/proc/self/ns/time", time, sizeof(time) - 1);
    (void)snprintf(target, BOOT_TEXT_SIZE, "%s %s", boot, time);
    return target;
}

int64_t boot_clock_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* proc(5): the 22nd field of stat; the 2nd is the name in parentheses, which may hold anything.
 * Of a zombie, which has ended, the start is 0 here, as of one that is not there. */
static uint64_t start_of(pid_t pid)
{
    char path[64];
    char text[1024];
    char state = 'Z';
    uint64_t start = 0;
    const char *rest;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (!read_proc(path, text, sizeof(text))) {
        return 0;
    }
    rest = strrchr(text, ')');
    if (rest == NULL ||
        sscanf(rest + 1,
               " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
               "%*s %" SCNu64,
               &state, &start) != 2) {
        return 0;
    }
    return state == 'Z' || state == 'X' ? 0 : start;
}

struct process process_of(pid_t pid)
{
    return (struct process){.pid = pid, .start = start_of(pid)};
}

int process_open(const struct process *process)
{
    /* glibc 2.36 has no pidfd_open in all of its headers. */
    int fd = process->pid > 0 ? (int)syscall(SYS_pidfd_open, process->pid, 0) : -1;

    /* Compared after the descriptor was opened: from then on the number cannot be another's. */
    if (fd >= 0 && start_of(process->pid) != process->start) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

bool process_signal(int fd, int signal)
{
    return syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) == 0;
}
