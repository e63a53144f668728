/* dynamodb.h - the DynamoDB store over any HTTP client. */
#ifndef STORE_DYNAMODB_H
#define STORE_DYNAMODB_H

#include "aws/session.h"
#include "net/http.h"
#include "store/dynamodb_options.h"
#include "store/store.h"

/* What carries the requests of a store or of the creation of a table. */
struct dynamodb_link {
    struct http_client *client;
    struct aws_session *session;
};

/* Opens what reaches the endpoint of the options. Statuses as for ddblock_store_open_dynamodb. */
ddblock_status dynamodb_link_open(const ddblock_dynamodb_options *options,
                                  struct dynamodb_link *ret_link, ddblock_error *error);

/* With forked, touches nothing that the parent process shares. A zeroed one is fine. */
void dynamodb_link_close(struct dynamodb_link *link, bool forked);

/* Creates a store of at most capacity requests at once, which takes the link over; on failure
 * (DDBLOCK_NO_MEMORY) it stays the caller's. */
ddblock_status dynamodb_store_create(const struct dynamodb_table *table,
                                     const struct dynamodb_link *link, size_t capacity,
                                     struct store **ret_store, ddblock_error *error);

/* The table of a store, from any thread; NULL if the store is none of these. */
const struct dynamodb_table *dynamodb_store_table(const struct store *store);

#endif
