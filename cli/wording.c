/* wording.c - the library's sentences about its options, in the words of the command line. */
#include "wording.h"

#include <stdio.h>
#include <string.h>

#include "exit.h"
#include "options.h"

static const struct {
    const char *library;
    const char *option;
    const char *unit; /* of the number behind it, which people write with one of their own */
} words[] = {
    {"lock_table", "table", ""},
    {"partition_key", "partition-key", ""},
    {"sort_key", "sort-key", ""},
    {"the option region", "region", ""},
    {"the option endpoint", "endpoint", ""},
    {"the option profile", "profile", ""},
    {"lease_duration_ms", "lease", " (in ms)"},
    {"heartbeat_period_ms", "heartbeat", " (in ms)"},
    {"acquire_period_ms", "acquire-period", " (in ms)"},
    {"poll_period_ms", "poll", " (in ms)"},
    {"settle_ms", "settle", " (in ms)"},
    {"retry_count", "retries", ""},
    {"drift_ppm", "drift-ppm", ""},
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]) };

/* The first place where one of the words stands; NULL: there is none. */
static const char *find_word(const char *text, size_t *ret_index)
{
    const char *first = NULL;

    for (size_t i = 0; i < WORD_COUNT; i++) {
        const char *found = strstr(text, words[i].library);

        if (found != NULL && (first == NULL || found < first)) {
            first = found;
            *ret_index = i;
        }
    }
    return first;
}

const char *wording_translate(ddblock_error *error)
{
    char message[sizeof(error->message)] = "";
    const char *rest = error->message;
    const char *option = NULL;
    const char *found;
    size_t used = 0;
    size_t i = 0;

    while ((found = find_word(rest, &i)) != NULL && used < sizeof(message)) {
        used += (size_t)snprintf(message + used, sizeof(message) - used, "%.*s--%s%s",
                                 (int)(found - rest), rest, words[i].option, words[i].unit);
        rest = found + strlen(words[i].library);
        option = option != NULL ? option : words[i].option;
    }
    if (used < sizeof(message)) { /* what does not fit is cut, as in every error */
        (void)snprintf(message + used, sizeof(message) - used, "%s", rest);
    }
    memcpy(error->message, message, sizeof(message));
    return option;
}

int fail_to_open(const ddblock_error *error)
{
    ddblock_error worded = *error;
    const char *option = NULL;
    int status;

    if (error->status == DDBLOCK_INVALID) {
        option = wording_translate(&worded);
    }
    if (option != NULL) {
        return options_fail_about(option, &worded);
    }
    status = fail_with(&worded);
    return status == EXIT_USAGE ? EXIT_CONFIGURATION : status;
}
