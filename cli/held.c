/* held.c - the options of the commands about a hold file. */
#include "held.h"

#include <string.h>

#include "escape.h"
#include "exit.h"
#include "message.h"

static ddblock_status parse(struct options *options, struct held_request *request,
                            ddblock_error *error)
{
    const char *value = NULL;
    int id;

    while ((id = options_next(options, &value, error)) != OPTIONS_END) {
        if (id == OPTIONS_WRONG) {
            return DDBLOCK_INVALID;
        }
        if (id == OPTION_HELP) {
            request->help = true;
            return DDBLOCK_OK;
        }
        if (id == HELD_JSON) {
            request->json = true;
        } else {
            request->path = value;
        }
    }
    if (options->next < options->argc) {
        return usage_error(error, "no LOCK here: the hold file knows it");
    }
    if (request->path == NULL || request->path[0] == '\0') {
        return usage_error(error, "which hold file? Give --hold-file PATH");
    }
    return DDBLOCK_OK;
}

int held_open(struct hold_file *file, const struct option *table, int argc, char **argv,
              struct held_request *request)
{
    struct options options;
    char shown[ESCAPED_SIZE];
    char path[PATH_MAX] = "";
    ddblock_error error = {0};
    bool absent = false;

    hold_file_init(file, path);
    options_init(&options, table, argc, argv);
    if (parse(&options, request, &error) != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (request->help) {
        return EXIT_DONE;
    }
    (void)escape_string(shown, sizeof(shown), request->path);
    if (path_absolute(request->path, path, sizeof(path), &error) != DDBLOCK_OK) {
        return fail_for(shown, &error);
    }
    hold_file_init(file, path);
    if (hold_file_read(file, &absent, &error) != DDBLOCK_OK) {
        (void)fail_for(shown, &error);
        return EXIT_CONFIGURATION;
    }
    if (absent) {
        say_event(MESSAGE_NOT_ACQUIRED, "%s: there is no such file: nothing is held", shown);
        return EXIT_NOT_ACQUIRED;
    }
    return EXIT_DONE;
}
