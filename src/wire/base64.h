/* base64.h - base64 (RFC 4648, section 4), in which DynamoDB writes binary values. */
#ifndef WIRE_BASE64_H
#define WIRE_BASE64_H

#include "base/buffer.h"

/* Appends the bytes, encoded and padded. */
void base64_append(struct buffer *buffer, struct bytes bytes);

/* Decodes into target. Strict: only the alphabet, padded, unused bits zero, so that equal
 * bytes are equal texts. False if the text is not that, or holds more than capacity bytes;
 * *ret_size is then left as it was. */
bool base64_decode(struct bytes text, uint8_t *target, size_t capacity, size_t *ret_size);

#endif
