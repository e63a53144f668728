/* transition.h - the rules of docs/protocol.md, section "Transitions", on a record in hand.
 *
 * For the stores that keep records themselves. Where an engine keeps them, the same rules
 * are its conditions and updates. */
#ifndef STORE_TRANSITION_H
#define STORE_TRANSITION_H

#include "core/request.h"

/* What is to be said of an outcome FAILED, which has one cause alone: no token is left. */
#define TRANSITION_FAILED                                                                          \
    "the lock has had its last fencing token, 2^53-1: end it and use another id"

/* Carries out a request on *record, which is what stands and becomes what shall stand
 * (ABSENT: nothing), and tells the outcome. Unless that is APPLIED, *record stays as it is. */
void transition_apply(const struct request *ask, const char *owner, struct record *record,
                      struct outcome *ret_outcome);

#endif
