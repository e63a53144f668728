/* break.c - ddblock break: ends a lock whose holder is dead or must stop. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "exit.h"
#include "message.h"
#include "number.h"
#include "place.h"
#include "process.h"
#include "report.h"
#include "waiting.h"
#include "wording.h"

/* The owner of a lock is at most 255 bytes; the library cuts what is longer. */
enum { OWNER_BYTES_MAX = 255 };

/* 2^53 - 1, the largest that a token can be. */
#define TOKEN_MAX INT64_C(9007199254740991)

/* For how long heartbeats are looked for before the question: those of the default lease come
 * within. And how often. */
enum { WATCH_MS_MAX = 5000, LOOK_MS = 500 };

/* How often a lock is broken anew whose holder has sent a heartbeat between the look and the break:
 * once is rare. */
enum { BREAKS_MAX = 5 };

/* Not from a file: who breaks a lock says so then and there. */
enum { BREAK_YES = OPTIONS_LINE_ONLY, BREAK_IF_TOKEN, BREAK_IF_OWNER };

const struct option break_options[] = {
    PLACE_ENTRIES,
    {BREAK_IF_TOKEN, 0, "if-token", "N", "only if that is its fencing token"},
    {BREAK_IF_OWNER, 0, "if-owner", "TEXT", "only if that is its owner"},
    {BREAK_YES, 'y', "yes", NULL, "do not ask"},
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock break (--table NAME | --file PATH) [OPTIONS] LOCK\n"
        "\n"
        "Shows who holds LOCK and, after a yes, ends it: one that fails open is released and\n"
        "its tokens go on rising, one that fails closed is deleted. Before it asks, it watches\n"
        "for heartbeats, for five seconds at most, and tells what it saw. Nothing is done if\n"
        "somebody else holds the lock meanwhile. A holder that is alive learns of it at its\n"
        "next heartbeat, one that fails closed at its release: until then it goes on.\n"
        "\n",
        stdout);
    options_print(stdout, break_options);
    (void)fputs(
        "\n" PLACE_KEY_HELP "\n"
        "Exit status: 0 broken, or free already; 64 wrong usage, or nobody to ask without\n"
        "--yes; 69 the store cannot be reached, refuses, or did not answer; 70 a fault of\n"
        "ddblock or the machine; 75 the answer was no, the conditions do not hold, or\n"
        "the lock changed meanwhile; 78 configuration, credentials or table are wrong, or the\n"
        "item is no lock.\n",
        stdout);
}

struct request {
    bool yes;
    int64_t token;     /* 0: any */
    const char *owner; /* NULL: any */
};

static ddblock_status take(void *user, int id, const char *value, ddblock_error *error)
{
    struct request *request = user;

    switch (id) {
    case BREAK_IF_TOKEN:
        return number_parse("--if-token", value, 1, TOKEN_MAX, &request->token, error);
    case BREAK_IF_OWNER:
        request->owner = value;
        if (value[0] == '\0' || strlen(value) > OWNER_BYTES_MAX) {
            return usage_error(error, "--if-owner: an owner has 1 to %d bytes", OWNER_BYTES_MAX);
        }
        return DDBLOCK_OK;
    default:
        request->yes = true;
        return DDBLOCK_OK;
    }
}

/* Who holds a lock may have changed since somebody saw it, and decided to end that. */
static ddblock_status check_conditions(const struct request *request, const ddblock_info *info,
                                       ddblock_error *error)
{
    char holder[ESCAPED_SIZE + 64];

    if ((request->token != 0 && info->fencing_token != (uint64_t)request->token) ||
        (request->owner != NULL && strcmp(info->owner, request->owner) != 0)) {
        return error_set(error, DDBLOCK_NOT_ACQUIRED, "the lock was left alone: it is held by %s",
                         holder_text(holder, sizeof(holder), info));
    }
    return DDBLOCK_OK;
}

static bool is_same_version(const ddblock_info *a, const ddblock_info *b)
{
    return memcmp(a->version, b->version, sizeof(a->version)) == 0;
}

/* The same acquisition, a heartbeat later perhaps: each has a token of its own. One that fails
 * closed has none, but no heartbeats either. */
static bool is_same_acquisition(const ddblock_info *a, const ddblock_info *b)
{
    return a->kind == b->kind && strcmp(a->owner, b->owner) == 0 &&
           a->fencing_token == b->fencing_token && (a->fencing_token != 0 || is_same_version(a, b));
}

/* Watches a lock that fails open until a heartbeat of its holder is seen, an answer is typed, or
 * the time is over, and tells what came of it. *info becomes what was read last. */
static ddblock_status watch_heartbeat(ddblock_store *store, const ddblock_id *id,
                                      ddblock_info *info, ddblock_error *error)
{
    struct pollfd answer = {.fd = STDIN_FILENO, .events = POLLIN};
    int64_t since_ms = boot_clock_ms();
    int64_t lease_ms = info->lease_duration_ms;
    int64_t asked_ms = since_ms;
    char text[DURATION_TEXT_SIZE];

    if (isatty(STDOUT_FILENO) == 1) { /* to be written over */
        (void)printf("heartbeat     watching ...\r");
        (void)fflush(stdout);
    }
    while (asked_ms - since_ms < WATCH_MS_MAX && asked_ms - since_ms <= lease_ms &&
           poll(&answer, 1, LOOK_MS) == 0) {
        ddblock_info now = {0};
        ddblock_status status;

        asked_ms = boot_clock_ms();
        status = ddblock_show(store, id, &now, error);
        if (status != DDBLOCK_OK) {
            return status;
        }
        if (now.kind != info->kind || !is_same_version(info, &now)) { /* a release keeps it */
            (void)printf("heartbeat     %s\n", is_same_acquisition(info, &now)
                                                   ? "seen now: the holder is alive"
                                                   : "the lock is not that holder's any more");
            *info = now;
            return DDBLOCK_OK;
        }
        if (ddblock_info_is_stale(info, &now, asked_ms - since_ms) == 1) {
            (void)printf("heartbeat     none for the whole lease: the holder is dead\n");
            return DDBLOCK_OK;
        }
    }
    if (asked_ms > since_ms) {
        (void)printf("heartbeat     none was seen for %s\n",
                     duration_text(text, asked_ms - since_ms));
    } else {
        (void)printf("heartbeat     not watched for\n");
    }
    return DDBLOCK_OK;
}

/* Breaks the lock if it still is the one that was shown, heartbeats aside. */
static ddblock_status break_shown(ddblock_store *store, const ddblock_id *id,
                                  const ddblock_info *shown, ddblock_error *error)
{
    ddblock_info now = *shown;
    ddblock_status status = DDBLOCK_OK;

    for (int i = 0; i < BREAKS_MAX; i++) {
        status = ddblock_break(store, id, &now, error);
        if (status != DDBLOCK_NOT_ACQUIRED) {
            return status;
        }
        status = ddblock_show(store, id, &now, error);
        if (status != DDBLOCK_OK) {
            return status;
        }
        if (!is_same_acquisition(shown, &now)) {
            break;
        }
    }
    return error_set(error, DDBLOCK_NOT_ACQUIRED,
                     "the lock was left alone: it has changed since it was shown");
}

/* Asks on the terminal. Only "y" and "yes" are a yes. */
static bool ask(void)
{
    char answer[16];

    (void)dprintf(STDERR_FILENO, "Break it? [y/N] ");
    if (fgets(answer, sizeof(answer), stdin) == NULL) {
        (void)dprintf(STDERR_FILENO, "\n");
        return false;
    }
    answer[strcspn(answer, "\n")] = '\0';
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

/* What was seen of the holder's heartbeats, which only a lock that fails open has. With --yes
 * nobody would read it. */
static ddblock_status tell_heartbeat(ddblock_store *store, const ddblock_id *id,
                                     const struct request *request, ddblock_info *info,
                                     ddblock_error *error)
{
    ddblock_info shown = *info;
    ddblock_status status;

    if (info->kind != DDBLOCK_ITEM_FAIL_OPEN) {
        return DDBLOCK_OK;
    }
    if (request->yes) {
        (void)printf("heartbeat     not watched for\n");
        (void)fflush(stdout);
        return DDBLOCK_OK;
    }
    status = watch_heartbeat(store, id, info, error);
    (void)fflush(stdout);
    if (status == DDBLOCK_OK && !is_same_acquisition(&shown, info)) {
        return error_set(error, DDBLOCK_NOT_ACQUIRED,
                         "the lock was left alone: it has changed since it was shown");
    }
    return status;
}

/* Shows the lock, asks, and breaks it if it is still the one that was shown. */
static ddblock_status break_lock(ddblock_store *store, const struct place *place,
                                 const struct request *request, ddblock_error *error)
{
    ddblock_id id = place_id(place);
    ddblock_info info = {0};
    char holder[ESCAPED_SIZE + 64];
    ddblock_status status;

    status = ddblock_show(store, &id, &info, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    report_print(stdout, place->shown, &info, wall_clock_ms());
    (void)fflush(stdout); /* the lock is told before what becomes of it */
    if (info.kind == DDBLOCK_ITEM_ABSENT || info.kind == DDBLOCK_ITEM_RELEASED) {
        say("%s is free: there is nothing to break", place->shown);
        return DDBLOCK_OK;
    }
    if (info.kind == DDBLOCK_ITEM_BAD) {
        return error_set(error, DDBLOCK_BAD_ITEM,
                         "the item is not a well-formed lock: mend or delete it by hand");
    }
    status = check_conditions(request, &info, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    if (!request->yes && isatty(STDIN_FILENO) != 1) {
        return usage_error(error, "standard input is no terminal to ask on; give --yes to break "
                                  "the lock without asking");
    }
    status = tell_heartbeat(store, &id, request, &info, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    if (!request->yes && !ask()) {
        return error_set(error, DDBLOCK_NOT_ACQUIRED, "the lock was left alone");
    }
    status = break_shown(store, &id, &info, error);
    if (status == DDBLOCK_OK) {
        say("%s is broken: it was held by %s", place->shown,
            holder_text(holder, sizeof(holder), &info));
    }
    return status;
}

int command_break(int argc, char **argv)
{
    struct place place;
    struct options options;
    ddblock_store *store = NULL;
    ddblock_error error = {0};
    bool help = false;
    struct request request = {0};
    ddblock_status status;

    options_init(&options, break_options, argc, argv);
    status = place_parse(&place, &options, take, &request, &help, &error);
    if (status == DDBLOCK_OK && help) {
        print_help();
        return EXIT_DONE;
    }
    if (status != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (place_open_to_look(&place, &store, &error) != DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    status = break_lock(store, &place, &request, &error);
    ddblock_store_close(store);
    return status == DDBLOCK_OK ? EXIT_DONE : fail_for(place.shown, &error);
}
