/* stores.h - how each kind of store is opened. The caller destroys it (store_destroy). */
#ifndef STORE_STORES_H
#define STORE_STORES_H

#include "store/store.h"

/* In the memory of this process; replies come at once. For tests, and for the simulator to
 * be compared with. Returns DDBLOCK_UNAVAILABLE or DDBLOCK_NO_MEMORY on failure. */
ddblock_status store_memory_open(struct store **ret_store, ddblock_error *error);

/* A SQLite file. Options and statuses as for ddblock_store_open_file. */
ddblock_status store_file_open(const ddblock_file_options *options, struct store **ret_store,
                               ddblock_error *error);

/* A DynamoDB table. Options and statuses as for ddblock_store_open_dynamodb. */
ddblock_status store_dynamodb_open(const ddblock_dynamodb_options *options,
                                   struct store **ret_store, ddblock_error *error);

#endif
