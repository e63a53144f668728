/* doctor.c - ddblock doctor: tells what locks depend on, and what is wrong with it. */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "exit.h"
#include "options.h"
#include "place.h"

const struct option doctor_options[] = {
    PLACE_WHERE_ENTRIES,
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs(
        "Usage: ddblock doctor (--table NAME | --file PATH) [OPTIONS]\n"
        "\n"
        "Examines what locks there depend on, a line for each thing, and says what is to be\n"
        "done. Nothing is written: permissions are tried under conditions that cannot hold.\n"
        "\n",
        stdout);
    options_print(stdout, doctor_options);
    (void)fputs(
        "\n"
        "Exit status: 0 nothing is wrong; 64 wrong usage; otherwise by the first thing that\n"
        "is: 69 DynamoDB or the file cannot be reached, or refuses; 70 a fault of ddblock or\n"
        "the machine; 78 configuration, credentials or the table.\n",
        stdout);
}

static ddblock_status parse(struct place *place, struct options *options, bool *ret_help,
                            ddblock_error *error)
{
    ddblock_status status = place_take(place, options, NULL, NULL, ret_help, error);

    if (status != DDBLOCK_OK || *ret_help) {
        return status;
    }
    if (options->next < options->argc) {
        return usage_error(error, "doctor takes no arguments, only options");
    }
    return place_check_where(place, error);
}

/* The signs for good, note and bad. */
static const char *const *signs(void)
{
    static const char *const utf8[] = {"\u2713", "!", "\u2717"};
    static const char *const ascii[] = {"ok  ", "note", "BAD "};

    (void)setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? utf8 : ascii;
}

static void print_finding(void *user, const ddblock_finding *finding)
{
    const char *const *sign = user;

    (void)printf("%s %s: %s\n", sign[finding->mark], finding->topic, finding->message);
    (void)fflush(stdout); /* the next one may take a while */
}

int command_doctor(int argc, char **argv)
{
    struct place place;
    struct options options;
    ddblock_error error = {0};
    ddblock_status status;
    bool help = false;
    void *user;

    options_init(&options, doctor_options, argc, argv);
    if (parse(&place, &options, &help, &error) != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (help) {
        print_help();
        return EXIT_DONE;
    }
    user = (void *)signs();
    if (place.table != NULL) {
        ddblock_dynamodb_options dynamodb = place_dynamodb_options(&place);

        status = ddblock_table_examine(&dynamodb, print_finding, user, &error);
    } else {
        ddblock_file_options file;

        ddblock_file_options_init(&file);
        file.path = place.file;
        status = ddblock_file_examine(&file, print_finding, user, &error);
    }
    return status == DDBLOCK_INVALID ? EXIT_CONFIGURATION : exit_from_status(status);
}
