/* hold_file.h - the file by which commands find a lock that is held across them.
 *
 * Its lines are "name = value" (config.h), a value's odd bytes written %XX. The first line, the
 * state, is written over in place: that needs no room on the disk, and a reader that comes in the
 * midst sees it, since all of it stands there twice. */
#ifndef CLI_HOLD_FILE_H
#define CLI_HOLD_FILE_H

#include <ddblock/ddblock.h>
#include <limits.h>
#include <stdbool.h>

#include "config.h"
#include "place.h"
#include "process.h"

enum hold_state {
    HOLD_HELD,
    HOLD_LOST,
    HOLD_RELEASED,
    HOLD_IN_DOUBT, /* it may stay locked: its release was not answered */
};

struct hold_file {
    char path[PATH_MAX]; /* absolute */
    int fd;              /* -1: not open */
    enum hold_state state;
    int64_t deadline_ms;       /* on boot_clock_ms; INT64_MAX: fail-closed */
    char boot[BOOT_TEXT_SIZE]; /* of which boot that is */
    struct process holder;     /* pid 0: there is none, and needs none */
    uint64_t token;
    ddblock_client_options client; /* kind, lease and drift, for adopting */
    /* The right to release, "" where only the holder has it: the guid of a lock that is renewed
     * changes all the time. */
    char export[DDBLOCK_EXPORT_SIZE];
    struct place place;
    struct config config; /* what place points into, once it was read */
};

/* Makes the path absolute, for a process that goes elsewhere. */
ddblock_status path_absolute(const char *path, char *target, size_t size, ddblock_error *error);

/* Nothing open; path must be absolute. */
void hold_file_init(struct hold_file *file, const char *path);

/* Closes it, and wipes what must not be read. */
void hold_file_finish(struct hold_file *file);

/* Writes the file, 0600, all of it or nothing, and keeps it open. Fails if there is one already. */
ddblock_status hold_file_create(struct hold_file *file, ddblock_error *error);

/* Opens and reads the file. *ret_absent tells that there is none; then DDBLOCK_OK too.
 *
 * Returns DDBLOCK_INVALID for a file that is none of ours: a link, somebody else's, one that others
 * can read, or with something else in it. */
ddblock_status hold_file_read(struct hold_file *file, bool *ret_absent, ddblock_error *error);

/* Reads the state and the deadline again. */
void hold_file_refresh(struct hold_file *file);

/* Writes the state and the deadline. */
void hold_file_set(struct hold_file *file, enum hold_state state, int64_t deadline_ms);

/* True if the path still leads to this file. */
bool hold_file_is_there(const struct hold_file *file);

/* Removes the file, if it is still this one. */
void hold_file_remove(struct hold_file *file);

/* What is left of the lease by this file; 0: nothing, or it is from before a reboot. */
int64_t hold_file_remaining_ms(const struct hold_file *file);

/* True if a process lives that holds the lock, or could give it back. *ret_fd is a descriptor
 * for it, to be closed. */
bool hold_file_holder(const struct hold_file *file, int *ret_fd);

/* The state as it is now, by the clock and the life of the holder. */
enum hold_state hold_file_state_now(const struct hold_file *file);

#endif
