/* table_create.c - ddblock table create: makes the lock table. */
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "escape.h"
#include "exit.h"
#include "table.h"
#include "wording.h"

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
        "\n" OPTIONS_SOURCES_HELP "\n"
        "Exit status: 0 the table is active; 64 wrong usage; 69 DynamoDB cannot be reached or\n"
        "refuses; 70 a fault of ddblock or the machine; 75 not active yet; 78 configuration or\n"
        "credentials are wrong, or the table is there already.\n",
        stdout);
}

/* One line that is written over: the table mostly takes some seconds. */
static void show_progress(void *user, int64_t waited_ms)
{
    char duration[DURATION_TEXT_SIZE];

    (void)user;
    if (isatty(STDERR_FILENO) == 1) {
        (void)dprintf(STDERR_FILENO, "\rthe table is being made, for %s\033[K",
                      duration_text(duration, waited_ms));
    }
}

static ddblock_status create(const struct table_request *request, ddblock_error *error)
{
    ddblock_dynamodb_options dynamodb = place_dynamodb_options(&request->place);
    ddblock_table_options table;
    ddblock_status status;

    ddblock_table_options_init(&table);
    table.partition_type = request->place.partition.type;
    table.sort_type = request->place.sort.type;
    table.deletion_protection = request->deletion_protection;
    table.point_in_time_recovery = request->point_in_time_recovery;
    table.tags = request->tags;
    table.tag_count = request->tag_count;
    table.progress = show_progress;
    status = ddblock_table_create(&dynamodb, &table, error);
    if (isatty(STDERR_FILENO) == 1) {
        (void)dprintf(STDERR_FILENO, "\r\033[K");
    }
    return status;
}

int table_create(int argc, char **argv)
{
    char shown[ESCAPED_SIZE];
    struct table_request request = {0};
    struct options options;
    ddblock_error error = {0};
    bool help = false;
    int status = EXIT_DONE;

    options_init(&options, table_options, argc, argv);
    if (table_request_parse(&request, &options, &help, &error) != DDBLOCK_OK) {
        status = options_fail(&options, &error);
    } else if (help) {
        print_help();
    } else if (create(&request, &error) != DDBLOCK_OK) {
        status = fail_to_open(&error);
    } else {
        (void)printf("table %s is active\n",
                     escape_string(shown, sizeof(shown), request.place.table));
    }
    table_request_finish(&request);
    return status;
}
