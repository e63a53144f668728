/* file_path.h - the place of a file of locks, before SQLite touches it. */
#ifndef STORE_FILE_PATH_H
#define STORE_FILE_PATH_H

#include "ddblock/ddblock.h"

/* How much of a path a sentence shows. */
enum { PATH_SHOWN_SIZE = 160 };

/* Makes the file, with mode 0600, if it is not there, and checks that it is a regular file or a
 * symbolic link to one.
 *
 * Returns DDBLOCK_INVALID, DDBLOCK_DENIED, DDBLOCK_UNAVAILABLE or DDBLOCK_NO_MEMORY. */
ddblock_status file_path_prepare(const char *path, ddblock_error *error);

/* The path for SQLite, which takes "file:…" and ":memory:" for something else. To be freed;
 * NULL if there is no memory. */
char *file_path_for_sqlite(const char *path);

#endif
