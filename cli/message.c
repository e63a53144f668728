/* message.c - lines on standard error.
 *
 * A line is one write(2), so that lines of the library's thread, of ours and of the command
 * do not mix. */
#include "message.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"

/* Room for an error's 508 bytes, two escaped names and the words between them. What is
 * longer is cut. */
enum { SENTENCE_BYTES_MAX = 4096 };

/* A byte takes six at most, as \u0000: a lock's name of 2048, a sort key of 1024, the sentence,
 * and what is between them. */
enum { JSON_BYTES_MAX = 6 * (2048 + 1024 + SENTENCE_BYTES_MAX) + 256 };

enum audience { AUDIENCE_ALWAYS, AUDIENCE_MOSTLY, AUDIENCE_VERBOSELY };

static const struct {
    const char *name;
    enum audience audience;
} events[] = {
#define MESSAGE_ROW(name, text, audience) {text, AUDIENCE_##audience},
    MESSAGE_MAP(MESSAGE_ROW)
#undef MESSAGE_ROW
};

/* How long a line waits for whoever reads, while a command is guarded: a pager or a log that is
 * slow catches up in that time, and against a lease it is little. */
enum { ROOM_MS_MAX = 20 };

static atomic_bool hurried;

/* There is one standard error. */
static struct message_options options;
static _Atomic uint64_t current_token;

void message_setup(const struct message_options *new_options)
{
    options = *new_options;
}

void message_set_token(uint64_t token)
{
    atomic_store_explicit(&current_token, token, memory_order_relaxed);
}

bool message_is_told(enum message_event event)
{
    switch (events[event].audience) {
    case AUDIENCE_VERBOSELY:
        return options.verbose || options.json;
    case AUDIENCE_MOSTLY:
        return !options.quiet;
    case AUDIENCE_ALWAYS:
        break;
    }
    return true;
}

void say_hurriedly(bool hurry)
{
    atomic_store(&hurried, hurry);
}

/* False if a line would have to wait. A pipe has room where it takes PIPE_BUF bytes (pipe(7)); a
 * terminal after ^S has none. */
static bool has_room(void)
{
    struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&fd, 1, ROOM_MS_MAX) != 0;
}

/* Where standard error is full or closed there is nobody left to tell. */
static void write_line(const char *line, size_t size)
{
    if (!atomic_load(&hurried) || has_room()) {
        (void)!write(STDERR_FILENO, line, size);
    }
}

static void write_text(const char *sentence)
{
    char line[SENTENCE_BYTES_MAX + UTC_TIME_SIZE + 16];
    char now[UTC_TIME_SIZE] = "";
    int size;

    if (options.verbose) {
        (void)utc_time(now, wall_clock_ms());
    }
    size =
        snprintf(line, sizeof(line), "ddblock: %s%s%s\n", now, now[0] != '\0' ? " " : "", sentence);
    write_line(line, (size_t)size);
}

/* Appends ,"name":"text" if there is a text. */
static size_t append_field(char *line, size_t used, size_t size, const char *name, const char *text)
{
    if (text == NULL) {
        return used;
    }
    used += (size_t)snprintf(line + used, size - used, ",\"%s\":", name);
    return used + json_quote(line + used, size - used, text, strlen(text));
}

/* Returns the size of the line. */
static size_t make_json(char *line, size_t size, enum message_event event, const char *sentence,
                        bool with_names)
{
    uint64_t token = atomic_load_explicit(&current_token, memory_order_relaxed);
    size_t room = size - 6 * SENTENCE_BYTES_MAX - 64; /* for what comes before it */
    char now[UTC_TIME_SIZE];
    size_t used;

    used = (size_t)snprintf(line, size, "{\"time\":\"%s\",\"event\":\"%s\"",
                            utc_time(now, wall_clock_ms()), events[event].name);
    if (with_names) {
        used = append_field(line, used, room - 6 * 1024, "lock", options.lock);
        used = append_field(line, used, room, "sort", options.sort);
    }
    if (token != 0) {
        used += (size_t)snprintf(line + used, size - used, ",\"token\":%" PRIu64, token);
    }
    used = append_field(line, used, size - 3, "message", sentence);
    line[used++] = '}';
    line[used++] = '\n';
    return used;
}

static void write_json(enum message_event event, const char *sentence)
{
    char line[JSON_BYTES_MAX];
    size_t size = make_json(line, sizeof(line), event, sentence, true);

    /* Names may be so long that a pipe which has room does not take all of the line. */
    if (size > PIPE_BUF && atomic_load(&hurried)) {
        size = make_json(line, sizeof(line), event, sentence, false);
    }
    write_line(line, size);
}

static void say_list(enum message_event event, const char *format, va_list arguments)
{
    char sentence[SENTENCE_BYTES_MAX];

    if (!message_is_told(event)) {
        return;
    }
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    if (options.json) {
        write_json(event, sentence);
    } else {
        write_text(sentence);
    }
}

void say_event(enum message_event event, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_list(event, format, arguments);
    va_end(arguments);
}

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say_list(MESSAGE_ERROR, format, arguments);
    va_end(arguments);
}

void say_raw(const char *text)
{
    write_line(text, strlen(text));
}

void say_log(void *user, ddblock_log_level level, const char *message)
{
    (void)user;
    if (level <= DDBLOCK_LOG_INFO) {
        say_event(MESSAGE_LIBRARY, "%s", message);
    }
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
