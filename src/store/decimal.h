/* decimal.h - DynamoDB's numbers in one form each. */
#ifndef STORE_DECIMAL_H
#define STORE_DECIMAL_H

#include "base/bytes.h"

/* Holds any canonical number: a sign, 38 digits, "0." and six zeros or a point and "E-130",
 * and a NUL. */
enum { DECIMAL_SIZE = 64 };

/* Writes the number in the form that is its alone: 1, 1.0, 0.1e1 and +1 all give "1", and -0
 * gives "0".
 *
 * Returns NULL, or what is wrong as a sentence's end ("is not …"), and then ret_text is left
 * alone. */
const char *decimal_canonical(struct bytes text, char ret_text[DECIMAL_SIZE]);

#endif
