/* message.c - lines on standard error.
 *
 * A line is one write(2), so that lines of the library's thread, of ours and of the command
 * do not mix. */
#include "message.h"

#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Room for an error's 508 bytes, two escaped names and the words between them. What is
 * longer is cut. */
enum { LINE_BYTES_MAX = 4096 };

/* How long a line waits for whoever reads, while a command is guarded: a pager or a log that is
 * slow catches up in that time, and against a lease it is little. */
enum { ROOM_MS_MAX = 20 };

static atomic_bool hurried;

void say_hurriedly(bool hurry)
{
    atomic_store(&hurried, hurry);
}

/* False if a line would have to wait. A pipe has room where it takes PIPE_BUF bytes, no less than a
 * line (pipe(7)); a terminal after ^S has none. */
static bool has_room(void)
{
    struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&fd, 1, ROOM_MS_MAX) != 0;
}

static void say_line(const char *time_text, const char *format, va_list arguments)
{
    char line[LINE_BYTES_MAX];
    size_t used;
    int size;

    used = (size_t)snprintf(line, sizeof(line), "ddblock: %s%s", time_text,
                            time_text[0] != '\0' ? " " : "");
    size = vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
    if (size > 0) {
        used += (size_t)size < sizeof(line) - used - 1 ? (size_t)size : sizeof(line) - used - 2;
    }
    line[used++] = '\n';
    if (atomic_load(&hurried) && !has_room()) {
        return;
    }
    /* Where standard error is full or closed there is nobody left to tell. */
    (void)!write(STDERR_FILENO, line, used);
}

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_line("", format, arguments);
    va_end(arguments);
}

void say_verbosely(bool verbose, const char *format, ...)
{
    char now[UTC_TIME_SIZE];
    va_list arguments;

    if (!verbose) {
        return;
    }
    va_start(arguments, format);
    say_line(utc_time(now, wall_clock_ms()), format, arguments);
    va_end(arguments);
}

void say_log(void *user, ddblock_log_level level, const char *message)
{
    (void)user;
    say_verbosely(level <= DDBLOCK_LOG_INFO, "%s", message);
}

char *utc_time(char *target, int64_t unix_ms)
{
    int64_t seconds = unix_ms / 1000 - (unix_ms % 1000 < 0);
    int milliseconds = (int)((unix_ms % 1000 + 1000) % 1000);
    struct tm parts = {0};
    time_t time = (time_t)seconds;
    size_t used;

    if (gmtime_r(&time, &parts) == NULL) {
        target[0] = '?';
        target[1] = '\0';
        return target;
    }
    used = strftime(target, UTC_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(target + used, UTC_TIME_SIZE - used, ".%03dZ", milliseconds);
    return target;
}

int64_t wall_clock_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
