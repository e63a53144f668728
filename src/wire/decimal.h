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

/* Holds any canonical number: a sign, 38 digits, "0." and six zeros or a point and "E-130", and
 * a NUL. */
enum { DECIMAL_CANONICAL_SIZE = 64 };

/* Writes a number, whole or not, in the form that is its alone: 1, 1.0, 0.1e1 and +1 all give
 * "1", and -0 gives "0".
 *
 * Returns NULL, or what is wrong as a sentence's end ("is not …"), and then ret_text is left
 * alone. */
const char *decimal_canonical(struct bytes text, char ret_text[DECIMAL_CANONICAL_SIZE]);

#endif
