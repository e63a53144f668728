/* table.c - ddblock table: sets up the lock table. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "exit.h"
#include "options.h"
#include "place.h"

/* A table is active within seconds mostly; AWS promises no time. */
#define ACTIVE_MS_MAX ((int64_t)5 * 60 * 1000)

const struct option table_options[] = {
    PLACE_PARTITION_KEY_ENTRY, PLACE_SORT_KEY_ENTRY, PLACE_REGION_ENTRY, PLACE_PROFILE_ENTRY,
    PLACE_ENDPOINT_ENTRY,      PLACE_CA_FILE_ENTRY,  OPTION_HELP_ENTRY,  OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs("Usage: ddblock table create [OPTIONS] NAME\n"
                "\n"
                "Creates a lock table in DynamoDB, with on-demand billing, and waits until it is\n"
                "active, at most five minutes.\n"
                "\n",
                stdout);
    options_print(stdout, table_options);
    (void)fputs(
        "\n"
        "Exit status: 0 the table is active; 64 wrong usage; 69 DynamoDB cannot be reached or\n"
        "refuses; 70 a fault of ddblock or the machine; 75 not active yet; 78 configuration or\n"
        "credentials are wrong, or the table is there already.\n",
        stdout);
}

static ddblock_status parse(struct place *place, struct options *options, bool *ret_help,
                            ddblock_error *error)
{
    const char *value = NULL;
    bool taken = false;
    int id;

    place_init(place);
    while ((id = options_next(options, &value, error)) != OPTIONS_END) {
        ddblock_status status;

        if (id == OPTIONS_WRONG) {
            return DDBLOCK_INVALID;
        }
        if (id == OPTION_HELP) {
            *ret_help = true;
            return DDBLOCK_OK;
        }
        status = place_set(place, options, id, value, &taken, error);
        if (status != DDBLOCK_OK) {
            return status;
        }
    }
    if (options->next == options->argc) {
        return usage_error(error, "which table? Give its name after the options");
    }
    if (options->next + 1 < options->argc) {
        return usage_error(error, "one NAME only, with the options before it");
    }
    place->table = options->argv[options->next];
    return DDBLOCK_OK;
}

static int create(int argc, char **argv)
{
    char shown[ESCAPED_SIZE];
    struct place place;
    ddblock_error error = {0};
    ddblock_dynamodb_options dynamodb;
    struct options options;
    bool help = false;

    options_init(&options, table_options, argc, argv);
    if (parse(&place, &options, &help, &error) != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (help) {
        print_help();
        return EXIT_DONE;
    }
    dynamodb = place_dynamodb_options(&place);
    if (ddblock_table_create(&dynamodb, place.partition.type, place.sort.type, ACTIVE_MS_MAX,
                             &error) != DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    (void)printf("table %s is active\n", escape_string(shown, sizeof(shown), place.table));
    return EXIT_DONE;
}

int command_table(int argc, char **argv)
{
    char shown[ESCAPED_SIZE];
    ddblock_error error = {0};

    if (argc > 1 && strcmp(argv[1], "create") == 0) {
        return create(argc - 1, argv + 1);
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help();
        return EXIT_DONE;
    }
    if (argc > 1) {
        (void)usage_error(&error, "table %s: there is no such command; there is \"table create\"",
                          escape_string(shown, sizeof(shown), argv[1]));
    } else {
        (void)usage_error(&error, "what about tables? There is \"table create\"");
    }
    return fail_with(&error);
}
