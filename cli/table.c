/* table.c - ddblock table: sets up the lock table. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "exit.h"

enum { TABLE_TAG = OPTIONS_LINE_ONLY, TABLE_DELETION_PROTECTION, TABLE_RECOVERY };

const struct option table_options[] = {
    PLACE_PARTITION_KEY_ENTRY,
    PLACE_SORT_KEY_ENTRY,
    {TABLE_TAG, 0, "tag", "KEY=VALUE", "a tag of the table; may be given again"},
    {TABLE_DELETION_PROTECTION, 0, "deletion-protection", NULL,
     "the table cannot be deleted before that is switched\noff"},
    {TABLE_RECOVERY, 0, "point-in-time-recovery", NULL,
     "the table is backed up all the time. But locks must\n"
     "never come from a backup: tokens would be given twice"},
    PLACE_REGION_ENTRY,
    PLACE_PROFILE_ENTRY,
    PLACE_ENDPOINT_ENTRY,
    PLACE_CA_FILE_ENTRY,
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

/* KEY=VALUE. Keys have no "=" here, though AWS allows it. */
static ddblock_status add_tag(struct table_request *request, const char *text, ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    const char *equals = strchr(text, '=');
    char *key;

    if (equals == NULL || equals == text) {
        return usage_error(error, "--tag: \"%s\" is no tag like team=locks",
                           escape_string(shown, sizeof(shown), text));
    }
    if (request->tag_count == TAGS_MAX) {
        return usage_error(error, "--tag: a table has at most %d tags", TAGS_MAX);
    }
    key = strndup(text, (size_t)(equals - text));
    if (key == NULL) {
        return error_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    request->tags[request->tag_count++] = (ddblock_tag){.key = key, .value = equals + 1};
    return DDBLOCK_OK;
}

static ddblock_status take(void *user, int id, const char *value, ddblock_error *error)
{
    struct table_request *request = user;

    switch (id) {
    case TABLE_TAG:
        return add_tag(request, value, error);
    case TABLE_DELETION_PROTECTION:
        request->deletion_protection = true;
        return DDBLOCK_OK;
    default:
        request->point_in_time_recovery = true;
        return DDBLOCK_OK;
    }
}

ddblock_status table_request_parse(struct table_request *request, struct options *options,
                                   bool *ret_help, ddblock_error *error)
{
    ddblock_status status = place_take(&request->place, options, take, request, ret_help, error);

    if (status != DDBLOCK_OK || *ret_help) {
        return status;
    }
    if (options->next == options->argc) {
        return usage_error(error, "which table? Give its name after the options");
    }
    if (options->next + 1 < options->argc) {
        return usage_error(error, "one NAME only, with the options before it");
    }
    request->place.table = options->argv[options->next];
    return DDBLOCK_OK;
}

void table_request_finish(struct table_request *request)
{
    for (size_t i = 0; i < request->tag_count; i++) {
        free((void *)(uintptr_t)request->tags[i].key);
    }
    request->tag_count = 0;
}

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock table create [OPTIONS] NAME\n"
        "       ddblock table check [OPTIONS] NAME\n"
        "       ddblock table template cloudformation|terraform|iam [OPTIONS] NAME\n"
        "\n"
        "Sets up a lock table in DynamoDB; \"ddblock help table create\" and so on tell more.\n"
        "\n",
        stdout);
    options_print(stdout, table_options);
}

int command_table(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } subcommands[] = {
        {"create", table_create}, {"check", table_check}, {"template", table_template}};
    char shown[ESCAPED_SIZE];
    ddblock_error error = {0};

    for (size_t i = 0; argc > 1 && i < sizeof(subcommands) / sizeof(subcommands[0]); i++) {
        if (strcmp(argv[1], subcommands[i].name) == 0) {
            return subcommands[i].run(argc - 1, argv + 1);
        }
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help();
        return EXIT_DONE;
    }
    if (argc > 1) {
        (void)usage_error(&error,
                          "table %s: there is no such command; there are \"table create\", \"table "
                          "check\" and \"table template\"",
                          escape_string(shown, sizeof(shown), argv[1]));
    } else {
        (void)usage_error(&error, "what about tables? There are \"table create\", \"table check\" "
                                  "and \"table template\"");
    }
    return fail_with(&error);
}
