/* refresh.h - when keys are asked for anew.
 *
 * Pure: the times come in. Expiry is a matter of AWS's wall clock, waiting one of the clock that
 * counts suspend. */
#ifndef AWS_REFRESH_H
#define AWS_REFRESH_H

#include "base/time.h"

/* Zeroed, there are no keys. */
struct refresh {
    bool has_keys;
    struct instant due;        /* when to ask again; never: when somebody needs keys */
    struct instant expires_at; /* of the keys there are; never */
    struct instant force_at;   /* before that, a refusal of the keys is no reason to ask again */
};

/* Keys have come. expires_unix_ms is -1 for those that never expire. */
void refresh_found(struct refresh *refresh, int64_t expires_unix_ms, struct instant now,
                   int64_t wall_ms, uint32_t random);

/* The source had none. Keys that there are, are kept. */
void refresh_failed(struct refresh *refresh, struct instant now, uint32_t random);

/* True if keys that AWS calls expired are to be asked for anew at once. */
bool refresh_may_force(const struct refresh *refresh, struct instant now);

#endif
