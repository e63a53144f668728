/* break.c - ddblock break: ends a lock whose holder is dead or must stop. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "command.h"
#include "exit.h"
#include "message.h"
#include "place.h"
#include "report.h"

/* Not from a file: who breaks a lock says so then and there. */
enum { BREAK_YES = OPTIONS_LINE_ONLY };

const struct option break_options[] = {
    PLACE_ENTRIES,
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
        "its tokens go on rising, one that fails closed is deleted. Nothing is done if the\n"
        "lock has changed meanwhile, by a heartbeat even. A holder that is alive learns of it\n"
        "at its next heartbeat, one that fails closed at its release: until then it goes on.\n"
        "\n",
        stdout);
    options_print(stdout, break_options);
    (void)fputs("\n" PLACE_KEY_HELP "\n"
                "Exit status: 0 broken, or free already; 64 wrong usage, or nobody to ask without\n"
                "--yes; 69 the store cannot be reached, refuses, or did not answer; 70 a fault of\n"
                "ddblock or the machine; 75 the answer was no, or the lock changed meanwhile; 78\n"
                "configuration, credentials or table are wrong, or the item is no lock.\n",
                stdout);
}

/* Asks on the terminal. Only "y" and "yes" are a yes. */
static bool ask(void)
{
    char answer[16];

    (void)fflush(stdout);
    (void)dprintf(STDERR_FILENO, "Break it? [y/N] ");
    if (fgets(answer, sizeof(answer), stdin) == NULL) {
        (void)dprintf(STDERR_FILENO, "\n");
        return false;
    }
    answer[strcspn(answer, "\n")] = '\0';
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

/* Shows the lock, asks, and breaks it if it is still the one that was shown. */
static ddblock_status break_lock(ddblock_store *store, const struct place *place, bool yes,
                                 ddblock_error *error)
{
    ddblock_id id = place_id(place);
    ddblock_info info = {0};
    ddblock_status status;

    status = ddblock_show(store, &id, &info, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    report_print(stdout, place->shown, &info, wall_clock_ms());
    if (info.kind == DDBLOCK_ITEM_ABSENT || info.kind == DDBLOCK_ITEM_RELEASED) {
        say("%s is free: there is nothing to break", place->shown);
        return DDBLOCK_OK;
    }
    if (info.kind == DDBLOCK_ITEM_BAD) {
        return error_set(error, DDBLOCK_BAD_ITEM,
                         "the item is not a well-formed lock: mend or delete it by hand");
    }
    if (!yes && isatty(STDIN_FILENO) != 1) {
        return usage_error(error, "standard input is no terminal to ask on; give --yes to break "
                                  "the lock without asking");
    }
    if (!yes && !ask()) {
        return error_set(error, DDBLOCK_NOT_ACQUIRED, "the lock was left alone");
    }
    status = ddblock_break(store, &id, &info, error);
    if (status == DDBLOCK_OK) {
        say("%s is broken", place->shown);
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
    bool yes = false;
    ddblock_status status;

    options_init(&options, break_options, argc, argv);
    status = place_parse(&place, &options, BREAK_YES, &yes, &help, &error);
    if (status == DDBLOCK_OK && help) {
        print_help();
        return EXIT_DONE;
    }
    if (status != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (place_open(&place, NULL, &store, &error) != DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    status = break_lock(store, &place, yes, &error);
    ddblock_store_close(store);
    return status == DDBLOCK_OK ? EXIT_DONE : fail_for(place.shown, &error);
}
