/* decimal.h - DynamoDB's numbers, which are decimal text of up to 38 digits. */
#ifndef WIRE_DECIMAL_H
#define WIRE_DECIMAL_H

#include "base/bytes.h"

/* DynamoDB's magnitudes end at 10^126 and 10^-130 (API reference, "Naming rules and data
 * types"), so written out in full a number has at most 170 characters. */
enum { DECIMAL_SIZE_MAX = 256 };

/* Reads a whole number, however it is written: "100", "1E+2", "1.0", "-0". Exact: nothing
 * goes through a double. False if the text is no number, has a fraction, or does not fit;
 * *ret_value is then left as it was. */
bool decimal_to_int64(struct bytes text, int64_t *ret_value);

#endif
