/* text.h - text from outside, made safe to keep and to print. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* Cuts off a character of UTF-8 that was truncated at the end of the string. */
void text_trim_utf8(char *text);

/* True if the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates). */
bool text_is_utf8(struct bytes bytes);

/* Copies at most size - 1 bytes into target, cut at a character, and ends it with NUL.
 * Stops at a NUL among the bytes. */
void text_copy(char *target, size_t size, struct bytes bytes);

/* Writes the bytes with everything that could steer a terminal or break a line as \xNN: all
 * control characters (C0, DEL, C1), line separators and bidirectional controls, backslash, and
 * bytes that are not UTF-8. Always ends with NUL; "…" at the end says that it was cut. Returns
 * target. */
char *text_escape(char *target, size_t size, struct bytes bytes);

/* True if the text holds twelve bytes in a row that the secret has too: words of a server that has
 * seen the secret, which are better not passed on. */
bool text_repeats(struct bytes text, struct bytes secret);

#endif
