/* dynamodb_table.h - making the lock table. */
#ifndef STORE_DYNAMODB_TABLE_H
#define STORE_DYNAMODB_TABLE_H

#include "store/dynamodb.h"

/* Creates the table over a link and waits until it is active or the instant has come. Statuses
 * as for ddblock_table_create. */
ddblock_status dynamodb_table_make(const struct dynamodb_link *link,
                                   const struct dynamodb_table *table,
                                   const ddblock_table_options *options, struct instant until,
                                   ddblock_error *error);

#endif
