/* table_check.c - ddblock table check: names what locks need otherwise. */
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "exit.h"
#include "table.h"

static const struct option check_options[] = {
    PLACE_PARTITION_KEY_ENTRY, PLACE_SORT_KEY_ENTRY, PLACE_REGION_ENTRY, PLACE_PROFILE_ENTRY,
    PLACE_ENDPOINT_ENTRY,      PLACE_CA_FILE_ENTRY,  OPTION_HELP_ENTRY,  OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock table check [OPTIONS] NAME\n"
        "\n"
        "Compares a table with what locks under these options need, names and types of its\n"
        "keys included, and tells every difference, a line each. Nothing is written;\n"
        "\"ddblock doctor\" tells what is good, too.\n"
        "\n",
        stdout);
    options_print(stdout, check_options);
    (void)fputs("\n" OPTIONS_SOURCES_HELP "\n"
                "Exit status: 0 locks work there; 64 wrong usage; otherwise by the first thing\n"
                "that is wrong: 69 DynamoDB cannot be reached, or refuses; 70 a fault of ddblock\n"
                "or the machine; 78 configuration, credentials or the table.\n",
                stdout);
}

static void print_finding(void *user, const ddblock_finding *finding)
{
    bool *told = user;

    if (finding->mark != DDBLOCK_MARK_GOOD) {
        (void)printf("%s: %s: %s\n", finding->mark == DDBLOCK_MARK_BAD ? "wrong" : "note",
                     finding->topic, finding->message);
        (void)fflush(stdout);
        *told = true;
    }
}

static ddblock_key sample_key(ddblock_key_type type)
{
    switch (type) {
    case DDBLOCK_KEY_NUMBER:
        return ddblock_key_number("0");
    case DDBLOCK_KEY_BINARY:
        return ddblock_key_binary("-", 1);
    case DDBLOCK_KEY_STRING:
        return ddblock_key_string("-");
    case DDBLOCK_KEY_NONE:
        break;
    }
    return (ddblock_key){.type = DDBLOCK_KEY_NONE};
}

/* The types are in no option of the library: it is the lock's own keys that have them. So look at a
 * lock that has keys of these types. */
static ddblock_status check_types(const struct place *place, bool *told, ddblock_error *error)
{
    ddblock_id id = {.partition = sample_key(place->partition.type),
                     .sort = sample_key(place->sort.type)};
    ddblock_store *store = NULL;
    ddblock_info info = {0};
    ddblock_status status = place_open(place, NULL, &store, error);

    if (status == DDBLOCK_OK) {
        status = ddblock_show(store, &id, &info, error);
    }
    ddblock_store_close(store);
    if (status != DDBLOCK_OK) {
        (void)printf("wrong: keys: %s\n", error->message);
        *told = true;
    }
    return status;
}

static int check(const struct place *place)
{
    char shown[ESCAPED_SIZE];
    ddblock_dynamodb_options dynamodb = place_dynamodb_options(place);
    ddblock_error error = {0};
    bool told = false;
    ddblock_status status = ddblock_table_examine(&dynamodb, print_finding, &told, &error);

    /* Where something else is wrong already, looking would only say so again. */
    if (status == DDBLOCK_OK) {
        status = check_types(place, &told, &error);
    }
    if (!told) {
        (void)printf("table %s is as it should be\n",
                     escape_string(shown, sizeof(shown), place->table));
    }
    return status == DDBLOCK_INVALID ? EXIT_CONFIGURATION : exit_from_status(status);
}

int table_check(int argc, char **argv)
{
    struct table_request request = {0};
    struct options options;
    ddblock_error error = {0};
    bool help = false;

    options_init(&options, check_options, argc, argv);
    if (table_request_parse(&request, &options, &help, &error) != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (help) {
        print_help();
        return EXIT_DONE;
    }
    return check(&request.place);
}
