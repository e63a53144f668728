/* fence.h - what a program puts into its own transactions, to write only while it holds a lock. */
#ifndef ENGINE_FENCE_H
#define ENGINE_FENCE_H

#include "ddblock/ddblock.h"

/* Statuses as for ddblock_lock_fence. To be freed. */
ddblock_status fence_create(const struct ddblock_lock *lock, ddblock_fence **ret_fence,
                            ddblock_error *error);

#endif
