/* exit.c - exit statuses, errors, and the end of standard output. */
#include "exit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

int exit_from_status(ddblock_status status)
{
    switch (status) {
    case DDBLOCK_OK:
        return EXIT_DONE;
    case DDBLOCK_INVALID:
        return EXIT_USAGE;
    case DDBLOCK_NOT_ACQUIRED:
    case DDBLOCK_PENDING:
    case DDBLOCK_CANCELLED:
        return EXIT_NOT_ACQUIRED;
    case DDBLOCK_LOST:
        return EXIT_LOST;
    case DDBLOCK_IN_DOUBT:
    case DDBLOCK_UNAVAILABLE:
    case DDBLOCK_THROTTLED:
    case DDBLOCK_DENIED:
        return EXIT_STORE;
    case DDBLOCK_NO_CREDENTIALS:
    case DDBLOCK_NO_TABLE:
    case DDBLOCK_WRONG_SCHEMA:
    case DDBLOCK_WRONG_KIND:
    case DDBLOCK_BAD_ITEM:
        return EXIT_CONFIGURATION;
    case DDBLOCK_NO_MEMORY:
    case DDBLOCK_FORKED:
    case DDBLOCK_INTERNAL:
        return EXIT_FAULT;
    }
    return EXIT_FAULT;
}

static ddblock_status set(ddblock_error *error, ddblock_status status, const char *format,
                          va_list arguments)
{
    if (error != NULL) {
        error->status = status;
        (void)vsnprintf(error->message, sizeof(error->message), format, arguments);
    }
    return status;
}

ddblock_status usage_error(ddblock_error *error, const char *format, ...)
{
    va_list arguments;
    ddblock_status status;

    va_start(arguments, format);
    status = set(error, DDBLOCK_INVALID, format, arguments);
    va_end(arguments);
    return status;
}

ddblock_status error_set(ddblock_error *error, ddblock_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    status = set(error, status, format, arguments);
    va_end(arguments);
    return status;
}

static const char *sentence(const ddblock_error *error)
{
    return error->message[0] != '\0' ? error->message : ddblock_status_text(error->status);
}

static enum message_event event_for(ddblock_status status)
{
    return status == DDBLOCK_NOT_ACQUIRED ? MESSAGE_NOT_ACQUIRED : MESSAGE_ERROR;
}

int fail_with(const ddblock_error *error)
{
    say_event(event_for(error->status), "%s", sentence(error));
    return exit_from_status(error->status);
}

int fail_for(const char *shown, const ddblock_error *error)
{
    say_event(event_for(error->status), "%s: %s", shown, sentence(error));
    return exit_from_status(error->status);
}

int finish_output(int status)
{
    int failed = ferror(stdout);

    errno = 0;
    if (fclose(stdout) != 0) {
        failed = 1;
    }
    if (failed && status == EXIT_DONE) {
        say("standard output cannot be written: %s",
            errno != 0 ? strerror(errno) : "an earlier write failed");
        return EXIT_OUTPUT;
    }
    return status;
}
