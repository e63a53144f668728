/* config.h - files of lines "name = value": the configuration, and hold files. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <ddblock/ddblock.h>
#include <limits.h>
#include <stddef.h>

/* A hundred times what all options take. A hold file, with a lock's name and its sort key of
 * 3 KiB, all of it as %XX, takes 14 KiB. */
enum { CONFIG_BYTES_MAX = 64 * 1024 };

/* Twice the number of all options. */
enum { CONFIG_ENTRIES_MAX = 128 };

struct config_entry {
    const char *name;
    const char *value;
    int line; /* from 1 */
};

struct config {
    char path[PATH_MAX]; /* "": there is none */
    struct config_entry entries[CONFIG_ENTRIES_MAX];
    size_t count;
    int wrong_line; /* where the error is; 0: it is about the file as a whole */
    char text[CONFIG_BYTES_MAX + 1];
};

/* Cuts the text, size bytes of it, into entries. Empty lines and lines that begin with "#" are
 * left out; a value is the rest of the line without the blanks around it.
 *
 * Returns DDBLOCK_OK, or DDBLOCK_INVALID with a sentence, and wrong_line. */
ddblock_status config_parse(struct config *config, size_t size, ddblock_error *error);

/* Reads the descriptor to its end, and parses it. */
ddblock_status config_read(struct config *config, int fd, ddblock_error *error);

/* Finds and reads the configuration: $DDBLOCK_CONFIG, which must be there; else
 * $XDG_CONFIG_HOME/ddblock/config, by default ~/.config/ddblock/config, which need not be. */
ddblock_status config_load(struct config *config, ddblock_error *error);

/* The value of the entry; NULL if there is none of that name. */
const char *config_value(const struct config *config, const char *name);

#endif
