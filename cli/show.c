/* show.c - ddblock show: what the table says of a lock. */
#include <stdio.h>

#include "command.h"
#include "exit.h"
#include "lock_json.h"
#include "message.h"
#include "place.h"
#include "report.h"
#include "wording.h"

enum { SHOW_JSON = OPTIONS_LINE_ONLY };

const struct option show_options[] = {
    PLACE_ENTRIES,
    {SHOW_JSON, 0, "json", NULL, "as a JSON object"},
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock show (--table NAME | --file PATH) [OPTIONS] LOCK\n"
        "\n"
        "Tells what the table says of LOCK. It was written by the holder: a lock that stands\n"
        "there as held may be a dead holder's.\n"
        "\n",
        stdout);
    options_print(stdout, show_options);
    (void)fputs("\n" PLACE_KEY_HELP "\n" LOCK_JSON_HELP "\n"
                "Exit status: 0 the lock was looked up, held or not; 64 wrong usage; 69 the store\n"
                "cannot be reached or refuses; 70 a fault of ddblock or the machine; 74 standard\n"
                "output cannot be written; 78 configuration, credentials or table are wrong.\n",
                stdout);
}

static ddblock_status take(void *user, int id, const char *value, ddblock_error *error)
{
    bool *json = user;

    (void)id;
    (void)value;
    (void)error;
    *json = true;
    return DDBLOCK_OK;
}

int command_show(int argc, char **argv)
{
    struct place place;
    struct options options;
    ddblock_store *store = NULL;
    ddblock_error error = {0};
    ddblock_info info = {0};
    bool help = false;
    bool json = false;
    ddblock_id id;
    ddblock_status status;

    options_init(&options, show_options, argc, argv);
    status = place_parse(&place, &options, take, &json, &help, &error);
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
    id = place_id(&place);
    status = ddblock_show(store, &id, &info, &error);
    ddblock_store_close(store);
    if (status != DDBLOCK_OK) {
        return fail_for(place.shown, &error);
    }
    if (json) {
        lock_json_print(stdout, &id, &info, NULL, -1);
    } else {
        report_print(stdout, place.shown, &info, wall_clock_ms());
    }
    return EXIT_DONE;
}
