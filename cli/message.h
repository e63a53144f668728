/* message.h - lines on standard error, which the command shares: for people, or with --json-log
 * for programs. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

/* What can be told: its name for programs, and who is told: ALWAYS everybody, MOSTLY not with
 * --quiet, VERBOSELY only with --verbose or --json-log. */
#define MESSAGE_MAP(X)                                                                             \
    X(ERROR, "error", ALWAYS)                                                                      \
    X(WAITING, "waiting", VERBOSELY) /* a holder was seen */                                       \
    X(ACQUIRED, "acquired", VERBOSELY)                                                             \
    X(NOT_ACQUIRED, "not-acquired", MOSTLY)                                                        \
    X(CANCELLED, "cancelled", VERBOSELY) /* the wait was ended, by a signal say */                 \
    X(STARTED, "started", VERBOSELY)     /* the command */                                         \
    X(ENDED, "ended", VERBOSELY)         /* the command */                                         \
    X(SIGNAL, "signal", VERBOSELY)       /* one was handed on */                                   \
    X(STOPPED, "stopped", MOSTLY)                                                                  \
    X(AT_RISK, "at-risk", ALWAYS) /* the lock is about to be lost */                               \
    X(LOST, "lost", ALWAYS)                                                                        \
    X(RELEASED, "released", VERBOSELY)                                                             \
    X(IN_DOUBT, "in-doubt", ALWAYS)  /* it may stay locked */                                      \
    X(LIBRARY, "library", VERBOSELY) /* a line of the library's log */

enum message_event {
#define MESSAGE_ENUM(name, text, audience) MESSAGE_##name,
    MESSAGE_MAP(MESSAGE_ENUM)
#undef MESSAGE_ENUM
};

struct message_options {
    bool quiet;
    bool verbose; /* with times */
    bool json;
    const char *lock; /* for programs; NULL: not known yet */
    const char *sort;
};

/* Before there is another thread. The strings must stay. */
void message_setup(const struct message_options *options);

/* The token that is told to programs from now on; 0: none. From any thread. */
void message_set_token(uint64_t token);

/* True if events of that kind are told. */
bool message_is_told(enum message_event event);

/* Tells one sentence. */
void say_event(enum message_event event, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells what went wrong: MESSAGE_ERROR. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From now on, on all threads: a line that nobody takes is dropped, not waited for. For as long as
 * a lock is waited for or guarded: neither a signal, nor its end, nor a heartbeat may wait for a
 * reader. */
void say_hurriedly(bool hurry);

/* Writes the text as it is: for a line on a terminal that is written over. */
void say_raw(const char *text);

/* A ddblock_log_function; user is not looked at. */
void say_log(void *user, ddblock_log_level level, const char *message);

enum { UTC_TIME_SIZE = sizeof("-2147483648-01-01T00:00:00.000Z") };

/* Writes the instant as 2026-11-25T10:00:00.123Z, "?" if no calendar has it. Returns target,
 * which has UTC_TIME_SIZE bytes. */
char *utc_time(char *target, int64_t unix_ms);

/* The wall clock, in milliseconds since the epoch: for people only. */
int64_t wall_clock_ms(void);

#endif
