/* trouble.h - has the k-th of something go wrong: an allocation, or a system call.
 *
 * All threads of the process are counted, while it is armed. What fails is not the test's: that
 * pauses it. */
#ifndef TEST_TORTURE_TROUBLE_H
#define TEST_TORTURE_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>

/* How many go wrong, one after the other, from the k-th on. */
enum { TROUBLE_ONCE = 1, TROUBLE_BURST = 8 };

void trouble_arm(size_t k, size_t count);

/* No trouble from now on. */
void trouble_disarm(void);

/* How many were counted since it was armed. */
size_t trouble_count(void);

/* For what the test itself does in between; not nested. */
void trouble_pause(void);
void trouble_resume(void);

/* Counts one. True if it is to go wrong. */
bool trouble_strikes(void);

/* True once something has gone wrong since it was armed. */
bool trouble_has_struck(void);

#endif
