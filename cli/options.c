/* options.c - options from a command line, the environment and the configuration file. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "config.h"
#include "escape.h"
#include "exit.h"
#include "message.h"
#include "options_line.h"
#include "suggest.h"

/* One for the process, as there is one command line and one environment. */
static struct config configuration;

/* Of the options that were taken, where they were given: the last of one name is that which counts.
 * More than any command has; what does not fit counts as one from the command line. */
enum { TAKEN_MAX = 256 };

static struct taken {
    const struct option *option;
    enum options_source source;
    int line;
} taken[TAKEN_MAX];
static size_t taken_count;

static void remember(const struct options *options)
{
    if (taken_count < TAKEN_MAX) {
        taken[taken_count++] = (struct taken){options->last, options->source, options->line};
    }
}

/* The value of a switch, as words. False: it is neither. */
static bool read_switch(const char *value, bool *ret_on)
{
    static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0) {
            *ret_on = i % 2 == 1;
            return true;
        }
    }
    return false;
}

/* A switch needs a value where it has one: "no" is as if it were not there. */
static int finish(const struct options *options, const char **value, bool *ret_skip,
                  ddblock_error *error)
{
    char name[OPTION_VARIABLE_SIZE];
    bool on = true;

    *ret_skip = false;
    if (options->last->argument == NULL && *value != NULL) {
        (void)snprintf(name, sizeof(name), "--%s", options->last->name);
        if (!read_switch(*value, &on)) {
            return option_wrong(error, "this option is a switch: its value is yes or no", name);
        }
        *ret_skip = !on;
        *value = NULL;
    }
    return options->last->id;
}

static int next_from_line(struct options *options, const char **ret_value, ddblock_error *error)
{
    bool skip;
    int id;

    options->source = OPTIONS_FROM_LINE;
    do {
        id = options_take_from_line(options, ret_value, error);
        if (id == OPTIONS_END || id == OPTIONS_WRONG) {
            return id;
        }
        id = finish(options, ret_value, &skip, error);
    } while (skip);
    return id;
}

static bool line_gives(const struct options *options, int wanted)
{
    struct options line = *options;
    const char *value;
    int id;

    while ((id = options_take_from_line(&line, &value, NULL)) != OPTIONS_END &&
           id != OPTIONS_WRONG) {
        if (id == wanted) {
            return true;
        }
    }
    return false;
}

char *option_variable(char *target, const struct option *option)
{
    size_t used = (size_t)snprintf(target, OPTION_VARIABLE_SIZE, "DDBLOCK_%s", option->name);

    for (size_t i = 0; i < used; i++) {
        if (target[i] == '-') {
            target[i] = '_';
        } else if (target[i] >= 'a' && target[i] <= 'z') {
            target[i] = (char)(target[i] - 'a' + 'A');
        }
    }
    /* DDBLOCK_OWNER is what "run" tells its command: a ddblock inside must not take the owner
     * of the outer lock for an option of its own. */
    if (strcmp(target, "DDBLOCK_OWNER") == 0) {
        (void)snprintf(target, OPTION_VARIABLE_SIZE, "DDBLOCK_OWNER_NAME");
    }
    return target;
}

/* NULL: it is not set. An empty one counts as not set, as with every AWS tool. */
static const char *variable_value(const struct option *option)
{
    char name[OPTION_VARIABLE_SIZE];
    const char *value = getenv(option_variable(name, option));

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static int next_from_environment(struct options *options, const char **ret_value,
                                 ddblock_error *error)
{
    options->source = OPTIONS_FROM_ENVIRONMENT;
    while (options->next_variable->name != NULL) {
        const struct option *option = options->next_variable++;
        bool skip;
        int id;

        if (option->id >= OPTIONS_LINE_ONLY || line_gives(options, option->id)) {
            continue;
        }
        options->last = option;
        *ret_value = variable_value(option);
        if (*ret_value == NULL) {
            continue;
        }
        id = finish(options, ret_value, &skip, error);
        if (!skip) {
            return id;
        }
    }
    return OPTIONS_END;
}

/* A name in the file that is no option of this command: is it one of another? */
static int check_foreign(const char *name, ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    struct suggestion suggestion;

    suggestion_init(&suggestion, name, strlen(name));
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (option_find(command->options, name, strlen(name)) != NULL) {
            return OPTIONS_END;
        }
        option_consider(&suggestion, command->options);
    }
    (void)escape_string(shown, sizeof(shown), name);
    if (suggestion.best == NULL) {
        (void)usage_error(error, "no command has an option \"%s\"", shown);
    } else {
        (void)usage_error(error, "no command has an option \"%s\"; did you mean \"%s\"?", shown,
                          suggestion.best);
    }
    return OPTIONS_WRONG;
}

static int next_from_file(struct options *options, const char **ret_value, ddblock_error *error)
{
    options->source = OPTIONS_FROM_FILE;
    options->line = options->config->wrong_line;
    if (options->config_error.status != DDBLOCK_OK) {
        *error = options->config_error;
        return OPTIONS_WRONG;
    }
    while (options->next_entry < options->config->count) {
        const struct config_entry *entry = &options->config->entries[options->next_entry++];
        const struct option *option = option_find(options->table, entry->name, strlen(entry->name));
        bool skip;
        int id;

        options->line = entry->line;
        if (option == NULL) {
            if (check_foreign(entry->name, error) == OPTIONS_WRONG) {
                return OPTIONS_WRONG;
            }
            continue;
        }
        if (option->id >= OPTIONS_LINE_ONLY) {
            return option_wrong(error, "this option is for command lines only", entry->name);
        }
        if (variable_value(option) != NULL || line_gives(options, option->id)) {
            continue;
        }
        options->last = option;
        *ret_value = entry->value;
        id = finish(options, ret_value, &skip, error);
        if (!skip) {
            return id;
        }
    }
    return OPTIONS_END;
}

void options_init(struct options *options, const struct option *table, int argc, char **argv)
{
    *options = (struct options){
        .table = table,
        .argc = argc,
        .argv = argv,
        .next = 1,
        .config = &configuration,
        .next_variable = table,
    };
    taken_count = 0;
    options->help = line_gives(options, OPTION_HELP);
    if (!options->help) {
        (void)config_load(&configuration, &options->config_error);
    }
}

int options_next(struct options *options, const char **ret_value, ddblock_error *error)
{
    int id = OPTIONS_END;

    if (!options->help && options->source < OPTIONS_FROM_ENVIRONMENT) {
        id = next_from_file(options, ret_value, error);
    }
    if (id == OPTIONS_END && !options->help && options->source < OPTIONS_FROM_LINE) {
        id = next_from_environment(options, ret_value, error);
    }
    if (id == OPTIONS_END) {
        id = next_from_line(options, ret_value, error);
    }
    if (id != OPTIONS_END && id != OPTIONS_WRONG) {
        remember(options);
    }
    return id;
}

int options_fail(const struct options *options, const ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    char variable[OPTION_VARIABLE_SIZE];

    switch (options->source) {
    case OPTIONS_FROM_FILE:
        (void)escape_string(shown, sizeof(shown), options->config->path);
        if (options->line > 0) {
            say("%s, line %d: %s", shown, options->line, error->message);
        } else {
            say("%s: %s", shown, error->message);
        }
        return EXIT_CONFIGURATION;
    case OPTIONS_FROM_ENVIRONMENT:
        say("%s: %s", option_variable(variable, options->last), error->message);
        return EXIT_CONFIGURATION;
    case OPTIONS_FROM_NOWHERE:
    case OPTIONS_FROM_LINE:
        break;
    }
    return fail_with(error);
}

int options_fail_about(const char *name, const ddblock_error *error)
{
    struct options options = {.config = &configuration};

    for (size_t i = 0; i < taken_count; i++) {
        if (strcmp(taken[i].option->name, name) == 0) {
            options.last = taken[i].option;
            options.source = taken[i].source;
            options.line = taken[i].line;
        }
    }
    if (options.last == NULL) {
        (void)fail_with(error);
        return EXIT_CONFIGURATION;
    }
    return options_fail(&options, error);
}
