/* dynamodb_record.h - an item of the lock table, in the terms of the protocol. */
#ifndef STORE_DYNAMODB_RECORD_H
#define STORE_DYNAMODB_RECORD_H

#include "core/record.h"

/* Reads an item, a valid JSON text; of size 0: there is none. Anybody may have written it, so
 * nothing is taken for granted: what is not a well-formed lock becomes RECORD_BAD. */
void dynamodb_record_read(struct bytes item, struct record *ret_record);

/* The fencing token of an item; 0 if it is not a usable one, 1 … TOKEN_MAX. */
uint64_t dynamodb_record_token(struct bytes item);

#endif
