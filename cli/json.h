/* json.h - text as JSON (RFC 8259). */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stddef.h>

/* Writes the bytes as a JSON string, with its quotes and a final NUL. What is not UTF-8 becomes
 * U+FFFD, what steers a terminal \uXXXX; what does not fit is left out at the end. size must be
 * above 2. Returns the number of bytes written, less the NUL. */
size_t json_quote(char *target, size_t size, const void *data, size_t data_size);

#endif
