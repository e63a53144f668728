/* client.h - a store plus how its locks behave: the options, checked. */
#ifndef ENGINE_CLIENT_H
#define ENGINE_CLIENT_H

#include "core/machine.h"
#include "engine/engine.h"

/* The public name of a client. It is counted: the handle is one reference, each lock another. */
struct ddblock_client {
    struct ddblock_store *engine;
    struct machine_config config;
    int64_t retry_count;
    char owner[OWNER_SIZE_MAX + 1];
    atomic_uint references;

    /* Guarded by the engine's mutex. */
    struct ddblock_lock *locks;       /* whose handles the application has */
    struct ddblock_lock *ready_first; /* those with events */
    struct ddblock_lock *ready_last;
    int event_fd;            /* -1: nobody asked for it yet */
    pthread_cond_t answered; /* a release or an acquisition given up was */
};

/* Statuses as for ddblock_client_open. */
ddblock_status client_open(struct ddblock_store *engine, const ddblock_client_options *options,
                           struct ddblock_client **ret_client, ddblock_error *error);

void client_reference(struct ddblock_client *client);

/* Gives a reference back; the last one gives back the engine's. */
void client_release(struct ddblock_client *client);

#endif
