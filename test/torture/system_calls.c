/* system_calls.c - system calls that fail when the trouble strikes. */
#include "torture/system_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "torture/trouble.h"

const struct mishap mishaps[] = {
    {"open", EMFILE},
    {"open", EACCES},
    {"read", EIO},
    {"read", EINTR},
    {"read", 0},
    {"pread", EIO},
    {"pread", 0},
    {"write", ENOSPC},
    {"write", EINTR},
    {"pwrite", ENOSPC},
    {"pwrite", EIO},
    {"fsync", EIO},
    {"ftruncate", ENOSPC},
    {"fcntl", EIO},
    {"fcntl", EAGAIN},
    {"socket", EMFILE},
    {"connect", ECONNREFUSED},
    {"connect", ENETUNREACH},
    {"send", ECONNRESET},
    {"send", EAGAIN},
    {"send", 0},
    {"recv", ECONNRESET},
    {"recv", EAGAIN},
    {"recv", 0},
    {"poll", EINTR},
    {"poll", ENOMEM},
    {"getrandom", EAGAIN},
    {"getrandom", EINTR},
    {"getrandom", 0},
    {"eventfd", EMFILE},
    {"timerfd_create", EMFILE},
    {"pthread_create", EAGAIN},
    {"pipe2", EMFILE},
    {"fork", EAGAIN},
    {"signalfd", EMFILE},
    {NULL, 0},
};

static const struct mishap *chosen;

void system_calls_choose(const struct mishap *mishap)
{
    chosen = mishap;
}

/* Leaves a trace in the file that the environment names, by no function that is here. */
static void mark(void)
{
    const char *path = getenv("DDBLOCK_TORTURE_MARK");
    long fd = path != NULL ? syscall(SYS_openat, AT_FDCWD, path,
                                     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
                           : -1;

    if (fd >= 0) {
        (void)syscall(SYS_write, fd, "x", (size_t)1);
        (void)syscall(SYS_close, fd);
    }
}

/* True, and errno set, if this call is to go wrong. */
static bool strikes(const char *call)
{
    int before = errno;

    if (chosen == NULL || strcmp(chosen->call, call) != 0 || !trouble_strikes()) {
        errno = before;
        return false;
    }
    mark();
    errno = chosen->error;
    return true;
}

/* As many bytes as are still read or written when less is done than was asked. */
static size_t less(size_t size)
{
    return size > 1 ? 1 : size;
}

#define EXPORT __attribute__((visibility("default")))

/* The next function of the name: libc's, or that of a sanitizer before it. */
#define REAL(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* ------------------------------------------------------------------ files */

/* open() and fcntl() have one more argument at times; passing one that is not there is what libc
 * itself does. */
#define OPEN(name)                                                                                 \
    EXPORT int name(const char *path, int flags, ...)                                              \
    {                                                                                              \
        va_list arguments;                                                                         \
        mode_t mode;                                                                               \
                                                                                                   \
        va_start(arguments, flags);                                                                \
        mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;                             \
        va_end(arguments);                                                                         \
        return strikes("open") ? -1 : REAL(name)(path, flags, mode);                               \
    }
OPEN(open)
OPEN(open64)

/* True for a command that takes a lock on a file. Giving one back does not fail. */
static bool takes_lock(int command, const struct flock *lock)
{
    return (command == F_SETLK || command == F_SETLKW) && lock->l_type != F_UNLCK;
}

#define FCNTL(name)                                                                                \
    EXPORT int name(int fd, int command, ...)                                                      \
    {                                                                                              \
        va_list arguments;                                                                         \
        void *argument;                                                                            \
                                                                                                   \
        va_start(arguments, command);                                                              \
        argument = va_arg(arguments, void *);                                                      \
        va_end(arguments);                                                                         \
        return takes_lock(command, argument) && strikes("fcntl")                                   \
                   ? -1                                                                            \
                   : REAL(name)(fd, command, argument);                                            \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

/* What wakes a thread (eventfd, timerfd) never fails so, and is no file of any type. */
static bool is_file(int fd)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && (stat.st_mode & S_IFMT) != 0;
}

EXPORT ssize_t read(int fd, void *data, size_t size)
{
    if (is_file(fd) && strikes("read")) {
        if (errno != 0) {
            return -1;
        }
        size = less(size);
    }
    return REAL(read)(fd, data, size);
}

EXPORT ssize_t write(int fd, const void *data, size_t size)
{
    return is_file(fd) && strikes("write") ? -1 : REAL(write)(fd, data, size);
}

#define PREAD(name, offset_type)                                                                   \
    EXPORT ssize_t name(int fd, void *data, size_t size, offset_type offset)                       \
    {                                                                                              \
        if (strikes("pread")) {                                                                    \
            if (errno != 0) {                                                                      \
                return -1;                                                                         \
            }                                                                                      \
            size = less(size);                                                                     \
        }                                                                                          \
        return REAL(name)(fd, data, size, offset);                                                 \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define PWRITE(name, offset_type)                                                                  \
    EXPORT ssize_t name(int fd, const void *data, size_t size, offset_type offset)                 \
    {                                                                                              \
        return strikes("pwrite") ? -1 : REAL(name)(fd, data, size, offset);                        \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

EXPORT int fsync(int fd)
{
    return strikes("fsync") ? -1 : REAL(fsync)(fd);
}

EXPORT int fdatasync(int fd)
{
    return strikes("fsync") ? -1 : REAL(fdatasync)(fd);
}

EXPORT int ftruncate(int fd, off_t size)
{
    return strikes("ftruncate") ? -1 : REAL(ftruncate)(fd, size);
}

EXPORT int ftruncate64(int fd, off64_t size)
{
    return strikes("ftruncate") ? -1 : REAL(ftruncate64)(fd, size);
}

/* ------------------------------------------------------------------ sockets */

EXPORT int socket(int domain, int type, int protocol)
{
    return strikes("socket") ? -1 : REAL(socket)(domain, type, protocol);
}

EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    return strikes("connect") ? -1 : REAL(connect)(fd, address, size);
}

EXPORT ssize_t send(int fd, const void *data, size_t size, int flags)
{
    if (strikes("send")) {
        if (errno != 0) {
            return -1;
        }
        size = less(size);
    }
    return REAL(send)(fd, data, size, flags);
}

/* 0: the server has closed the connection. */
EXPORT ssize_t recv(int fd, void *data, size_t size, int flags)
{
    if (strikes("recv")) {
        return errno != 0 ? -1 : 0;
    }
    return REAL(recv)(fd, data, size, flags);
}

EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    return strikes("poll") ? -1 : REAL(poll)(fds, count, timeout);
}

/* ------------------------------------------------------------------ the rest */

EXPORT ssize_t getrandom(void *data, size_t size, unsigned flags)
{
    if (strikes("getrandom")) {
        if (errno != 0) {
            return -1;
        }
        size = less(size);
    }
    return REAL(getrandom)(data, size, flags);
}

EXPORT int eventfd(unsigned count, int flags)
{
    return strikes("eventfd") ? -1 : REAL(eventfd)(count, flags);
}

EXPORT int timerfd_create(clockid_t clock, int flags)
{
    return strikes("timerfd_create") ? -1 : REAL(timerfd_create)(clock, flags);
}

EXPORT int signalfd(int fd, const sigset_t *mask, int flags)
{
    return strikes("signalfd") ? -1 : REAL(signalfd)(fd, mask, flags);
}

EXPORT int pipe2(int fds[2], int flags)
{
    return strikes("pipe2") ? -1 : REAL(pipe2)(fds, flags);
}

EXPORT pid_t fork(void)
{
    return strikes("fork") ? -1 : REAL(fork)();
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    return strikes("pthread_create") ? errno
                                     : REAL(pthread_create)(thread, attributes, run, argument);
}

/* ------------------------------------------------------------------ LD_PRELOAD */

/* Not in the command that the tool runs, nor in the shell around it. */
__attribute__((constructor)) static void arm_by_environment(void)
{
    static struct mishap mishap;
    static char call[32];
    const char *text = getenv("DDBLOCK_TORTURE_CALL");
    size_t count = 0;
    size_t k = 0;

    if (text != NULL && strcmp(program_invocation_short_name, "ddblock") == 0 &&
        sscanf(text, "%31s %zu %zu %d", call, &k, &count, &mishap.error) == 4) {
        mishap.call = call;
        system_calls_choose(&mishap);
        trouble_arm(k, count);
    }
}
