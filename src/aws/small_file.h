/* small_file.h - a small file from the disk, read whole. */
#ifndef AWS_SMALL_FILE_H
#define AWS_SMALL_FILE_H

#include <sys/types.h>

#include "base/buffer.h"

/* Reads a regular file (through links) into target, whose limit is the most that it may
 * hold. ret_mode may be NULL.
 *
 * Returns 0 or an errno: EFBIG if it is too large, EINVAL if it is no regular file. */
int small_file_read(const char *path, struct buffer *target, mode_t *ret_mode);

/* What that errno means, as a clause to stand after the file's name. */
const char *small_file_explain(int code);

/* Replaces a file, or makes it, at once as a whole and with mode 0600. Returns 0 or an errno. */
int small_file_replace(const char *path, struct bytes content);

#endif
