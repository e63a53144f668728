/* hold_file_text.h - what stands in a hold file. */
#ifndef CLI_HOLD_FILE_TEXT_H
#define CLI_HOLD_FILE_TEXT_H

#include "hold_file.h"

/* A lock of 2048 bytes and a sort key of 1024, both as %XX, two paths of 4096, and the rest. */
enum { HOLD_TEXT_SIZE = 40 * 1024 };
_Static_assert((int)HOLD_TEXT_SIZE <= (int)CONFIG_BYTES_MAX, "what is written can be read");

/* The first line: "state = held     00000000000000001234 held     00000000000000001234", and a
 * newline. */
#define HOLD_STATE_NAME "state = "
enum { HOLD_STATE_LINE_SIZE = sizeof(HOLD_STATE_NAME) + 2 * (8 + 1 + 20) + 2 };

/* Writes the line, with its newline and a NUL. */
void hold_state_write(char *line, enum hold_state state, int64_t deadline_ms);

/* Reads its value. False, and both are left as they were, if it is none, or not twice the same. */
bool hold_state_read(const char *value, enum hold_state *ret_state, int64_t *ret_deadline_ms);

/* Writes the whole text. Returns its size; 0: it does not fit. */
size_t hold_text_write(const struct hold_file *file, char *target, size_t size);

/* Takes what was parsed into file->config. */
ddblock_status hold_text_read(struct hold_file *file, ddblock_error *error);

#endif
