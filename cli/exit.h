/* exit.h - what the tool's exit statuses mean, and how it says what went wrong. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include <ddblock/ddblock.h>

/* The numbers of sysexits.h, where that has a fitting one, as flock(1) uses them too. */
enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 64,         /* EX_USAGE: the command line is wrong */
    EXIT_STORE = 69,         /* EX_UNAVAILABLE: not reachable, or it refuses us */
    EXIT_FAULT = 70,         /* EX_SOFTWARE: our own fault, or the machine's */
    EXIT_HOLD_FILE = 73,     /* EX_CANTCREAT: the hold file is in use, or cannot be made */
    EXIT_OUTPUT = 74,        /* EX_IOERR: standard output takes no more */
    EXIT_NOT_ACQUIRED = 75,  /* EX_TEMPFAIL: not in time; later it may go well */
    EXIT_LOST = 76,          /* the lock was lost, or was about to be */
    EXIT_CONFIGURATION = 78, /* EX_CONFIG: configuration, credentials or table */
    EXIT_CANNOT_EXECUTE = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_SIGNAL = 128, /* plus the signal's number, as shells say it */
};

/* The exit status for a status of the library: the only place that maps them. */
int exit_from_status(ddblock_status status);

/* Fills in the error (if there is one) with a sentence about the command line, and returns
 * DDBLOCK_INVALID. */
ddblock_status usage_error(ddblock_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As usage_error, for any status. */
ddblock_status error_set(ddblock_error *error, ddblock_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says the error on standard error and returns its exit status. */
int fail_with(const ddblock_error *error);

/* As fail_with, of an error that is about the lock of that name. */
int fail_for(const char *shown, const ddblock_error *error);

/* Ends standard output. Returns status, but EXIT_OUTPUT (and a sentence) where what was
 * written did not get through and status is EXIT_DONE: a full disk must not look like
 * success. */
int finish_output(int status);

#endif
