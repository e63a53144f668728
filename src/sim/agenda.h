/* agenda.h - what is to happen in a world, and when; of equal times the first entered is first. */
#ifndef SIM_AGENDA_H
#define SIM_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum agenda_kind {
    AGENDA_ARRIVE,  /* a request reaches the table; item: the message */
    AGENDA_REPLY,   /* a reply reaches its actor; item: the message */
    AGENDA_TIMEOUT, /* a call is waited for no longer; item: its serial */
    AGENDA_WAKE,    /* the loop of a process is due */
    AGENDA_APP,     /* the program that uses a lock goes on; item: slot and generation */
    AGENDA_NPM,     /* a timer of an npm peer; item: its generation */
    AGENDA_RESUME,  /* a pause is over; item: its generation */
    AGENDA_RESTART, /* a process that died starts again */
    AGENDA_WEATHER, /* what happens to processes and to the item, now and then */
    AGENDA_LULL,    /* no fault strikes from here on */
    AGENDA_CALM,    /* … and what was under way then is over */
    AGENDA_DEATH,   /* in the calm a holder dies */
    AGENDA_CLOSING, /* the programs acquire nothing more */
    AGENDA_CHECK,   /* liveness is looked at */
    AGENDA_END,
};

struct agenda_entry {
    int64_t at_ns;
    uint64_t order;
    uint64_t item;
    enum agenda_kind kind;
    uint32_t actor;
};

/* Zeroed, it is empty. */
struct agenda {
    struct agenda_entry *entries; /* a binary heap */
    size_t size;
    size_t capacity;
    uint64_t next_order;
};

void agenda_finish(struct agenda *agenda);

void agenda_add(struct agenda *agenda, int64_t at_ns, enum agenda_kind kind, uint32_t actor,
                uint64_t item);

/* Takes out what is first. False if nothing is left. */
bool agenda_take(struct agenda *agenda, struct agenda_entry *ret_entry);

#endif
