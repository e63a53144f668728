/* message.h - lines on standard error, which the command shares. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

/* Says one sentence: "ddblock: …". */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says it with the time, if it was asked for with -v. */
void say_verbosely(bool verbose, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From now on, on all threads: a line that nobody takes is dropped, not waited for. For as long as
 * a command is guarded: neither its end nor a heartbeat may wait for a reader. */
void say_hurriedly(bool hurry);

/* A ddblock_log_function for -v; user is not looked at. */
void say_log(void *user, ddblock_log_level level, const char *message);

enum { UTC_TIME_SIZE = sizeof("-2147483648-01-01T00:00:00.000Z") };

/* Writes the instant as 2026-11-25T10:00:00.123Z, "?" if no calendar has it. Returns target,
 * which has UTC_TIME_SIZE bytes. */
char *utc_time(char *target, int64_t unix_ms);

/* The wall clock, in milliseconds since the epoch: for people only. */
int64_t wall_clock_ms(void);

#endif
