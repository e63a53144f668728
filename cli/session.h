/* session.h - from the options to a lock that is held, and back: what "run" and "acquire"
 * share. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "events.h"
#include "owner.h"
#include "place.h"
#include "terms.h"

struct session {
    const struct place *place;
    struct terms *terms;
    struct events events;
    ddblock_store *store;
    ddblock_client *client;
    ddblock_lock *lock;
    char owner[OWNER_SIZE];
};

/* A session that nothing was opened for yet. */
void session_init(struct session *session, const struct place *place, struct terms *terms);

/* Acquires the lock. Signals must have been opened (events_open). Returns EXIT_DONE once it is
 * held, or else, after having said why and given back what there was, the exit status. If
 * events.other_fd is one, the wait also ends when that becomes readable. */
int session_acquire(struct session *session);

/* Gives the lock back, and tells what came of it: DDBLOCK_OK, DDBLOCK_LOST (which is not told),
 * DDBLOCK_IN_DOUBT or the like. */
ddblock_status session_release(struct session *session, ddblock_error *error);

/* Tells what came of a release that was no success and no loss. */
void session_tell_doubt(const struct place *place, ddblock_kind kind, const ddblock_error *error);

/* Closes all that is open. */
void session_finish(struct session *session);

#endif
