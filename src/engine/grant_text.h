/* grant_text.h - a lock that is handed over, as text. */
#ifndef ENGINE_GRANT_TEXT_H
#define ENGINE_GRANT_TEXT_H

#include "base/buffer.h"
#include "core/machine.h"

/* Which boot of which machine, and which time namespace there, an instant belongs to; all zero:
 * unknown. */
enum { BOOT_ID_SIZE = 16 };
struct boot_id {
    uint8_t bytes[BOOT_ID_SIZE];
};

/* The one that is running. False: the system does not tell. */
bool boot_id_read(struct boot_id *ret_id);

/* The longest text, with a NUL. */
enum { GRANT_TEXT_SIZE = 768 };

/* Inits a buffer with room for any text, so that writing one cannot fail: by then the lock has been
 * let go of. False: there is no memory, and nothing to finish. */
bool grant_text_reserve(struct buffer *ret_text);

/* Writes the grant into a buffer that was reserved. */
void grant_text_write(const struct machine_grant *grant, const struct boot_id *boot,
                      struct buffer *text);

/* Reads what was written. False, and both are left as they were, if it is not that. */
bool grant_text_read(const char *text, struct machine_grant *ret_grant, struct boot_id *ret_boot);

#endif
