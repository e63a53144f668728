/* options.c - options on a command line. */
#include "options.h"

#include <stdbool.h>
#include <string.h>

#include "escape.h"
#include "exit.h"

void options_init(struct options *options, const struct option *table, int argc, char **argv)
{
    *options = (struct options){.table = table, .argc = argc, .argv = argv, .next = 1};
}

static const struct option *find_name(const struct option *table, const char *name, size_t size)
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

static int wrong(ddblock_error *error, const char *what, const char *argument)
{
    char shown[ESCAPED_SIZE];

    (void)usage_error(error, "%s: %s", escape_string(shown, sizeof(shown), argument), what);
    return OPTIONS_WRONG;
}

/* --name, --name=value or --name value; argument has its dashes. */
static int next_long(struct options *options, const char *argument, const char **ret_value,
                     ddblock_error *error)
{
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct option *option = find_name(options->table, name, size);

    if (option == NULL) {
        return wrong(error, "there is no such option; --help tells which there are", argument);
    }
    if (option->argument == NULL) {
        if (equals != NULL) {
            return wrong(error, "this option takes no value", argument);
        }
        *ret_value = NULL;
        return option->id;
    }
    if (equals != NULL) {
        *ret_value = equals + 1;
        return option->id;
    }
    if (options->next == options->argc) {
        return wrong(error, "a value must follow this option", argument);
    }
    *ret_value = options->argv[options->next++];
    return option->id;
}

/* The next letter of a group. None of them takes a value. */
static int next_letter(struct options *options, const char **ret_value, ddblock_error *error)
{
    char argument[3] = {'-', *options->letters++, '\0'};
    const struct option *option = find_letter(options->table, argument[1]);

    if (option == NULL) {
        return wrong(error, "there is no such option; --help tells which there are", argument);
    }
    *ret_value = NULL;
    return option->id;
}

int options_next(struct options *options, const char **ret_value, ddblock_error *error)
{
    const char *argument;

    if (options->letters != NULL && *options->letters != '\0') {
        return next_letter(options, ret_value, error);
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
        return next_long(options, argument, ret_value, error);
    }
    options->letters = argument + 1;
    return next_letter(options, ret_value, error);
}

/* Writes text, its lines after the first indented as the column of helps is. */
static void print_help(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++) {
        (void)fputc(*text, stream);
        if (*text == '\n') {
            (void)fprintf(stream, "%28s", "");
        }
    }
    (void)fputc('\n', stream);
}

void options_print(FILE *stream, const struct option *table)
{
    for (; table->name != NULL; table++) {
        char left[64];
        char letter[8] = "    ";

        if (table->letter != 0) {
            (void)snprintf(letter, sizeof(letter), "-%c, ", table->letter);
        }
        (void)snprintf(left, sizeof(left), "  %s--%s %s", letter, table->name,
                       table->argument != NULL ? table->argument : "");
        /* Two spaces at least before the help, or a line of its own. */
        if (strlen(left) > 27) {
            (void)fprintf(stream, "%s\n%28s", left, "");
        } else {
            (void)fprintf(stream, "%-28s", left);
        }
        print_help(stream, table->help);
    }
}
