/* json_text.h - reads JSON (RFC 8259) where it lies.
 *
 * Takes no memory, so a reply can always be judged. jansson is not used: when its token buffer
 * cannot grow, its parser (2.14) drops a byte and goes on, and so has been seen to return a fencing
 * token short of a digit. */
#ifndef WIRE_JSON_TEXT_H
#define WIRE_JSON_TEXT_H

#include "base/bytes.h"

/* The deepest that values may nest: attributes have up to 32 levels (API reference, quotas, "nested
 * attribute depth"), each of them two of JSON, inside a few of the reply's own. */
enum { JSON_TEXT_NESTING_MAX = 100 };

/* True if the text is one value and nothing else but white space. Strict: UTF-8, no lone
 * surrogates, no control characters. */
bool json_text_is_valid(struct bytes text);

/* The functions below take a value: a valid text, or a part of one that they returned. */

/* Finds a member of an object. Returns how many there are of that name, 0, 1, or 2 for more, and
 * sets *ret_value to the first. A value that is no object has none. */
int json_text_find(struct bytes value, const char *name, struct bytes *ret_value);

/* Returns how many members an object has; 0 for a value that is none. */
size_t json_text_count(struct bytes value);

bool json_text_is_object(struct bytes value);

/* Walks an array: first its elements, false if the value is no array; then one after the other,
 * false if none is left. */
bool json_text_elements(struct bytes value, struct bytes *ret_rest);
bool json_text_next(struct bytes *rest, struct bytes *ret_element);

/* Decodes at most capacity bytes of a string, cut anywhere; *ret_whole says whether that is all.
 * False, and nothing set, if the value is no string. */
bool json_text_string(struct bytes value, uint8_t *target, size_t capacity, size_t *ret_size,
                      bool *ret_whole);

/* Copies the object's one string of the name, cut at a character to fit, with a NUL; "" if there is
 * none. */
void json_text_copy(struct bytes object, const char *name, char *target, size_t size);

#endif
