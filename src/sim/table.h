/* table.h - the one item that a world contends for, and what it was before. */
#ifndef SIM_TABLE_H
#define SIM_TABLE_H

#include "sim/message.h"

enum { VERSIONS_MAX = 8 };

struct version {
    struct record record;
    int64_t until_ns; /* it stood there until then */
};

struct table {
    struct record record;
    struct version versions[VERSIONS_MAX]; /* a ring; the newest is before next */
    size_t version_count;
    size_t next_version;
    uint32_t acquisition; /* whose write stands there; 0: a person's */
    uint32_t actor;
    uint32_t life;
};

struct world;

void table_init(struct table *table);

/* Carries a request out, or not; the outcome goes into the message. */
void table_execute(struct world *world, struct message *message);

/* A person makes a write. */
void table_break(struct world *world);
void table_delete(struct world *world);
void table_spoil(struct world *world);

#endif
