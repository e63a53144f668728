/* timestamp.h - instants as AWS writes them: "2026-11-25T08:30:00Z". */
#ifndef WIRE_TIMESTAMP_H
#define WIRE_TIMESTAMP_H

#include "base/bytes.h"

/* Reads an instant of RFC 3339, in the years 1970 to 9999: with a fraction, or an offset for
 * Z, too ("UTC" as well, which the AWS CLI wrote for a time). False if the text is anything
 * else; *ret_unix_ms is then left as it was. */
bool timestamp_parse(struct bytes text, int64_t *ret_unix_ms);

enum { TIMESTAMP_SIZE = sizeof("2026-11-25T08:30:00Z") };

/* Writes an instant, to the second, as above. False for one outside those years. */
bool timestamp_write(int64_t unix_ms, char ret_text[TIMESTAMP_SIZE]);

#endif
