/* client_locks.h - the locks of a client, all together: their events, and letting go of them.
 *
 * Statuses and rules of these are those of the public functions of the same names. */
#ifndef ENGINE_CLIENT_LOCKS_H
#define ENGINE_CLIENT_LOCKS_H

#include "engine/client.h"

int client_event_fd(struct ddblock_client *client);
ddblock_status client_next_event(struct ddblock_client *client, ddblock_event *ret_event);
ddblock_status client_release_all(struct ddblock_client *client, int64_t timeout_ms,
                                  ddblock_error *error);

#endif
