/* reader.h - looking at locks again and again, on a thread of its own, so that a slow store does
 * not hold up the screen. */
#ifndef CLI_READER_H
#define CLI_READER_H

#include <pthread.h>

#include "listing.h"

/* What one look has brought. */
struct look {
    struct listing locks; /* sorted by their keys */
    int64_t asked_ms;     /* by boot_clock_ms */
    ddblock_error error;  /* status DDBLOCK_OK: all were read */
};

struct reader {
    int fd; /* readable when there is a look to be taken */

    /* The reader's own. */
    ddblock_store *store;
    const struct listing *wanted;
    int64_t period_ms;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t wake;
    bool stop;
    bool has_look;
    struct look look;
};

/* Starts to look, at the wanted locks or, if they are none, at all. The wanted ones and the store
 * stay the caller's, until reader_stop. */
ddblock_status reader_start(struct reader *reader, ddblock_store *store,
                            const struct listing *wanted, int64_t period_ms, ddblock_error *error);

/* Takes the latest look, to be given to listing_finish. False: there is no new one. */
bool reader_take(struct reader *reader, struct look *ret_look);

/* Ends it. False if it is still waiting for the store, which must stay open then, for as long as
 * the process lives. */
bool reader_stop(struct reader *reader);

#endif
