/* standin_table.h - the table of the stand-in: what it answers to a request. */
#ifndef BENCH_STANDIN_TABLE_H
#define BENCH_STANDIN_TABLE_H

#include "base/buffer.h"

struct table;

/* What DynamoDB would have counted so far, for items of up to 1 KiB: a unit for each write, also
 * one that is refused, and half a unit for each read, a whole one if it is consistent. */
struct table_units {
    uint64_t writes;
    uint64_t half_reads;
};

struct table *table_create(void);
void table_destroy(struct table *table);
struct table_units table_units(const struct table *table);

/* Carries out a request and appends the reply's body. target is "UpdateItem", say. Returns the
 * HTTP status. */
int table_answer(struct table *table, struct bytes target, struct bytes body, struct buffer *reply);

#endif
