/* lines.h - who of one client waits for the same lock: a line for each lock.
 *
 * The first in a line acquires, holds and releases; the others wait behind it and send
 * nothing. So many waiters cost one poller, they are served in order, and a release hands the
 * lock on at once. */
#ifndef ENGINE_LINES_H
#define ENGINE_LINES_H

#include "engine/task.h"

struct line;

struct lines {
    struct line **buckets;
    size_t bucket_count; /* 0, or a power of two */
    size_t count;
    uint64_t seed;
};

/* seed makes the order of buckets one that nobody can plan for. */
void lines_init(struct lines *lines, uint64_t seed);

/* Tasks that have not left, as in a forked child, are not touched. */
void lines_finish(struct lines *lines);

/* Joins the line of the task's scope and id. Returns the first of it, the task itself where it
 * is alone; NULL if there is no memory: then it stands in no line. */
struct task *lines_join(struct lines *lines, struct task *task);

/* Leaves the line; nothing happens if the task stands in none. Returns who is the first now, if
 * the task was; else NULL. */
struct task *lines_leave(struct lines *lines, struct task *task);

#endif
