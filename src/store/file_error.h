/* file_error.h - what SQLite's result codes mean for a lock. */
#ifndef STORE_FILE_ERROR_H
#define STORE_FILE_ERROR_H

#include <stdbool.h>

#include "ddblock/ddblock.h"

/* True if another connection is in the way, and the same may succeed in a moment. */
bool file_error_is_busy(int rc);

/* The status for a result code that is an error. */
ddblock_status file_error_status(int rc);

/* What is wrong, as a sentence's end, from fixed texts alone: SQLite's own messages quote
 * what stands in the file. */
const char *file_error_text(int rc);

/* For an errno of the system. */
ddblock_status file_errno_status(int problem);

#endif
