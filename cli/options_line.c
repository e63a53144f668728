/* options_line.c - options as they stand on a command line. */
#include "options_line.h"

#include <string.h>

#include "escape.h"
#include "exit.h"

const struct option *option_find(const struct option *table, const char *name, size_t size)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == size && memcmp(table->name, name, size) == 0) {
            return table;
        }
    }
    return NULL;
}

static const struct option *find_letter(const struct option *table, char letter)
{
    for (; table->name != NULL; table++) {
        if (table->letter == letter) {
            return table;
        }
    }
    return NULL;
}

int option_wrong(ddblock_error *error, const char *what, const char *argument)
{
    char shown[ESCAPED_SIZE];

    (void)usage_error(error, "%s: %s", escape_string(shown, sizeof(shown), argument), what);
    return OPTIONS_WRONG;
}

void option_consider(struct suggestion *suggestion, const struct option *table)
{
    for (; table->name != NULL; table++) {
        if (table->help != NULL) {
            suggestion_consider(suggestion, table->name);
        }
    }
}

static int unknown(const struct options *options, ddblock_error *error, const char *argument,
                   const char *name, size_t size)
{
    char shown[ESCAPED_SIZE];
    struct suggestion suggestion;

    suggestion_init(&suggestion, name, size);
    option_consider(&suggestion, options->table);
    if (suggestion.best == NULL) {
        return option_wrong(error, "there is no such option; --help tells which there are",
                            argument);
    }
    (void)usage_error(error, "%s: there is no such option; did you mean --%s?",
                      escape_string(shown, sizeof(shown), argument), suggestion.best);
    return OPTIONS_WRONG;
}

/* --name, --name=value or --name value; argument has its dashes. */
static int take_long(struct options *options, const char *argument, const char **ret_value,
                     ddblock_error *error)
{
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct option *option = option_find(options->table, name, size);

    if (option == NULL) {
        return unknown(options, error, argument, name, size);
    }
    options->last = option;
    *ret_value = equals != NULL ? equals + 1 : NULL;
    if (option->argument == NULL || equals != NULL) {
        return option->id;
    }
    if (options->next == options->argc) {
        return option_wrong(error, "a value must follow this option", argument);
    }
    *ret_value = options->argv[options->next++];
    return option->id;
}

/* The next letter of a group. None of them takes a value. */
static int take_letter(struct options *options, const char **ret_value, ddblock_error *error)
{
    char argument[3] = {'-', *options->letters++, '\0'};
    const struct option *option = find_letter(options->table, argument[1]);

    if (option == NULL) {
        return option_wrong(error, "there is no such option; --help tells which there are",
                            argument);
    }
    options->last = option;
    *ret_value = NULL;
    return option->id;
}

int options_take_from_line(struct options *options, const char **ret_value, ddblock_error *error)
{
    const char *argument;

    if (options->letters != NULL && *options->letters != '\0') {
        return take_letter(options, ret_value, error);
    }
    if (options->next == options->argc) {
        return OPTIONS_END;
    }
    argument = options->argv[options->next];
    if (argument[0] != '-' || argument[1] == '\0') {
        return OPTIONS_END;
    }
    options->next++;
    if (strcmp(argument, "--") == 0) {
        return OPTIONS_END;
    }
    if (argument[1] == '-') {
        return take_long(options, argument, ret_value, error);
    }
    options->letters = argument + 1;
    return take_letter(options, ret_value, error);
}
