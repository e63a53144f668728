/* watch.c - ddblock watch: shows locks as they change. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "events.h"
#include "exit.h"
#include "message.h"
#include "observe.h"
#include "place.h"
#include "process.h"
#include "reader.h"
#include "view.h"
#include "wording.h"

/* How often the bars grow. */
enum { REDRAW_MS = 500 };

/* Below that nobody sees more, and the store has a bill. */
enum { PERIOD_MS_MIN = 100 };

enum { WATCH_PERIOD = OPTIONS_OWN, WATCH_LINES };

const struct option watch_options[] = {
    PLACE_ENTRIES,
    {WATCH_PERIOD, 0, "period", "DURATION", "how often to look; default 1s"},
    {WATCH_LINES, 0, "lines", NULL, "write changes as lines, on a terminal too"},
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock watch (--table NAME | --file PATH) [OPTIONS] [LOCK ...]\n"
        "\n"
        "Shows these locks, or all, on the whole screen: who holds them, the time since the\n"
        "last heartbeat was seen as a bar that is full when the lease is over, and what has\n"
        "changed. A lock is stale when no heartbeat was seen for a whole lease: its holder is\n"
        "dead. Where standard output is no terminal, changes are written as lines. Every look\n"
        "at all locks reads the whole table: with many, name those that matter.\n"
        "\n",
        stdout);
    options_print(stdout, watch_options);
    (void)fputs(
        "\nq quits; arrows (or j, k), page up and down, home and end show more locks than fit.\n"
        "Colours are left out where NO_COLOR is set. Who waits for a lock cannot be shown:\n"
        "waiters only read, and leave nothing in the table.\n"
        "\n" PLACE_KEY_HELP "\n" OPTIONS_SOURCES_HELP "\n"
        "Exit status: 0 after q; 128 + N after signal N; 64 wrong usage; 69 the store\n"
        "cannot be reached or refuses; 70 a fault of ddblock or the machine; 74 standard\n"
        "output cannot be written; 78 configuration, credentials or table are wrong.\n",
        stdout);
}

struct watch {
    struct place place;
    struct listing wanted; /* none: all */
    int64_t period_ms;
    bool lines;

    ddblock_store *store;
    struct events events;
    struct reader reader;
    struct listing locks; /* as of the last look that went well */
    struct view view;
    ddblock_error failure; /* the first look cannot go well */
};

static ddblock_status take(void *user, int id, const char *value, ddblock_error *error)
{
    struct watch *watch = user;

    if (id == WATCH_LINES) {
        watch->lines = true;
        return DDBLOCK_OK;
    }
    if (duration_parse("--period", value, &watch->period_ms, error) != DDBLOCK_OK) {
        return DDBLOCK_INVALID;
    }
    return watch->period_ms >= PERIOD_MS_MIN
               ? DDBLOCK_OK
               : usage_error(error, "--period: at least %d ms", PERIOD_MS_MIN);
}

static ddblock_status parse(struct watch *watch, struct options *options, bool *ret_help,
                            ddblock_error *error)
{
    ddblock_status status = place_take(&watch->place, options, take, watch, ret_help, error);

    if (status != DDBLOCK_OK || *ret_help) {
        return status;
    }
    if (options->next == options->argc) {
        if (watch->place.sort_value != NULL) {
            return usage_error(error, "--sort is for the LOCKs that are named");
        }
        return place_check_where(&watch->place, error);
    }
    for (int i = options->next; i < options->argc && status == DDBLOCK_OK; i++) {
        ddblock_info unknown = {0};
        ddblock_id id;

        status = place_complete(&watch->place, options->argv[i], error);
        if (status == DDBLOCK_OK) {
            id = place_id(&watch->place);
            status = listing_add(&watch->wanted, &id, &unknown, NULL, error);
        }
    }
    listing_sort(&watch->wanted);
    return status;
}

static void tell_change(void *user, const char *sentence)
{
    struct watch *watch = user;
    char time[UTC_TIME_SIZE];

    view_add_change(&watch->view, wall_clock_ms(), sentence);
    if (watch->lines) {
        (void)printf("%s %s\n", utc_time(time, wall_clock_ms()), sentence);
        (void)fflush(stdout);
    }
}

static void tell_trouble(struct watch *watch, const ddblock_error *error)
{
    if (!watch->view.looked && ddblock_status_class(error->status) != DDBLOCK_CLASS_RETRY) {
        watch->failure = *error;
    }
    if (watch->lines && watch->failure.status == DDBLOCK_OK &&
        strcmp(watch->view.trouble, error->message) != 0) {
        say("%s", error->message);
    }
    (void)snprintf(watch->view.trouble, sizeof(watch->view.trouble), "%s", error->message);
}

static void take_look(struct watch *watch)
{
    struct look look;

    if (!reader_take(&watch->reader, &look)) {
        return;
    }
    if (look.error.status != DDBLOCK_OK) {
        tell_trouble(watch, &look.error);
        listing_finish(&look.locks);
        return;
    }
    if (watch->view.looked) {
        observe(&watch->locks, &look.locks, look.asked_ms, tell_change, watch);
    } else if (watch->lines) {
        for (size_t i = 0; i < look.locks.count; i++) {
            observe_first(&look.locks.locks[i], tell_change, watch);
        }
    }
    watch->view.looked = true;
    watch->view.trouble[0] = '\0';
    listing_finish(&watch->locks);
    watch->locks = look.locks;
}

/* False if the terminal takes no more. */
static bool draw(const struct watch *watch)
{
    size_t size = 0;
    size_t written = 0;
    char *picture = view_draw(&watch->view, screen_size(), boot_clock_ms(), wall_clock_ms(), &size);

    while (picture != NULL && written < size) {
        ssize_t count = write(STDOUT_FILENO, picture + written, size - written);

        if (count <= 0 && errno != EINTR) {
            free(picture);
            return false;
        }
        written += count > 0 ? (size_t)count : 0;
    }
    free(picture);
    return true;
}

/* Gives the terminal back while we are stopped. */
static void stop(struct watch *watch, int signal)
{
    if (watch->lines) {
        (void)events_stop_self(signal);
        return;
    }
    screen_leave();
    (void)events_stop_self(signal);
    screen_enter();
}

/* The exit status if it is time to end; -1 if not. */
static int take_signals_and_keys(struct watch *watch)
{
    int signal;
    int key;

    while ((signal = events_take(&watch->events)) != 0) {
        if (signal_ends(signal)) {
            return EXIT_SIGNAL + signal;
        }
        if (signal == SIGTSTP) {
            stop(watch, signal);
        }
    }
    while ((key = screen_key()) != SCREEN_NO_KEY) {
        if (key == 'q' || key == 'Q') {
            return EXIT_DONE;
        }
        view_scroll(&watch->view, screen_size(), key);
    }
    return -1;
}

static int show_changes(struct watch *watch)
{
    int status = -1;

    if (!watch->lines) {
        screen_enter();
    }
    while (status < 0) {
        take_look(watch);
        if (watch->failure.status != DDBLOCK_OK) {
            break;
        }
        if (watch->lines ? ferror(stdout) != 0 : !draw(watch)) {
            status = EXIT_OUTPUT;
            break;
        }
        events_wait(&watch->events, NULL, watch->lines ? INT64_MAX : REDRAW_MS);
        screen_take_resize();
        status = take_signals_and_keys(watch);
    }
    screen_leave();
    return watch->failure.status != DDBLOCK_OK ? fail_with(&watch->failure) : status;
}

static int watch_locks(struct watch *watch)
{
    ddblock_error error = {0};
    int status;

    watch->lines = watch->lines || !screen_is_there();
    watch->view.colour = screen_has_colour();
    watch->view.utf8 = screen_has_utf8();
    watch->view.where = watch->place.table != NULL ? watch->place.table : watch->place.file;
    watch->view.locks = &watch->locks;
    if (reader_start(&watch->reader, watch->store, &watch->wanted, watch->period_ms, &error) !=
        DDBLOCK_OK) {
        return fail_with(&error);
    }
    watch->events.other_fd = watch->lines ? watch->reader.fd : screen_watch(watch->reader.fd);
    if (watch->events.other_fd < 0) {
        (void)error_set(&error, DDBLOCK_INTERNAL, "no descriptor for the screen: %s",
                        strerror(errno));
        status = fail_with(&error);
    } else {
        status = show_changes(watch);
    }
    if (!reader_stop(&watch->reader)) {
        watch->store = NULL; /* still in use */
    } else {
        listing_finish(&watch->wanted);
    }
    listing_finish(&watch->locks);
    return status;
}

int command_watch(int argc, char **argv)
{
    static struct watch watch; /* its reader may outlive this function */
    struct options options;
    ddblock_error error = {0};
    bool help = false;
    int status;

    watch.period_ms = 1000;
    options_init(&options, watch_options, argc, argv);
    if (parse(&watch, &options, &help, &error) != DDBLOCK_OK) {
        listing_finish(&watch.wanted);
        return options_fail(&options, &error);
    }
    if (help) {
        print_help();
        return EXIT_DONE;
    }
    screen_prepare();
    if (events_open(&watch.events, &error) != DDBLOCK_OK) {
        return fail_with(&error);
    }
    if (place_open_to_look(&watch.place, &watch.store, &error) != DDBLOCK_OK) {
        listing_finish(&watch.wanted);
        return fail_to_open(&error);
    }
    status = watch_locks(&watch);
    ddblock_store_close(watch.store);
    events_close(&watch.events);
    return status;
}
