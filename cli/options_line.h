/* options_line.h - options as they stand on a command line. */
#ifndef CLI_OPTIONS_LINE_H
#define CLI_OPTIONS_LINE_H

#include <stddef.h>

#include "options.h"
#include "suggest.h"

/* The option of that name; NULL if the table has none. */
const struct option *option_find(const struct option *table, const char *name, size_t size);

/* Sets the error to a sentence about the argument. Returns OPTIONS_WRONG. */
int option_wrong(ddblock_error *error, const char *what, const char *argument);

/* Considers the names that the help tells. */
void option_consider(struct suggestion *suggestion, const struct option *table);

/* Takes the next option of the line, which becomes options->last, as it is written there: a
 * switch may have a value. */
int options_take_from_line(struct options *options, const char **ret_value, ddblock_error *error);

#endif
