/* json_write.h - writes JSON (RFC 8259), piece by piece. */
#ifndef WIRE_JSON_WRITE_H
#define WIRE_JSON_WRITE_H

#include "base/buffer.h"

/* Appends text as a string, with its quotes. False, with nothing appended, if it is not UTF-8. */
bool json_write_string(struct buffer *target, struct bytes text);

#endif
