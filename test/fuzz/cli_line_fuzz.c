/* cli_line_fuzz.c - any words as a command line: each line of the input is an argument, and the
 * first byte chooses the command. */
#include "fuzz.h"

#include "command.h"
#include "settings.h"

enum { ARGUMENTS_MAX = 16, STEPS_MAX = 1000 };

/* The arguments, after the name of a command. */
struct line {
    char *text;
    int argc;
    char *argv[ARGUMENTS_MAX + 1];
};

static void cut(struct line *line, struct bytes input)
{
    char *rest = NULL;

    line->text = fuzz_string(input);
    line->argv[line->argc++] = (char *)(uintptr_t) "run";
    for (char *word = strtok_r(line->text, "\n", &rest); word != NULL && line->argc < ARGUMENTS_MAX;
         word = strtok_r(NULL, "\n", &rest)) {
        line->argv[line->argc++] = word;
    }
}

/* All options of one table, one after the other. */
static void take(struct line *line, const struct option *table)
{
    struct options options;
    ddblock_error error = {0};
    const char *value = NULL;
    int steps = 0;
    int id;

    options_init(&options, table, line->argc, line->argv);
    while ((id = options_next(&options, &value, &error)) > OPTIONS_END) {
        assert(options.last != NULL && options.last->id == id);
        assert(value == NULL || options.last->argument != NULL);
        assert(++steps < STEPS_MAX);
        if (id == OPTION_HELP) {
            break;
        }
    }
    assert(id != OPTIONS_WRONG || error.message[0] != '\0');
    assert(options.next >= 1 && options.next <= line->argc);
}

/* What is taken is within the bounds that the help tells. */
static void parse(struct line *line)
{
    static struct settings settings;
    ddblock_error error = {0};

    if (settings_parse(&settings, line->argc, line->argv, &error) != DDBLOCK_OK) {
        assert(error.status == DDBLOCK_INVALID && error.message[0] != '\0');
        return;
    }
    if (!settings.help) {
        assert(settings.command[0] != NULL);
        assert((settings.place.table != NULL) != (settings.place.file != NULL));
        assert(settings.terms.client.lease_duration_ms >= 2);
        assert(settings.grace_ms >= 0 &&
               settings.grace_ms < settings.terms.client.lease_duration_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_from(data, size);
    struct line line = {0};
    size_t count = 0;

    (void)setenv("DDBLOCK_CONFIG", "/dev/null", 1); /* nobody's own */
    while (commands[count].name != NULL) {
        count++;
    }
    count = fuzz_take(&input) % count;
    cut(&line, input);
    take(&line, commands[count].options);
    if (commands[count].options == run_options) {
        parse(&line);
    }
    free(line.text);
    return 0;
}
