/* stories.h - the trace tests: one program, so that its end can look at what they did. */
#ifndef TEST_TRACE_STORIES_H
#define TEST_TRACE_STORIES_H

#include "support/testing.h"
#include "trace/world.h"

#define STORY(name) static void name(void **state __attribute__((unused)))

/* Each runs the stories of one file; how many failed. */
int acquire_stories(void);
int attempt_stories(void);
int outage_stories(void);
int doubt_stories(void);
int renewal_stories(void);
int time_stories(void);
int hold_stories(void);
int release_stories(void);
int cancel_stories(void);
int turn_stories(void);
int settle_stories(void);
int withheld_stories(void);
int origin_stories(void);
int closed_stories(void);
int ghost_stories(void);
int handover_stories(void);

#endif
