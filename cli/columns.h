/* columns.h - text in columns of a terminal. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include <stddef.h>

/* The most columns that a field can have; wider terminals leave the rest empty. */
enum { COLUMNS_MAX = 500 };

/* Room for a field: four bytes a column, a "…" and the NUL. */
enum { COLUMNS_SIZE = 4 * COLUMNS_MAX + 8 };

/* How many columns the text takes, which is UTF-8 with nothing in it that steers. */
size_t columns_width(const char *text);

/* Writes the text, made safe to print, so that it takes exactly so many columns (at most
 * COLUMNS_MAX): cut with a "…", or filled up with blanks. Returns target, which has COLUMNS_SIZE
 * bytes. */
char *columns_fit(char *target, const char *text, size_t columns);

/* The same of text that is safe to print already. */
char *columns_fit_safe(char *target, const char *text, size_t columns);

#endif
