/* errand.h - one question or one intervention: reading a lock or a page of a list, or breaking a
 * lock.
 *
 * Like a machine it is pure: events in, effects out. It ends with a status and, for a look, the
 * record. */
#ifndef CORE_ERRAND_H
#define CORE_ERRAND_H

#include "core/machine.h"

struct errand {
    enum request_kind kind;       /* READ_LATEST, LIST, BREAK or BREAK_CLOSED */
    struct foreign_guid observed; /* BREAK*: what was shown */
    uint64_t observed_token;
    uint32_t tries; /* as of a machine */

    enum request_kind under_way;
    struct guid guid; /* what BREAK writes, in every try: nobody holds by it */
    bool guid_chosen;
    bool in_doubt; /* a try got no reply */
    uint32_t failures;
    struct instant resume_at;

    bool ended;
    ddblock_status status;
    struct record record; /* of a look; what stands there, where a break was refused */
};

/* The first event is EVENT_ACQUIRE, which starts it; CANCEL and RELEASE do nothing. */
struct effects errand_step(struct errand *errand, const struct event *event);

#endif
