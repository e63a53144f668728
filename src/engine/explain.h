/* explain.h - sentences for people: who holds a lock, and how one was lost. */
#ifndef ENGINE_EXPLAIN_H
#define ENGINE_EXPLAIN_H

#include "core/machine.h"
#include "ddblock/ddblock.h"

/* Why an acquisition ended without the lock. failure is the store's last sentence, or "". */
void explain_not_acquired(ddblock_error *error, ddblock_status status,
                          const struct machine *machine, const char *failure);

/* Why the lock is at risk. */
void explain_risk(ddblock_error *error, const struct machine *machine, const char *failure);

/* How the lock was lost. */
void explain_loss(ddblock_error *error, const struct machine *machine, const char *failure);

/* Why a release did not end with OK. */
void explain_release(ddblock_error *error, ddblock_status status, const struct machine *machine,
                     const char *failure);

/* A record as the public header shows it, and the version in it back into its parts. False: the
 * version is none that we made. */
void info_from_record(ddblock_info *info, const struct record *record);
bool info_version(const ddblock_info *info, struct foreign_guid *ret_guid);

/* As ddblock_info_is_stale. */
bool info_is_stale(const ddblock_info *before, const ddblock_info *after, int64_t elapsed_ms);

#endif
