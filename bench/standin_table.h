/* standin_table.h - the table of the stand-in: what it answers to a request. */
#ifndef BENCH_STANDIN_TABLE_H
#define BENCH_STANDIN_TABLE_H

#include "base/buffer.h"

struct table;

struct table *table_create(void);
void table_destroy(struct table *table);

/* Carries out a request and appends the reply's body. target is "UpdateItem", say. Returns the
 * HTTP status. */
int table_answer(struct table *table, struct bytes target, struct bytes body, struct buffer *reply);

#endif
