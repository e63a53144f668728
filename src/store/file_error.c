/* file_error.c - what SQLite's result codes mean for a lock.
 *
 * https://www.sqlite.org/rescode.html */
#include "store/file_error.h"

#include <errno.h>
#include <sqlite3.h>

/* An extended code has its primary one in the lowest byte. */
static int primary(int rc)
{
    return rc & 0xFF;
}

bool file_error_is_busy(int rc)
{
    /* PROTOCOL: "a race condition that can occur when two separate database connections both try
     * to start a transaction at the same time in WAL mode". */
    return primary(rc) == SQLITE_BUSY || primary(rc) == SQLITE_PROTOCOL;
}

ddblock_status file_error_status(int rc)
{
    if (rc == SQLITE_READONLY_DBMOVED) {
        return DDBLOCK_NO_TABLE;
    }
    switch (primary(rc)) {
    case SQLITE_NOMEM:
        return DDBLOCK_NO_MEMORY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return DDBLOCK_DENIED;
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return DDBLOCK_UNAVAILABLE;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR: /* no such table, no such column */
        return DDBLOCK_WRONG_SCHEMA;
    default:
        return DDBLOCK_INTERNAL;
    }
}

const char *file_error_text(int rc)
{
    if (rc == SQLITE_READONLY_DBMOVED) {
        return "it was removed or replaced while it was open; locks held in it are lost";
    }
    switch (primary(rc)) {
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
        return "it is busy: another process has been writing to it all the time";
    case SQLITE_FULL:
        return "the disk is full";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return "it is damaged";
    case SQLITE_ERROR:
        return "it is not a file of locks, or of another version";
    default:
        return sqlite3_errstr(rc);
    }
}

ddblock_status file_errno_status(int problem)
{
    switch (problem) {
    case EACCES:
    case EPERM:
    case EROFS:
        return DDBLOCK_DENIED;
    case ENOMEM:
        return DDBLOCK_NO_MEMORY;
    default:
        return DDBLOCK_UNAVAILABLE;
    }
}
