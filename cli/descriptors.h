/* descriptors.h - which descriptors are the caller's, and so the command's. */
#ifndef CLI_DESCRIPTORS_H
#define CLI_DESCRIPTORS_H

#include <ddblock/ddblock.h>
#include <stddef.h>

/* Those that were open when the tool started, in order. */
struct descriptors {
    int *inherited;
    size_t size;
    int unknown; /* not 0: the system does not tell */
};

/* Opens 0, 1 and 2 where they are closed, so that no file of ours comes to stand there and
 * gets what is meant for a reader of ours. */
void descriptors_fill_standard(void);

/* Remembers what is open now: to be called before anything else is opened. */
ddblock_status descriptors_remember(struct descriptors *descriptors, ddblock_error *error);

void descriptors_finish(struct descriptors *descriptors);

/* Lets all others close at exec. For a child between fork and exec: safe there. */
void descriptors_close_others(const struct descriptors *descriptors);

/* The lowest number above 2 that the caller has no descriptor at; -1: unknown. */
int descriptors_lowest_free(const struct descriptors *descriptors);

#endif
