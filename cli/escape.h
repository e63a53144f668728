/* escape.h - text from outside, made safe to print. */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for most names; what is longer ends in "…". */
enum { ESCAPED_SIZE = 300 };

/* Writes the bytes with everything that could steer a terminal, break a line or turn the
 * direction of writing as \xNN: all control characters (C0, DEL, C1), backslash, the
 * bidirectional controls, and bytes that are not UTF-8. Always ends with NUL; "…" at the end
 * says that it was cut. Returns target, whose size must be above 4. */
char *escape_bytes(char *target, size_t size, const void *data, size_t data_size);

char *escape_string(char *target, size_t size, const char *text);

/* Decodes the well-formed character that the bytes (at least one) start with. Returns its length,
 * 0 if there is none. */
size_t utf8_decode(const uint8_t *bytes, size_t size, uint32_t *ret_character);

/* False for what could steer a terminal, break a line or turn the direction of writing. */
bool utf8_is_harmless(uint32_t character);

#endif
