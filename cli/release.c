/* release.c - ddblock release: gives back what acquire holds. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "exit.h"
#include "held.h"
#include "keeping.h"
#include "message.h"

/* A release is tried for 30 seconds, and a request under way before it takes 5. */
enum { HOLDER_MS_MAX = 60000 };

const struct option release_options[] = {
    HELD_HOLD_FILE_ENTRY,
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs("Usage: ddblock release --hold-file PATH\n"
                "\n"
                "Gives back the lock that \"ddblock acquire\" holds, waits for the outcome, and\n"
                "removes the hold file.\n"
                "\n",
                stdout);
    options_print(stdout, release_options);
    (void)fputs(
        "\n" OPTIONS_SOURCES_HELP "\n"
        "Exit status: 0 released; 64 wrong usage; 69 in doubt: it may stay locked for the rest of\n"
        "its lease, or, if it fails closed, until it is released again or broken, and the hold\n"
        "file stays; 70 a fault of ddblock or the machine; 75 there is no such file: nothing is\n"
        "held; 76 the lock was lost before; 78 configuration or credentials are wrong, or the\n"
        "file is no hold file.\n",
        stdout);
}

/* Lets the holder release the lock. False: it does not end. */
static bool end_holder(struct hold_file *file, int fd)
{
    struct pollfd holder = {.fd = fd, .events = POLLIN};
    int64_t until_ms = boot_clock_ms() + HOLDER_MS_MAX;
    bool ended = false;

    (void)process_signal(fd, SIGTERM);
    (void)process_signal(fd, SIGCONT); /* a stopped one could not act on it */
    while (!ended && boot_clock_ms() < until_ms) {
        ended = poll(&holder, 1, 1000) == 1;
    }
    hold_file_refresh(file);
    return ended;
}

static int lost(struct hold_file *file, const char *why)
{
    say_event(MESSAGE_LOST, "%s was lost before it could be given back: %s", file->place.shown,
              why);
    hold_file_remove(file);
    return EXIT_LOST;
}

/* The holder has died of something else than its work. */
static int release_for_dead(struct hold_file *file)
{
    char left[DURATION_TEXT_SIZE];
    char why[DURATION_TEXT_SIZE + 128];
    int64_t left_ms = hold_file_remaining_ms(file);
    int status;

    if (left_ms == 0) {
        return lost(file, "its lease is over");
    }
    if (file->export[0] == '\0') {
        (void)snprintf(why, sizeof(why),
                       "the process that held it has died; it stays locked for %s at most",
                       duration_text(left, left_ms));
        return lost(file, why);
    }
    status = keeping_release_exported(file);
    if (status == EXIT_LOST) {
        hold_file_remove(file);
    }
    return status;
}

static int release(struct hold_file *file)
{
    int fd = -1;

    if (hold_file_holder(file, &fd)) {
        bool ended = end_holder(file, fd);

        (void)close(fd);
        if (!ended) {
            say_event(MESSAGE_IN_DOUBT, "%s: the process that holds it, %d, does not end",
                      file->place.shown, (int)file->holder.pid);
            return EXIT_STORE;
        }
    }
    switch (file->state) {
    case HOLD_RELEASED:
        hold_file_remove(file);
        return EXIT_DONE;
    case HOLD_LOST:
        return lost(file, "what was done after the loss was not guarded");
    case HOLD_IN_DOUBT:
        if (file->export[0] == '\0') {
            say_event(MESSAGE_IN_DOUBT, "%s may stay locked for the rest of its lease",
                      file->place.shown);
            hold_file_remove(file);
            return EXIT_STORE;
        }
        break;
    case HOLD_HELD:
        break;
    }
    return release_for_dead(file);
}

int command_release(int argc, char **argv)
{
    static struct hold_file file; /* large */
    struct held_request request = {0};
    int status = held_open(&file, release_options, argc, argv, &request);

    if (request.help) {
        print_help();
    } else if (status == EXIT_DONE) {
        status = release(&file);
    }
    hold_file_finish(&file);
    return status;
}
