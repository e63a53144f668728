/* dynamodb_request.h - what the protocol asks, as a request to DynamoDB. */
#ifndef STORE_DYNAMODB_REQUEST_H
#define STORE_DYNAMODB_REQUEST_H

#include "base/buffer.h"
#include "store/dynamodb_options.h"
#include "store/store.h"

/* The version of the API, as it stands before the operation in X-Amz-Target. */
#define DYNAMODB_TARGET "DynamoDB_20120810."

/* "DynamoDB_20120810.UpdateItem" and the like. The page is that of a REQUEST_LIST. */
const char *dynamodb_request_target(enum request_kind kind, const struct page *page);

/* "UpdateItem" and the like. */
const char *dynamodb_request_operation(enum request_kind kind, const struct page *page);

/* Appends the body of the request.
 *
 * Returns DDBLOCK_INVALID if the id, or the list, has a sort key and the table has none, or the id
 * has none and the table one; DDBLOCK_BAD_ITEM if there is no fencing token left;
 * DDBLOCK_NO_MEMORY. */
ddblock_status dynamodb_request_write(const struct dynamodb_table *table,
                                      const struct store_request *request, struct buffer *buffer,
                                      ddblock_error *error);

#endif
