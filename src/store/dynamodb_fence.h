/* dynamodb_fence.h - the condition under which one acquisition of a lock still holds. */
#ifndef STORE_DYNAMODB_FENCE_H
#define STORE_DYNAMODB_FENCE_H

#include "base/buffer.h"
#include "store/dynamodb_options.h"
#include "store/lock_id.h"

/* Appends the texts of a ddblock_fence, in the order of its fields, each with its NUL.
 *
 * Returns DDBLOCK_NO_MEMORY. */
ddblock_status dynamodb_fence_write(const struct dynamodb_table *table, const struct lock_id *id,
                                    uint64_t token, struct buffer *buffer, ddblock_error *error);

#endif
