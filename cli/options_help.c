/* options_help.c - options as the help tells them. */
#include "options.h"

#include <string.h>

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

static void print_option(FILE *stream, const struct option *option)
{
    char left[64];
    char letter[8] = "    ";

    if (option->letter != 0) {
        (void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    }
    (void)snprintf(left, sizeof(left), "  %s--%s%s%s", letter, option->name,
                   option->argument != NULL ? " " : "",
                   option->argument != NULL ? option->argument : "");
    /* Two spaces at least before the help, or a line of its own. */
    if (strlen(left) > 26) {
        (void)fprintf(stream, "%s\n%28s", left, "");
    } else {
        (void)fprintf(stream, "%-28s", left);
    }
    print_help(stream, option->help);
}

void options_print(FILE *stream, const struct option *table)
{
    for (; table->name != NULL; table++) {
        if (table->help != NULL) {
            print_option(stream, table);
        }
    }
}
