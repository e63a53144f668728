/* lock.h - one acquisition of one lock, as the application's threads see it. */
#ifndef ENGINE_LOCK_H
#define ENGINE_LOCK_H

#include "engine/client.h"
#include "engine/task.h"

/* Statuses and rules of these are those of the public functions of the same names. Where blocking
 * is true a call returns what came of the acquisition, and no event tells it. */
ddblock_status lock_start(struct ddblock_client *client, const ddblock_id *id,
                          const struct machine_patience *patience, void *user, bool blocking,
                          struct ddblock_lock **ret_lock, ddblock_error *error);
ddblock_status lock_wait(struct ddblock_lock *lock, int64_t timeout_ms, ddblock_error *error);
void lock_cancel(struct ddblock_lock *lock);
ddblock_status lock_release(struct ddblock_lock *lock, ddblock_error *error);
void lock_release_start(struct ddblock_lock *lock);
ddblock_status lock_ensure(struct ddblock_lock *lock, int64_t ms, ddblock_error *error);
void lock_touch(struct ddblock_lock *lock);
void *lock_user(const struct ddblock_lock *lock);
ddblock_origin lock_origin(struct ddblock_lock *lock, ddblock_info *ret_previous);
uint64_t lock_token(const struct ddblock_lock *lock);
int64_t lock_remaining_ms(const struct ddblock_lock *lock);
ddblock_state lock_state(struct ddblock_lock *lock, ddblock_error *error);
int lock_fd(struct ddblock_lock *lock);
void lock_fd_clear(struct ddblock_lock *lock);
/* adopt.c */
ddblock_status lock_export(struct ddblock_lock *lock, char *ret_text, size_t size,
                           ddblock_error *error);
ddblock_status lock_adopt(struct ddblock_client *client, const ddblock_id *id, const char *text,
                          struct ddblock_lock **ret_lock, ddblock_error *error);

ddblock_status lock_holder(struct ddblock_lock *lock, ddblock_info *ret_info);

#endif
