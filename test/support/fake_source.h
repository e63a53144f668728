/* fake_source.h - a source of credentials that answers when and what it is told to. */
#ifndef TEST_SUPPORT_FAKE_SOURCE_H
#define TEST_SUPPORT_FAKE_SOURCE_H

#include <stdbool.h>

#include "aws/credentials.h"

#define FAKE_SOURCE_SECRET "s3cret-of-the-fake-source"

struct fake_source;

/* Whoever gets it as a source destroys it; the two below must not be called any more then. */
struct fake_source *fake_source_create(void);
struct credentials_source *fake_source_base(struct fake_source *fake);

/* The next answers: keys with this id, which expire in so many milliseconds (negative: never), of
 * this account (NULL: unknown); or a failure. At most 16; the last one stays. */
void fake_source_give(struct fake_source *fake, const char *access_key_id, int64_t lives_ms,
                      const char *account_id);
void fake_source_refuse(struct fake_source *fake, ddblock_status status, const char *message);

/* While it is held, it does not answer. */
void fake_source_hold(struct fake_source *fake, bool held);

/* How often it was asked, and how many ask at once at the most. */
int fake_source_asked(struct fake_source *fake);
int fake_source_most_at_once(struct fake_source *fake);

#endif
